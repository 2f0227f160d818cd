// Who calls: the department, its system, the person, and what a handler is told of the call.

package import RPC
package import Vocabulary

/// The principal behind a call: always a registered system and a person (AC-03).
package struct Caller: Sendable, Hashable {
  package let department: DepartmentCode
  package let system: SystemName
  /// Who acts: the holder of the certificate, or whom the system stated; for a scheduled run the one who answers for it.
  package let person: PersonID?
  /// Whether the person's own certificate was shown, as decisions need it.
  package let isPersonCertificate: Bool
  package let roles: Set<Role>
  /// SHA-256 of the certificate that the caller proved to hold at the gateway.
  package let certificateHash: [UInt8]
  /// The signed ticket as the gateway sent it, to be passed on; empty at the gateway itself.
  package let ticket: [UInt8]
  /// Where the system stands, by ISO 3166-1; empty for the mainland (AC-51).
  package let systemRegion: String
  /// What the registry says of the person whom a system stated; `nil` under a person's own certificate, and for a system that stated
  /// nobody.
  package let stated: StatedPerson?

  package init(
    department: DepartmentCode, system: SystemName, person: PersonID?, isPersonCertificate: Bool,
    roles: Set<Role>, certificateHash: [UInt8], ticket: [UInt8] = [], systemRegion: String = "",
    stated: StatedPerson? = nil
  ) {
    self.department = department
    self.system = system
    self.person = person
    self.isPersonCertificate = isPersonCertificate
    self.roles = roles
    self.certificateHash = certificateHash
    self.ticket = ticket
    self.systemRegion = systemRegion
    self.stated = stated
  }

  /// `departments/d/persons/p`, for statements and entries; `nil` where nobody stands behind the call.
  package var personName: String? {
    person.map { ResourceName.person(department, $0).text }
  }

  /// Whether a person stands behind the call: by certificate, or stated by the system (AC-03).
  package var hasShownPerson: Bool { person != nil && (isPersonCertificate || stated != nil) }

  /// By what the person is known, for entries: "certificate", "token", or the scheduled run; empty where nobody is.
  package var personShownBy: String {
    if person == nil { return "" }
    if isPersonCertificate { return "certificate" }
    return stated?.run.map { ResourceName.run(department, $0).text } ?? "token"
  }
}

/// The person whom a system stated, as the registry knows him or her.
package struct StatedPerson: Sendable, Hashable {
  package let roles: Set<Role>
  /// The scheduled run that was stated instead, for which the person answers.
  package let run: RunName?

  package init(roles: Set<Role>, run: RunName? = nil) {
    self.roles = roles
    self.run = run
  }
}

/// What a handler is told of an admitted call.
package struct CallContext: Sendable {
  /// On whose account the call is made.
  package enum Origin: Sendable {
    case caller(Caller)
    /// A service on its own account, by its name; reaches internal methods only.
    case service(String)
  }

  package let origin: Origin
  /// 32 hexadecimal digits, made by the gateway, the same in every service that takes part.
  package let callID: String
  /// The public method that the department called.
  package let entryMethod: String
  package let deadline: ContinuousClock.Instant?
  package let language: Language
  package let rpc: ServerContext

  package init(
    origin: Origin, callID: String, entryMethod: String, deadline: ContinuousClock.Instant?,
    language: Language, rpc: ServerContext
  ) {
    self.origin = origin
    self.callID = callID
    self.entryMethod = entryMethod
    self.deadline = deadline
    self.language = language
    self.rpc = rpc
  }

  /// The caller, which every method but an internal one has: admission lets no other call pass.
  package var caller: Caller {
    guard case .caller(let caller) = origin else {
      preconditionFailure("a method for services alone asks for the service, never for a caller")
    }
    return caller
  }

  /// The service that calls on its own account, if one does.
  package var service: String? {
    guard case .service(let name) = origin else { return nil }
    return name
  }

  /// The status that tells the caller of a refusal, in its language, with the call's id as reference.
  package func status(_ refusal: any Refusal) -> Status {
    Status(refusal, language: language, reference: callID)
  }

  /// The options of a further call on the same caller's behalf: the same ticket and call id, and less time than is left,
  /// so that this call can still answer when that one ran out of it.
  ///
  /// - Throws: DEADLINE_EXCEEDED when nothing is left.
  package func onward(
    now: ContinuousClock.Instant = .now, atMost: Duration? = nil
  ) throws(Status) -> CallOptions {
    var options = CallOptions(metadata: onwardMetadata, timeout: atMost)
    if let deadline {
      let left = try onwardTimeout(until: deadline, now: now)
      options.timeout = atMost.map { min($0, left) } ?? left
    }
    return options
  }

  private var onwardMetadata: Metadata {
    var metadata = Metadata()
    metadata.append(CallMetadata.callID, callID)
    metadata.append(CallMetadata.entryMethod, entryMethod)
    metadata.append(CallMetadata.language, language.rawValue)
    if case .caller(let caller) = origin {
      metadata.append(CallMetadata.ticket, bytes: caller.ticket)
      if let person = caller.personName { metadata.append(CallMetadata.person, person) }
    }
    if let trace = rpc.metadata[CallMetadata.trace] {
      metadata.append(CallMetadata.trace, trace)
    }
    return metadata
  }
}

/// The time that a further call may take within one that ends at a deadline: a twentieth less than is left, at most 100 ms
/// less, so that the outer call can still answer.
///
/// - Throws: DEADLINE_EXCEEDED when nothing is left.
package func onwardTimeout(
  until deadline: ContinuousClock.Instant, now: ContinuousClock.Instant = .now
) throws(Status) -> Duration {
  let left = deadline - now
  guard left > .zero else { throw Status(.deadlineExceeded) }
  return left - min(left / 20, .milliseconds(100))
}

/// The metadata of a call inside (FORMATS "A call").
package enum CallMetadata {
  package static let prefix = "weir-"
  package static let callID = "weir-call-id"
  package static let ticket = "weir-ticket-bin"
  package static let entryMethod = "weir-entry-method"
  package static let person = "weir-person"
  package static let language = "weir-lang"
  /// The one beside the language that a client may send.
  package static let personToken = "weir-person-token-bin"
  /// W3C Trace Context.
  package static let trace = "traceparent"
  /// A trailer: when the caller's certificate ends, once two thirds of its life are over (RFC 3339).
  package static let certificateExpires = "weir-certificate-expires"
  /// A trailer: after so many milliseconds a refused call may pass.
  package static let retryAfter = "weir-retry-after-ms"

  /// The language that a call asks for; Chinese where it asks for none.
  package static func language(of metadata: Metadata) -> Language {
    metadata[language].flatMap(Language.init(tag:)) ?? .chinese
  }

  /// Whether a text is 32 lower-case hexadecimal digits.
  package static func isCallID(_ text: String) -> Bool {
    text.utf8.count == 32
      && text.utf8.allSatisfy {
        ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9"))
          || ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "f"))
      }
  }
}

/// What stands before every handler: decides who calls and whether they may.
package protocol Admission: Sendable {
  /// - Throws: The status to answer with.
  func admit(_ context: ServerContext, _ access: MethodAccess) throws(Status) -> CallContext
  /// The same question before the rest of a long message is taken; `admit` is asked again when it is whole.
  func admitEarly(_ context: ServerContext, _ access: MethodAccess) throws(Status)
}

extension Admission {
  package func admitEarly(_ context: ServerContext, _ access: MethodAccess) throws(Status) {
    _ = try admit(context, access)
  }
}
