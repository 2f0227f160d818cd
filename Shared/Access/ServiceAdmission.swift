// The admission of every service's internal listener: peers are services, callers come with the gateway's ticket.

import Crypto
package import RPC
package import Vocabulary

/// Decides on calls at an internal listener (AC-05: from the gateway or from peer services only).
///
/// - A public method is reached through the gateway alone, with ticket, call id and itself as the entry method.
/// - A method with `via` is reached by the service of such an entry, which passes on ticket and call id.
/// - A method marked internal is reached on their own account by the services that its rule names.
///
/// Each service reaches only the methods that name it (``MethodAccess/peers``), and an operator's health checks, which are a
/// service too, none. So one service that is taken over can call as itself, not as every other.
///
/// The role check of the gateway is repeated here, so that a gateway that forgets it opens nothing.
package struct ServiceAdmission: Admission {
  private let verifier: TicketVerifier
  private let domain: String
  private let now: @Sendable () -> Instant

  /// - Parameters:
  ///   - trust: The service root that signs the gateway's certificate.
  ///   - domain: The trust domain of the node.
  ///   - now: Real time.
  package init(
    trust: ServiceTrust, domain: String, now: @escaping @Sendable () -> Instant
  ) {
    verifier = TicketVerifier(trust: trust, domain: domain)
    self.domain = domain
    self.now = now
  }

  package func admit(
    _ context: ServerContext, _ access: MethodAccess
  ) throws(Status) -> CallContext {
    do throws(AccessRefusal) {
      return try decide(context, access)
    } catch {
      throw Status(
        error, language: CallMetadata.language(of: context.metadata),
        reference: context.metadata[CallMetadata.callID] ?? "")
    }
  }

  private func decide(
    _ context: ServerContext, _ access: MethodAccess
  ) throws(AccessRefusal) -> CallContext {
    let peer = try provenName(of: context.peer)
    guard access.peers.contains(peer) else {
      if access.isPublic { throw .notThroughGateway(access.path) }
      if peer == "gateway" { throw .internalMethod(access.path) }
      throw .peerNotNamed(method: access.path, peer: peer)
    }
    if access.isOnOwnAccount {
      return call(context, .service(peer), entry: context.metadata[CallMetadata.entryMethod] ?? "")
    }
    let (caller, entry) = try carried(context)
    if access.isPublic {
      guard entry == access.path else { throw .entryMismatch }
    } else {
      // An entry of the peer's own: another's is not where this call comes from, whatever the peer says.
      guard access.via.contains(entry), serviceName(of: entry) == peer else {
        throw .notVia(method: access.path)
      }
    }
    return try admitted(context, caller, access, entry: entry)
  }

  /// The name of the service that the peer proved to be; its certificate must be in its term now, whatever the
  /// handshake let pass.
  private func provenName(of peer: Peer) throws(AccessRefusal) -> String {
    guard let certificate = peer.certificate else { throw .certificateMissing }
    let prefix = "spiffe://\(domain)/service/"
    guard certificate.uris.count == 1, let uri = certificate.uris.first, uri.hasPrefix(prefix),
      isSlug(String(uri.dropFirst(prefix.count)))
    else { throw .directServiceCall }
    let seconds = now().milliseconds / 1000
    if seconds < certificate.notBefore {
      throw .certificateNotYetValid(
        serial: certificate.serialHex,
        from: Instant(milliseconds: certificate.notBefore &* 1000))
    }
    if seconds >= certificate.notAfter {
      throw .certificateExpired(
        serial: certificate.serialHex, at: Instant(milliseconds: certificate.notAfter &* 1000))
    }
    return String(uri.dropFirst(prefix.count))
  }

  /// The caller, by the ticket that the call carries, and the entry method.
  private func carried(_ context: ServerContext) throws(AccessRefusal) -> (Caller, String) {
    guard let carrier = context.metadata.bytes(CallMetadata.ticket) else { throw .ticketMissing }
    let ticket: Ticket
    do throws(TicketError) {
      ticket = try verifier.verify(carrier, now: now())
    } catch {
      throw .ticketRefused(error)
    }
    guard let callID = context.metadata[CallMetadata.callID], CallMetadata.isCallID(callID)
    else { throw .callIDMissing }
    guard let entry = context.metadata[CallMetadata.entryMethod] else { throw .entryMismatch }
    return (ticket.caller(carrier: carrier), entry)
  }

  private func admitted(
    _ context: ServerContext, _ caller: Caller, _ access: MethodAccess, entry: String
  ) throws(AccessRefusal) -> CallContext {
    if case .refused(let refusal) = AccessPolicy.decideRights(caller, access) { throw refusal }
    return call(context, .caller(caller), entry: entry)
  }

  private func call(
    _ context: ServerContext, _ origin: CallContext.Origin, entry: String
  ) -> CallContext {
    CallContext(
      origin: origin, callID: context.metadata[CallMetadata.callID] ?? "", entryMethod: entry,
      deadline: context.deadline, language: CallMetadata.language(of: context.metadata),
      rpc: context)
  }
}
