// The gateway's side of tickets: one signature for each certificate, person and minute, not one for each call.

package import Crypto
import Synchronization
package import Vocabulary

/// Signs tickets with the gateway's service key and keeps each for a minute.
package final class TicketIssuer: Sendable {
  /// For so long one ticket is handed out again; signing each call would cost more than the whole call.
  package static let renewalMilliseconds: Int64 = 60_000
  /// A ticket lives twice as long, so that a call that begins with it can pass it on for a minute at least.
  package static let lifetimeMilliseconds: Int64 = 120_000

  /// A system's certificate stands for each of the persons whom the system states.
  private struct Key: Hashable {
    let certificate: [UInt8]
    let person: PersonID?
    let stated: StatedPerson?

    init(_ caller: Caller) {
      certificate = caller.certificateHash
      person = caller.person
      stated = caller.stated
    }
  }

  private struct Kept {
    let registryVersion: Int64
    let issued: Instant
    let carrier: [UInt8]
  }

  private struct State {
    var key: P256PrivateKey
    var certificate: Certificate
    var kept: [Key: Kept] = [:]
  }

  private let audience: String
  private let mostKept: Int
  private let state: Mutex<State>

  /// - Parameters:
  ///   - certificate: The gateway's service certificate, whose key this is.
  ///   - audience: The trust domain of the node.
  ///   - mostKept: How many tickets are held at once.
  package init(
    key: P256PrivateKey, certificate: Certificate, audience: String, mostKept: Int = 10_000
  ) {
    self.audience = audience
    self.mostKept = mostKept
    state = Mutex(State(key: key, certificate: certificate))
  }

  /// Signs with another key from now on.
  package func renew(key: P256PrivateKey, certificate: Certificate) {
    state.withLock { $0 = State(key: key, certificate: certificate) }
  }

  /// The ticket of a caller, as `weir-ticket-bin` carries it. A newer registry makes a new one, so that changed roles do
  /// not wait for the minute to end.
  package func ticket(
    for caller: Caller, registryVersion: Int64, now: Instant
  ) throws(CryptoError) -> [UInt8] {
    let place = Key(caller)
    let (key, certificate, found) = state.withLock {
      ($0.key, $0.certificate, $0.kept[place])
    }
    if let found, found.registryVersion == registryVersion, Self.isFresh(found.issued, now) {
      return found.carrier
    }
    let ticket = Ticket(
      caller: caller, registryVersion: registryVersion, audience: audience,
      end: now.adding(milliseconds: Self.lifetimeMilliseconds))
    let carrier = TicketCarrier(
      ticket: ticket.bytes, certificate: certificate.der, signature: try key.sign(ticket.bytes)
    ).bytes
    let fresh = Kept(registryVersion: registryVersion, issued: now, carrier: carrier)
    state.withLock { state in
      // One that was signed meanwhile by a key of before is handed out this once.
      guard state.certificate == certificate else { return }
      if state.kept.count >= mostKept {
        state.kept = state.kept.filter { Self.isFresh($0.value.issued, now) }
        if state.kept.count >= mostKept { state.kept.removeAll() }
      }
      state.kept[place] = fresh
    }
    return carrier
  }

  /// A clock set back makes a ticket stale too, so that none outlives its minute.
  private static func isFresh(_ issued: Instant, _ now: Instant) -> Bool {
    let age = now.milliseconds - issued.milliseconds
    return age >= 0 && age < renewalMilliseconds
  }
}
