// What Ingest says no to where keys are changed (hebi-2021/27, meizhou-public-2023/33).

package import Vocabulary

/// A refusal about a register's keys.
package enum KeyRefusal: Refusal, Hashable {
  /// Until nothing lies under the keys before, there are no newer ones.
  case rotationRunning(entry: String)
  case suiteUnknown

  package var reason: String {
    switch self {
    case .rotationRunning: "ingest.key_rotation_running"
    case .suiteUnknown: "ingest.suite_unknown"
    }
  }

  package var kind: RefusalKind {
    switch self {
    case .rotationRunning: .wrongState
    case .suiteUnknown: .malformed
    }
  }

  package var field: String? {
    switch self {
    case .rotationRunning: "entry"
    case .suiteUnknown: "suite"
    }
  }

  package var sentence: BilingualText {
    switch self {
    case .rotationRunning(let entry):
      BilingualText(
        "\(entry) 的密钥轮换尚未完成。", "A rotation of the keys of \(entry) is still under way.")
    case .suiteUnknown:
      BilingualText(
        "密码套件应为 aes-256-gcm 或 sm4-ctr-hmac-sm3。",
        "The suite is aes-256-gcm or sm4-ctr-hmac-sm3.")
    }
  }

  package var nextStep: BilingualText? {
    switch self {
    case .rotationRunning:
      BilingualText("查看进度：weir keys list。", "See how far it is: weir keys list.")
    case .suiteUnknown: nil
    }
  }
}
