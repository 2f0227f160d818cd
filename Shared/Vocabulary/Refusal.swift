// How a rule says no: one shape for all services, so that handlers and the command line treat refusals alike.

/// The regulation, or a right, saying no. Each service has one enum of these; faults of the machinery are not refusals.
package protocol Refusal: Error {
  /// Stable, never reused: `share.item_not_granted`.
  var reason: String { get }
  var kind: RefusalKind { get }
  /// The path of the request's field at fault, when there is one.
  var field: String? { get }
  /// The article the refusal rests on; `nil` only where no regulation is involved (a malformed request).
  var citation: Citation? { get }
  /// What the person may do instead.
  var nextStep: BilingualText? { get }
  /// When the same call may pass, for programs; `nil` where waiting alone does not help.
  var retryAfterMilliseconds: Int64? { get }
  /// For the person who must act. Holds no secret, no row content, no type name.
  var sentence: BilingualText { get }
}

extension Refusal {
  package var field: String? { nil }
  package var citation: Citation? { nil }
  package var nextStep: BilingualText? { nil }
  package var retryAfterMilliseconds: Int64? { nil }
}

/// What sort of no it is; the wire layer turns it into a gRPC code, the command line into an exit code.
package enum RefusalKind: String, CaseIterable, Sendable {
  /// INVALID_ARGUMENT
  case malformed
  /// NOT_FOUND
  case notFound
  /// ALREADY_EXISTS
  case alreadyExists
  /// FAILED_PRECONDITION
  case wrongState
  /// PERMISSION_DENIED
  case notAllowed
  /// UNAUTHENTICATED
  case unauthenticated
  /// ABORTED
  case lostRace
  /// RESOURCE_EXHAUSTED
  case tooMuch
  /// UNAVAILABLE: a retry may cure it
  case unavailable
  /// DATA_LOSS: what is stored is not what was written
  case damaged
}

/// Our machinery failing, as opposed to a ``Refusal``.
package protocol Fault: Error {
  /// What the caller is told where trying again may succeed: a full queue, a full disk, a connection that was lost. `nil` where
  /// only the operator can do something; then the caller gets a reference alone.
  var passing: PassingFault? { get }
}

/// A failure of ours that may pass, as the caller is told of it: which service it is and what it stores stay out.
package struct PassingFault: Refusal, Hashable {
  /// `store.full`.
  package let reason: String
  /// `.tooMuch` where something is used up, else `.unavailable`.
  package let kind: RefusalKind
  package let sentence: BilingualText
  package let retryAfterMilliseconds: Int64?

  package init(
    reason: String, kind: RefusalKind, sentence: BilingualText, retryAfterMilliseconds: Int64
  ) {
    self.reason = reason
    self.kind = kind
    self.sentence = sentence
    self.retryAfterMilliseconds = retryAfterMilliseconds
  }

  package var nextStep: BilingualText? {
    BilingualText("请稍后原样重试。", "Send the same again later.")
  }
}
