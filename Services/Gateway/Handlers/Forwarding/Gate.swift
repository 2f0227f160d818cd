// The decision on every call at the public listener: who, whether, and how often.

package import Access
import Contracts
package import Crypto
package import GatewayRules
package import RPC
package import Vocabulary

/// A call that the gate let pass.
package struct AdmittedCall: Sendable {
  package let caller: Caller
  package let callID: String
  package let registryVersion: Int64
  package let language: Language
  /// Whom the system stated, for a further look at a running call.
  fileprivate let actor: StatedActor?
}

/// Judges calls by certificate, registry, method and rate (AC-01, AC-03, AC-05, AC-92).
package struct Gate: Sendable {
  /// How often a running stream's certificate is looked at again, so that one revoked ends within a second.
  package static let recheckInterval = Duration.milliseconds(500)

  private let directory: RegistryDirectory
  private let following: RegistryFollowing?
  private let access: CompiledAccess
  private let limiter: CallLimiter
  private let tokens = PersonTokenVerifier()
  private let refusals: RefusalQueue
  private let random: any RandomSource
  private let now: @Sendable () -> Instant

  /// - Parameters:
  ///   - following: How the registry is followed, where other replicas write it too.
  ///   - access: The rules of every method.
  ///   - now: Real time; certificates do not follow a demo clock.
  package init(
    directory: RegistryDirectory, following: RegistryFollowing?, access: CompiledAccess,
    limiter: CallLimiter,
    refusals: RefusalQueue, random: any RandomSource, now: @escaping @Sendable () -> Instant
  ) {
    self.directory = directory
    self.following = following
    self.access = access
    self.limiter = limiter
    self.refusals = refusals
    self.random = random
    self.now = now
  }

  /// Who calls and whether they may call this method.
  ///
  /// - Throws: The status to answer with; UNIMPLEMENTED for a path that no service has.
  package func admit(_ context: ServerContext) throws(Status) -> AdmittedCall {
    let call = try identify(context)
    try limit(call, context)
    guard access.method(context.path) != nil else {
      throw Status(.unimplemented, "\(context.path.prefix(200)) is no method of Weir")
    }
    let bits = CompiledAccess.bits(call.caller.roles)
    if case .refused(let refusal) = access.decide(call.caller, bits, context.path) {
      throw refuse(refusal, context, call)
    }
    return call
  }

  /// Whether a caller may call at all, before the rest of a long message is taken. Takes none of its calls where it may:
  /// ``admit(_:)`` does, when the message is whole.
  package func admitEarly(_ context: ServerContext) throws(Status) {
    let call = try identify(context)
    let bits = CompiledAccess.bits(call.caller.roles)
    if case .refused(let refusal) = access.decide(call.caller, bits, context.path) {
      try limit(call, context)
      throw refuse(refusal, context, call)
    }
  }

  /// Who calls, for gRPC's own services, which have no rule of their own.
  package func admitAnybodyKnown(_ context: ServerContext) throws(Status) -> AdmittedCall {
    let call = try identify(context)
    try limit(call, context)
    return call
  }

  /// Whether the certificate behind a running call is still good; the refusal where it is not.
  private func recheck(_ context: ServerContext, _ call: AdmittedCall) -> Status? {
    do throws(AccessRefusal) {
      let (identity, _) = try identity(context.peer)
      // The token's end ends no call that began before it; a person who is disabled does.
      if let actor = call.actor { _ = try stated(actor, by: identity) }
      return nil
    } catch {
      return refuse(error, context, call)
    }
  }

  /// Looks again and again at the certificate behind a stream, until it is no longer good.
  ///
  /// - Throws: The refusal, then; a cancellation, when the stream has ended.
  package func watch(_ context: ServerContext, _ call: AdmittedCall) async throws {
    while true {
      try await Task.sleep(for: Self.recheckInterval)
      if let status = recheck(context, call) { throw status }
    }
  }

  private func identify(_ context: ServerContext) throws(Status) -> AdmittedCall {
    let callID = Hex.encode(random.bytes(16))
    let language = CallMetadata.language(of: context.metadata)
    do throws(AccessRefusal) {
      let (identity, version) = try identity(context.peer)
      let actor = try actor(context, identity)
      var person: Stated?
      if let actor { person = try stated(actor, by: identity) }
      return AdmittedCall(
        caller: Caller(identity, person), callID: callID, registryVersion: version,
        language: language, actor: actor)
    } catch {
      // Who is not known has no department; so many calls as one, whatever the reason, and then only their number is kept.
      let serial = serial(context.peer)
      var refusal = error
      if let delay = limiter.take(.certificate(serial)) {
        refusal = .rateLimited(retryAfterMilliseconds: delay)
      }
      refusals.note(principal: serial, method: named(context.path), reason: refusal.reason)
      throw Status(refusal, language: language, reference: callID)
    }
  }

  /// A method as evidence names it: what no contract has may say anything, and says nothing there.
  private func named(_ path: String) -> String {
    access.method(path) == nil && MethodShape.all[path] == nil ? "unknown" : path
  }

  private func identity(_ peer: Peer) throws(AccessRefusal) -> (Identity, Int64) {
    guard let certificate = peer.certificate else { throw .certificateMissing }
    if let following, !following.isConfirmed { throw .registryUnconfirmed }
    let (result, version) = directory.identify(fingerprint: certificate.sha256, now: now())
    switch result {
    case .success(let identity): return (identity, version)
    case .failure(let error): throw accessRefusal(error, serial: serial(peer))
    }
  }

  /// Whom the system states in this call's token; `nil` where it brings none. The person behind a person's certificate is its holder.
  private func actor(
    _ context: ServerContext, _ identity: Identity
  ) throws(AccessRefusal) -> StatedActor? {
    guard let bytes = context.metadata.bytes(CallMetadata.personToken),
      let certificate = context.peer.certificate
    else { return nil }
    if identity.isPersonCertificate { throw .stated(.token(.needless)) }
    do throws(PersonTokenError) {
      return try tokens.verify(
        bytes, system: identity.system, of: identity.department.code, certificate: certificate.der,
        fingerprint: certificate.sha256, now: now()
      ).actor
    } catch {
      throw .stated(.token(error))
    }
  }

  private func stated(
    _ actor: StatedActor, by identity: Identity
  ) throws(AccessRefusal) -> Stated {
    switch directory.stated(actor, by: identity) {
    case .success(let stated): return stated
    case .failure(let refusal): throw .stated(StatedRefusal(refusal))
    }
  }

  /// Every call of a known caller takes one from its department, also one that is refused then.
  private func limit(_ call: AdmittedCall, _ context: ServerContext) throws(Status) {
    guard let delay = limiter.take(.department(call.caller.department)) else { return }
    throw refuse(.rateLimited(retryAfterMilliseconds: delay), context, call)
  }

  private func refuse(
    _ refusal: AccessRefusal, _ context: ServerContext, _ call: AdmittedCall
  ) -> Status {
    refusals.note(
      principal: serial(context.peer), method: named(context.path), reason: refusal.reason)
    return Status(refusal, language: call.language, reference: call.callID)
  }

  private func serial(_ peer: Peer) -> String {
    peer.certificate?.serialHex.lowercased() ?? "none"
  }
}

