// How a decision without its person's word is refused.

package import Vocabulary

/// Why a decision is not taken. Cases stand in their order of precedence.
package enum DecisionRefusal: Refusal, Hashable {
  case missing(DecisionAction)
  case tooLarge
  case notCanonical
  case malformed(member: String)
  /// The certificate does not lead to the departments' root, or was out of its term when the statement was made.
  case untrusted
  /// The certificate is not that of the person in whose name it is stated, or who calls.
  case otherPerson(String)
  case badSignature
  case outOfTime(Instant)
  case differs(member: String)
  case changedMeanwhile(resource: String)
  case usedBefore(resource: String)

  package var reason: String {
    switch self {
    case .missing: "decision.statement_missing"
    case .tooLarge: "decision.statement_too_large"
    case .notCanonical: "decision.statement_not_canonical"
    case .malformed: "decision.statement_malformed"
    case .untrusted: "decision.certificate_untrusted"
    case .otherPerson: "decision.other_person"
    case .badSignature: "decision.signature_wrong"
    case .outOfTime: "decision.out_of_time"
    case .differs: "decision.statement_differs"
    case .changedMeanwhile: "decision.changed_meanwhile"
    case .usedBefore: "decision.statement_used"
    }
  }

  package var kind: RefusalKind {
    switch self {
    case .missing, .tooLarge, .notCanonical, .malformed: .malformed
    case .untrusted, .otherPerson, .badSignature: .notAllowed
    case .outOfTime, .differs: .wrongState
    case .changedMeanwhile: .lostRace
    case .usedBefore: .alreadyExists
    }
  }

  package var field: String? {
    switch self {
    case .missing: "signed"
    case .tooLarge, .notCanonical: "signed.statement"
    case .malformed(let member), .differs(let member): "signed.statement." + member
    case .untrusted: "signed.certificate"
    case .otherPerson: "signed.statement.person"
    case .badSignature: "signed.signature"
    case .outOfTime: "signed.statement.time"
    case .changedMeanwhile: "signed.statement.etag"
    case .usedBefore: "signed.statement"
    }
  }

  /// A person stands behind each call, under every regulation alike; what he decides he signs.
  package var citation: Citation? { .accessRule(3) }

  package var nextStep: BilingualText? {
    switch self {
    case .missing, .tooLarge, .notCanonical, .malformed, .differs:
      BilingualText(
        "先以 validate_only 调用，取回决定文书，由本人签名后随同一请求原样送回；weir 命令行会自动办理。",
        "Call with validate_only, sign the statement it answers, and send it back unchanged with the same request; "
          + "the weir command does so.")
    case .untrusted, .otherPerson, .badSignature:
      BilingualText(
        "请用办理此次调用的本人证书和密钥签名；证书失效的，向本单位安全责任人换发。",
        "Sign with the key of the certificate with which you call; for a new certificate ask your department's "
          + "security officer.")
    case .outOfTime, .changedMeanwhile, .usedBefore:
      BilingualText(
        "请重新查看，再以 validate_only 取新的决定文书签名。",
        "Look at it again, then sign a new statement from validate_only.")
    }
  }

  package var sentence: BilingualText {
    switch self {
    case .missing(let action):
      BilingualText(
        "“\(action.term.chinese)”须由本人签名的决定文书办理，请求未附。",
        "To \(action.term.english) takes a statement signed by the person who decides; none came.")
    case .tooLarge:
      BilingualText("决定文书或证书过大。", "The statement or a certificate is too large.")
    case .notCanonical:
      BilingualText(
        "决定文书不是规范的 JSON（RFC 8785）。", "The statement is not canonical JSON (RFC 8785).")
    case .malformed(let member):
      BilingualText(
        "决定文书的“\(member)”缺失、多余或格式不对。",
        "\"\(member)\" of the statement is missing, unknown or malformed.")
    case .untrusted:
      BilingualText(
        "签名证书不能追溯到部门根证书，或签名时不在有效期内。",
        "The certificate does not lead to the departments' root, or was out of its term when the statement was made."
      )
    case .otherPerson(let person):
      BilingualText(
        "决定文书以 \(person) 的名义，与签名证书或来电人不符。",
        "The statement is in the name of \(person), who is not the holder of the certificate or not the caller."
      )
    case .badSignature:
      BilingualText("签名与决定文书不符。", "The signature does not fit the statement.")
    case .outOfTime(let time):
      BilingualText(
        "决定文书的时间 \(time.rfc3339) 过早或过晚。",
        "The time of the statement, \(time.rfc3339), is too long ago or still to come.")
    case .differs(let member):
      BilingualText(
        "决定文书的“\(member)”与请求将办理的不同。",
        "\"\(member)\" of the statement is not what the request would do.")
    case .changedMeanwhile(let resource):
      BilingualText(
        "\(resource) 在签名之后已变更。", "\(resource) has changed since the statement was made.")
    case .usedBefore(let resource):
      BilingualText(
        "该决定文书已用于 \(resource)。", "The statement was used before, for \(resource).")
    }
  }
}
