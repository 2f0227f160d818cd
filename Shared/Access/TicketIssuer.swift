// The gateway's side of tickets: one signature for each certificate and minute, not one for each call.

package import Crypto
import Synchronization
package import Vocabulary

/// Signs tickets with the gateway's service key and keeps each for a minute.
package final class TicketIssuer: Sendable {
  /// For so long one ticket is handed out again; signing each call would cost more than the whole call.
  package static let renewalMilliseconds: Int64 = 60_000
  /// A ticket lives twice as long, so that a call that begins with it can pass it on for a minute at least.
  package static let lifetimeMilliseconds: Int64 = 120_000

  private struct Kept {
    let registryVersion: Int64
    let issued: Instant
    let carrier: [UInt8]
  }

  private let key: P256PrivateKey
  private let certificate: Certificate
  private let audience: String
  private let mostKept: Int
  private let kept = Mutex<[[UInt8]: Kept]>([:])

  /// - Parameters:
  ///   - certificate: The gateway's service certificate, whose key this is.
  ///   - audience: The trust domain of the node.
  ///   - mostKept: How many certificates' tickets are held at once.
  package init(
    key: P256PrivateKey, certificate: Certificate, audience: String, mostKept: Int = 10_000
  ) {
    self.key = key
    self.certificate = certificate
    self.audience = audience
    self.mostKept = mostKept
  }

  /// The ticket of a caller, as `weir-ticket-bin` carries it. A newer registry makes a new one, so that changed roles do
  /// not wait for the minute to end.
  package func ticket(
    for caller: Caller, registryVersion: Int64, now: Instant
  ) throws(CryptoError) -> [UInt8] {
    let found = kept.withLock { $0[caller.certificateHash] }
    if let found, found.registryVersion == registryVersion, Self.isFresh(found.issued, now) {
      return found.carrier
    }
    let ticket = Ticket(
      caller: caller, registryVersion: registryVersion, audience: audience,
      end: now.adding(milliseconds: Self.lifetimeMilliseconds))
    let carrier = TicketCarrier(
      ticket: ticket.bytes, certificate: certificate.der, signature: try key.sign(ticket.bytes)
    ).bytes
    kept.withLock { kept in
      if kept.count >= mostKept {
        kept = kept.filter { Self.isFresh($0.value.issued, now) }
        if kept.count >= mostKept { kept.removeAll() }
      }
      kept[caller.certificateHash] = Kept(
        registryVersion: registryVersion, issued: now, carrier: carrier)
    }
    return carrier
  }

  /// A clock set back makes a ticket stale too, so that none outlives its minute.
  private static func isFresh(_ issued: Instant, _ now: Instant) -> Bool {
    let age = now.milliseconds - issued.milliseconds
    return age >= 0 && age < renewalMilliseconds
  }
}