/// The refusal that tells a caller why the registry does not know it.
private func accessRefusal(_ error: IdentityError, serial: String) -> AccessRefusal {
  switch error.refusal {
  case .unregistered: .certificateUnregistered(serial: serial)
  case .notYetValid(let from): .certificateNotYetValid(serial: serial, from: from)
  case .expired(let at): .certificateExpired(serial: serial, at: at)
  case .revoked(let reason, let at):
    .certificateRevoked(serial: serial, reason: reason, at: at)
  case .departmentDisabled(let code): .departmentDisabled(serial: serial, code)
  case .systemDisabled(let code, let name):
    .systemDisabled(serial: serial, system: ResourceName.system(code, name).text)
  case .personDisabled(let code, let id, let successor):
    .personDisabled(
      serial: serial, person: ResourceName.person(code, id).text,
      successor: successor.map { ResourceName.person(code, $0).text })
  case .responsibleMissing(let code, let name):
    .responsibleMissing(serial: serial, system: ResourceName.system(code, name).text)
  }
}

extension StatedRefusal {
  fileprivate init(_ refusal: StatementRefusal) {
    switch refusal {
    case .foreign(let actor): self = .foreign(actor.name)
    case .unknown(let actor): self = .unknown(actor.name)
    case .disabled(let actor, let successor):
      var name: String?
      if case .person(let code, _) = actor {
        name = successor.map { ResourceName.person(code, $0).text }
      }
      self = .disabled(actor.name, successor: name)
    case .runElsewhere(let actor, let system):
      self = .runElsewhere(actor.name, system: system.text)
    case .runUnanswered(let actor): self = .runUnanswered(actor.name)
    }
  }
}

extension Caller {
  /// The caller as the registry knows it, with the person whom the system stated.
  package init(_ identity: Identity, _ stated: Stated?) {
    self.init(
      department: identity.department.code, system: identity.system,
      person: identity.person ?? stated?.person.id,
      isPersonCertificate: identity.isPersonCertificate, roles: identity.roles,
      certificateHash: identity.certificate.fingerprint, systemRegion: identity.systemRegion,
      stated: stated.map { StatedPerson(roles: $0.person.roles, run: $0.run) })
  }
}

/// The gate as the admission of the gateway's own services.
package struct GatewayAdmission: Admission {
  private let gate: Gate

  package init(_ gate: Gate) { self.gate = gate }

  package func admitEarly(_ context: ServerContext, _ access: MethodAccess) throws(Status) {
    try gate.admitEarly(context)
  }

  package func admit(
    _ context: ServerContext, _ access: MethodAccess
  ) throws(Status) -> CallContext {
    let call = try gate.admit(context)
    return CallContext(
      origin: .caller(call.caller), callID: call.callID, entryMethod: context.path,
      deadline: context.deadline, language: call.language, rpc: context)
  }
}
