// The way back from a status to a refusal, for the command line and for services that ask other services.

import Access
package import RPC
package import Vocabulary

/// The status that tells of a refusal: code, `google.rpc.Status` with ErrorInfo and LocalizedMessage, plain trailers
/// (FORMATS.md, "Names").
///
/// - Parameters:
///   - language: Of the message and the next step; the details hold the sentence in both languages.
///   - reference: By which the call is found in the log.
package func status(
  for refusal: some Refusal, language: Language, reference: String? = nil
) -> Status {
  Status(refusal, language: language, reference: reference ?? "")
}

/// What a status of Weir says, read back.
package struct RemoteRefusal: Sendable, Equatable {
  package var code: StatusCode
  /// `share.item_not_granted`; `nil` when the status comes from something else than a rule of Weir.
  package var reason: String?
  package var field: String?
  /// `meizhou-public-2023/22`.
  package var article: String?
  package var nextStep: String?
  package var reference: String?
  /// For the person who must act, by language; the status's own message where a language is missing.
  package var sentences: [Language: String]
  package var message: String

  /// The sentence in a language, or what there is.
  package func sentence(in language: Language) -> String { sentences[language] ?? message }

  /// Reads the details, and where there are none the plain trailers.
  package init(_ status: Status) {
    code = status.code
    message = status.message
    sentences = [:]
    if let details = try? GoogleRPC.Status(serialized: status.details) { read(details) }
    reason = reason ?? RemoteRefusal.text("weir-reason", status.trailers)
    field = field ?? RemoteRefusal.text("weir-field", status.trailers)
    article = article ?? RemoteRefusal.text("weir-article", status.trailers)
    nextStep = nextStep ?? RemoteRefusal.text("weir-next-step", status.trailers)
    reference = reference ?? RemoteRefusal.text("weir-reference", status.trailers)
  }

  private mutating func read(_ details: GoogleRPC.Status) {
    for detail in details.details {
      if let info = detail.unpacked(as: GoogleRPC.ErrorInfo.self), info.domain.hasSuffix(".weir") {
        reason = info.domain.dropLast(".weir".count) + "." + info.reason.lowercased()
        for entry in info.metadata {
          switch entry.key {
          case "field": field = entry.value
          case "article": article = entry.value
          case "next_step": nextStep = entry.value
          case "reference": reference = entry.value
          default: break
          }
        }
      } else if let sentence = detail.unpacked(as: GoogleRPC.LocalizedMessage.self),
        let language = Language(tag: sentence.locale)
      {
        sentences[language] = sentence.message
      }
    }
  }

  /// A plain trailer, which is percent-encoded.
  private static func text(_ name: String, _ trailers: Metadata) -> String? {
    trailers[name].map { PercentText.decode($0.utf8) }
  }
}

extension GoogleProtobuf.`Any` {
  private static let prefix = "type.googleapis.com/"

  /// The message inside, if it is of this type and can be read.
  package func unpacked<M: Message>(as type: M.Type) -> M? {
    guard typeURL == GoogleProtobuf.`Any`.prefix + M.messageName else { return nil }
    return try? M(serialized: value)
  }

  /// A message with its type.
  package init(packing message: some Message) throws(EncodeFailure) {
    self.init(
      typeURL: GoogleProtobuf.`Any`.prefix + type(of: message).messageName,
      value: try message.serialized())
  }
}

// MARK: - A message that cannot be read

extension DecodeFailure: Refusal {
  package var kind: RefusalKind { .malformed }

  package var reason: String {
    switch cause {
    case .truncated: "request.truncated"
    case .malformed: "request.malformed"
    case .missing: "request.missing"
    case .wrongType: "request.wrong_type"
    case .invalidUTF8: "request.invalid_utf8"
    case .containsNUL: "request.contains_nul"
    case .tooLarge: "request.too_large"
    case .tooDeep: "request.too_deep"
    case .unknown: "request.unknown_field"
    case .duplicate: "request.duplicate_field"
    case .outOfRange: "request.out_of_range"
    }
  }

  package var field: String? { path.isEmpty ? nil : path }

  package var sentence: BilingualText {
    let place =
      path.isEmpty
      ? BilingualText("请求", "The request") : BilingualText("字段 \(path)", "Field \(path)")
    let what = complaint
    return BilingualText("\(place.chinese)\(what.chinese)。", "\(place.english) \(what.english).")
  }

  private var complaint: BilingualText {
    switch cause {
    case .truncated: BilingualText("不完整", "ends too early")
    case .malformed: BilingualText("格式错误", "is malformed")
    case .missing: BilingualText("缺失", "is missing")
    case .wrongType: BilingualText("类型不符", "has another type than the contract says")
    case .invalidUTF8: BilingualText("不是有效的 UTF-8 文本", "is not valid UTF-8")
    case .containsNUL: BilingualText("含有空字符（U+0000）", "holds the character U+0000")
    case .tooLarge(let limit):
      BilingualText("超过 \(limit) 字节的上限", "is above the limit of \(limit) bytes")
    case .tooDeep(let limit):
      BilingualText("嵌套超过 \(limit) 层", "is nested deeper than \(limit) levels")
    case .unknown: BilingualText("不在接口定义之内", "is not part of the contract")
    case .duplicate: BilingualText("重复", "is given twice")
    case .outOfRange: BilingualText("取值超出范围", "is out of range")
    }
  }
}
