// The decision on every call at the public listener: who, whether, and how often.

package import Access
package import Crypto
import GatewayRules
package import RPC
package import Vocabulary

/// A call that the gate let pass.
package struct AdmittedCall: Sendable {
  package let caller: Caller
  package let callID: String
  package let registryVersion: Int64
  package let language: Language
}

/// Judges calls by certificate, registry, method and rate (AC-01, AC-03, AC-05, AC-92).
package struct Gate: Sendable {
  private let directory: RegistryDirectory
  private let access: CompiledAccess
  private let limiter: DepartmentLimiter
  private let refusals: RefusalQueue
  private let random: any RandomSource
  private let now: @Sendable () -> Instant

  /// - Parameters:
  ///   - access: The rules of every method.
  ///   - now: Real time; certificates do not follow a demo clock.
  package init(
    directory: RegistryDirectory, access: CompiledAccess, limiter: DepartmentLimiter,
    refusals: RefusalQueue, random: any RandomSource, now: @escaping @Sendable () -> Instant
  ) {
    self.directory = directory
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
    guard let method = access.method(context.path) else {
      throw Status(.unimplemented, "\(context.path) is no method of Weir")
    }
    let bits = CompiledAccess.bits(call.caller.roles)
    if case .refused(let refusal) = access.decide(call.caller, bits, context.path) {
      throw refuse(refusal, context, call)
    }
    try limit(call, context, method.path)
    return call
  }

  /// Who calls, for gRPC's own services, which have no rule of their own.
  package func admitAnybodyKnown(_ context: ServerContext) throws(Status) -> AdmittedCall {
    let call = try identify(context)
    try limit(call, context, context.path)
    return call
  }

  /// Whether the certificate behind a running call is still good; the refusal where it is not.
  package func recheck(_ context: ServerContext, _ call: AdmittedCall) -> Status? {
    do throws(AccessRefusal) {
      _ = try identity(context.peer)
      return nil
    } catch {
      return refuse(error, context, call)
    }
  }

  private func identify(_ context: ServerContext) throws(Status) -> AdmittedCall {
    let callID = Hex.encode(random.bytes(16))
    let language = CallMetadata.language(of: context.metadata)
    do throws(AccessRefusal) {
      let (identity, version) = try identity(context.peer)
      return AdmittedCall(
        caller: Caller(
          department: identity.department.code, system: identity.system, person: identity.person,
          isPersonCertificate: identity.isPersonCertificate, roles: identity.roles,
          certificateHash: identity.certificate.fingerprint),
        callID: callID, registryVersion: version, language: language)
    } catch {
      refusals.note(
        principal: serial(context.peer), method: context.path, reason: error.reason)
      throw Status(error, language: language, reference: callID)
    }
  }

  private func identity(_ peer: Peer) throws(AccessRefusal) -> (Identity, Int64) {
    guard let certificate = peer.certificate else { throw .certificateMissing }
    let (result, version) = directory.identify(fingerprint: certificate.sha256, now: now())
    switch result {
    case .success(let identity): return (identity, version)
    case .failure(let error): throw accessRefusal(error, serial: serial(peer))
    }
  }

  private func limit(
    _ call: AdmittedCall, _ context: ServerContext, _ method: String
  ) throws(Status) {
    guard let delay = limiter.take(call.caller.department) else { return }
    throw refuse(.rateLimited(retryAfterMilliseconds: delay), context, call)
  }

  private func refuse(
    _ refusal: AccessRefusal, _ context: ServerContext, _ call: AdmittedCall
  ) -> Status {
    refusals.note(
      principal: serial(context.peer), method: context.path, reason: refusal.reason)
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

/// The gate as the admission of the gateway's own services.
package struct GatewayAdmission: Admission {
  private let gate: Gate

  package init(_ gate: Gate) { self.gate = gate }

  package func admit(
    _ context: ServerContext, _ access: MethodAccess
  ) throws(Status) -> CallContext {
    let call = try gate.admit(context)
    return CallContext(
      origin: .caller(call.caller), callID: call.callID, entryMethod: context.path,
      deadline: context.deadline, language: call.language, rpc: context)
  }
}
