// A service's side of tickets: verified once, then known by hash.

import Crypto
import Synchronization
package import Vocabulary

/// Verifies tickets against the service root and remembers those that were good.
package final class TicketVerifier: Sendable {
  /// The longest way to a ticket's end: what the gateway gives, and by how much the clocks of a node may differ. A gateway that is taken
  /// over for a moment makes none that outlives it.
  package static let longestMilliseconds = TicketIssuer.lifetimeMilliseconds + 60_000

  private struct Known {
    let ticket: Ticket
    /// The earlier of the ticket's end and the end of its signer's certificate.
    let end: Instant
  }

  private struct Memory {
    var known: [[UInt8]: Known] = [:]
    /// Of the trust under which they were found good.
    var version = 0
  }

  private let trust: ServiceTrust
  private let gatewayURI: String
  private let audience: String
  private let mostKnown: Int
  private let memory = Mutex(Memory())

  /// - Parameters:
  ///   - trust: The service root.
  ///   - domain: The trust domain, which names the gateway and is the audience.
  package init(trust: ServiceTrust, domain: String, mostKnown: Int = 10_000) {
    self.trust = trust
    gatewayURI = "spiffe://\(domain)/service/gateway"
    audience = domain
    self.mostKnown = mostKnown
  }

  /// The ticket of a carrier that the gateway of this node signed and whose end has not come.
  ///
  /// - Parameter now: Real time.
  package func verify(_ carrier: [UInt8], now: Instant) throws(TicketError) -> Ticket {
    let hash = SHA256.hash(carrier)
    let version = trust.version
    if let found = recall(hash, version) {
      guard now < found.end else { throw .expired }
      return found.ticket
    }
    let fresh = try verifyAnew(try TicketCarrier(bytes: carrier), now: now)
    memory.withLock { memory in
      guard memory.version == version else { return }
      if memory.known.count >= mostKnown {
        memory.known = memory.known.filter { now < $0.value.end }
        if memory.known.count >= mostKnown { memory.known.removeAll() }
      }
      memory.known[hash] = fresh
    }
    return fresh.ticket
  }

  /// What was found good under this trust; another forgets it all.
  private func recall(_ hash: [UInt8], _ version: Int) -> Known? {
    memory.withLock { memory in
      if memory.version != version { memory = Memory(version: version) }
      return memory.known[hash]
    }
  }

  private func verifyAnew(_ carrier: TicketCarrier, now: Instant) throws(TicketError) -> Known {
    let seconds = now.milliseconds / 1000
    let signer: Certificate
    let key: P256PublicKey
    do {
      signer = try Certificate(der: carrier.certificate)
      try trust.verify(signer, at: seconds)
      key = try signer.p256PublicKey()
    } catch {
      throw .signerUntrusted
    }
    guard signer.uris == [gatewayURI] else { throw .signerNotGateway }
    guard key.isValid(carrier.signature, of: carrier.ticket) else { throw .signature }
    let ticket = try Ticket(bytes: carrier.ticket)
    guard ticket.audience == audience else { throw .audience }
    guard now < ticket.end else { throw .expired }
    guard ticket.end <= now.adding(milliseconds: Self.longestMilliseconds) else {
      throw .tooLong
    }
    return Known(
      ticket: ticket,
      end: min(ticket.end, Instant(milliseconds: signer.notAfter &* 1000)))
  }
}
