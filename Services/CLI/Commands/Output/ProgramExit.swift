// How the program ends: one number for each kind of end, so that scripts can tell them apart.

package import RPC

/// The exit codes of `weir`.
package enum ProgramExit: Int32, Sendable, CaseIterable {
  case done = 0
  /// A fault of ours.
  case fault = 1
  /// Wrong usage, or a request that is malformed.
  case usage = 2
  /// Refused by rule.
  case refused = 3
  case notFound = 4
  /// Done, with rejected rows.
  case rejectedRows = 5
  /// Not now: a retry may succeed.
  case tryAgain = 6
  /// Evidence is broken.
  case evidenceBroken = 7

  package init(_ code: StatusCode) {
    self =
      switch code {
      case .ok: .done
      case .invalidArgument: .usage
      case .unauthenticated, .permissionDenied, .failedPrecondition, .alreadyExists: .refused
      case .notFound: .notFound
      case .unavailable, .resourceExhausted, .aborted: .tryAgain
      case .cancelled, .unknown, .deadlineExceeded, .outOfRange, .unimplemented, .internal,
        .dataLoss:
        .fault
      }
  }
}
