// Which failures of a database may pass, and what the caller is told of them.

package import Vocabulary

extension DatabaseError: Fault {
  package var passing: PassingFault? {
    switch self {
    case .full: .storeFull
    case .overloaded:
      PassingFault(
        reason: "store.overloaded", kind: .tooMuch,
        sentence: BilingualText("等待处理的请求过多。", "Too many calls wait."),
        retryAfterMilliseconds: 1_000)
    // Whether it was stored is not known after a lost connection: the same request id tells, so trying again is right.
    case .busy, .serialization, .closed, .connectionLost:
      PassingFault(
        reason: "store.not_ready", kind: .unavailable,
        sentence: BilingualText("存储暂不可用。", "The store is not ready."),
        retryAfterMilliseconds: 1_000)
    // SQLite does not tell a quota or a limit on file sizes from a disk that fails; both are the operator's, and may pass.
    case .inputOutput:
      PassingFault(
        reason: "store.failing", kind: .unavailable,
        sentence: BilingualText(
          "本服务的存储读写出错，请联系运维人员。", "This service cannot use its disk; tell the operator."),
        retryAfterMilliseconds: 30_000)
    default: nil
    }
  }
}

extension PassingFault {
  /// No space is left where a service stores. It takes calls again when the operator has made room; no restart is needed.
  package static let storeFull = PassingFault(
    reason: "store.full", kind: .tooMuch,
    sentence: BilingualText(
      "本服务的存储空间已满，请联系运维人员。", "No space is left where this service stores; tell the operator."),
    retryAfterMilliseconds: 30_000)
}
