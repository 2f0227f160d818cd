// A refusal on the wire: gRPC code, google.rpc.Status with its details, and the same as plain trailers (FORMATS "Names").

package import RPC
package import Vocabulary

extension RefusalKind {
  /// The gRPC code of a kind of refusal (STYLE "Errors").
  package var code: StatusCode {
    switch self {
    case .malformed: .invalidArgument
    case .notFound: .notFound
    case .alreadyExists: .alreadyExists
    case .wrongState: .failedPrecondition
    case .notAllowed: .permissionDenied
    case .unauthenticated: .unauthenticated
    case .lostRace: .aborted
    case .tooMuch: .resourceExhausted
    case .unavailable: .unavailable
    case .damaged: .dataLoss
    }
  }

  /// What the person may do where the rule itself names nothing better.
  package var nextStep: BilingualText {
    switch self {
    case .malformed: BilingualText("请按说明改正后再提交。", "Put it right as told, and send it again.")
    case .notFound:
      BilingualText("请核对名称；list 命令列出已有的。", "Check the name; the list command shows what there is.")
    case .alreadyExists:
      BilingualText("请查看已有的一条，不必重复办理。", "Look at the one that exists; nothing is to be done twice.")
    case .wrongState:
      BilingualText(
        "请用 show 命令查看现状，待条件具备后再办。",
        "See how it stands with the show command; try when it has come so far.")
    case .notAllowed:
      BilingualText(
        "请由有权的人员办理；weir access explain 说明谁可办理。",
        "Let somebody do it who may; weir access explain tells who.")
    case .unauthenticated:
      BilingualText("请换用有效的证书再连接。", "Connect with a certificate that is good.")
    case .lostRace: BilingualText("请重新读取后再办。", "Read it anew, and decide then.")
    case .tooMuch: BilingualText("请减少数量，或稍后再试。", "Ask for less, or later.")
    case .unavailable: BilingualText("请稍后原样重试。", "Send the same again later.")
    case .damaged:
      BilingualText("请立即告知运维人员，勿再写入。", "Tell the operator at once, and write nothing more.")
    }
  }
}

extension Refusal {
  /// The rule's own next step, or that of its kind: nobody is left without one.
  package var toldStep: BilingualText { nextStep ?? kind.nextStep }
}

extension Status {
  /// The status that tells of a refusal.
  ///
  /// - Parameters:
  ///   - language: Of the message; the details hold both languages.
  ///   - reference: The call's id, by which the entry is found in the log; empty for none.
  package init(_ refusal: any Refusal, language: Language, reference: String) {
    var trailers = Metadata()
    trailers.append("weir-reason", refusal.reason)
    if let field = refusal.field { trailers.append("weir-field", PercentText.encode(field)) }
    if let citation = refusal.citation { trailers.append("weir-article", citation.text) }
    trailers.append(
      "weir-next-step", PercentText.encode(refusal.toldStep.text(in: language)))
    if !reference.isEmpty { trailers.append("weir-reference", reference) }
    if let delay = refusal.retryAfterMilliseconds {
      trailers.append(CallMetadata.retryAfter, String(delay))
    }
    self.init(
      refusal.kind.code, refusal.sentence.text(in: language),
      details: StatusDetails.encode(refusal, language: language, reference: reference),
      trailers: trailers)
  }
}

/// google.rpc.Status with ErrorInfo, LocalizedMessage and, where waiting helps, RetryInfo.
///
/// Contracts stands on this module, so its generated messages cannot be used here; these small ones are written
/// field by field, and the tests of Contracts' side read them back through protobuf-c.
private enum StatusDetails {
  static func encode(_ refusal: any Refusal, language: Language, reference: String) -> [UInt8] {
    var status = ProtobufWriter()
    status.number(1, UInt64(refusal.kind.code.rawValue))
    status.text(2, refusal.sentence.text(in: language))
    status.bytes(3, any("google.rpc.ErrorInfo", errorInfo(refusal, language, reference)))
    for (locale, language) in [("zh-CN", Language.chinese), ("en", .english)] {
      var message = ProtobufWriter()
      message.text(1, locale)
      message.text(2, refusal.sentence.text(in: language))
      status.bytes(3, any("google.rpc.LocalizedMessage", message.output))
    }
    if let delay = refusal.retryAfterMilliseconds {
      status.bytes(3, any("google.rpc.RetryInfo", retryInfo(delay)))
    }
    return status.output
  }

  private static func retryInfo(_ milliseconds: Int64) -> [UInt8] {
    let delay = UInt64(max(0, milliseconds))
    var duration = ProtobufWriter()
    duration.number(1, delay / 1_000)
    duration.number(2, delay % 1_000 * 1_000_000)
    var info = ProtobufWriter()
    info.bytes(1, duration.output)
    return info.output
  }

  private static func any(_ type: String, _ value: [UInt8]) -> [UInt8] {
    var any = ProtobufWriter()
    any.text(1, "type.googleapis.com/\(type)")
    any.bytes(2, value)
    return any.output
  }

  /// `share.item_not_granted` is told as ITEM_NOT_GRANTED of `share.weir`.
  private static func errorInfo(
    _ refusal: any Refusal, _ language: Language, _ reference: String
  ) -> [UInt8] {
    let parts = refusal.reason.split(separator: ".", maxSplits: 1)
    var info = ProtobufWriter()
    info.text(1, String(parts.last ?? "").uppercased())
    info.text(2, "\(parts.first ?? "").weir")
    let fields = [
      ("field", refusal.field), ("article", refusal.citation?.text),
      ("next_step", refusal.toldStep.text(in: language)),
      ("reference", reference.isEmpty ? nil : reference),
    ]
    for case (let key, let value?) in fields {
      var entry = ProtobufWriter()
      entry.text(1, key)
      entry.text(2, value)
      info.bytes(3, entry.output)
    }
    return info.output
  }
}

/// Writes fields of the protobuf wire format: varints and length-delimited ones suffice here.
private struct ProtobufWriter {
  private(set) var output: [UInt8] = []

  mutating func number(_ field: UInt64, _ value: UInt64) {
    varint(field << 3)
    varint(value)
  }

  mutating func text(_ field: UInt64, _ value: String) { bytes(field, Array(value.utf8)) }

  mutating func bytes(_ field: UInt64, _ value: [UInt8]) {
    varint(field << 3 | 2)
    varint(UInt64(value.count))
    output += value
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      output.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    output.append(UInt8(rest))
  }
}
