// Refusals of requests that have nothing to do with a regulation: malformed, unknown, sent twice with other content.

package import Vocabulary

/// What every service may find wrong with a request before its rules are asked.
package enum RequestRefusal: Refusal, Hashable {
  case malformed(field: String, expected: BilingualText)
  case missing(field: String)
  case unknownResource(field: String, name: String)
  case pageTokenUnknown
  case requestIDMissing
  case requestIDReused
  case changedMeanwhile(name: String)

  package var reason: String {
    switch self {
    case .malformed: "request.malformed"
    case .missing: "request.field_missing"
    case .unknownResource: "request.not_found"
    case .pageTokenUnknown: "request.page_token_unknown"
    case .requestIDMissing: "request.request_id_missing"
    case .requestIDReused: "request.request_id_reused"
    case .changedMeanwhile: "request.changed_meanwhile"
    }
  }

  package var kind: RefusalKind {
    switch self {
    case .unknownResource: .notFound
    case .requestIDReused: .alreadyExists
    case .changedMeanwhile: .lostRace
    default: .malformed
    }
  }

  package var field: String? {
    switch self {
    case .malformed(let field, _), .missing(let field), .unknownResource(let field, _): field
    case .pageTokenUnknown: "page_token"
    case .requestIDMissing, .requestIDReused: "request_id"
    case .changedMeanwhile: "etag"
    }
  }

  package var nextStep: BilingualText? {
    switch self {
    case .changedMeanwhile: BilingualText("请重新读取后再改。", "Read it again, then change it.")
    case .requestIDReused: BilingualText("请换一个 request_id。", "Choose another request_id.")
    default: nil
    }
  }

  package var sentence: BilingualText {
    switch self {
    case .malformed(let field, let expected):
      BilingualText("\(field) 应为：\(expected.chinese)。", "\(field) must be \(expected.english).")
    case .missing(let field):
      BilingualText("缺少 \(field)。", "\(field) is missing.")
    case .unknownResource(_, let name):
      BilingualText("没有 \(name)，或您无权查看。", "There is no \(name), or you may not see it.")
    case .pageTokenUnknown:
      BilingualText("page_token 不是本列表给出的。", "The page_token was not given by this list.")
    case .requestIDMissing:
      BilingualText("变更请求须带 request_id。", "A change needs a request_id.")
    case .requestIDReused:
      BilingualText("该 request_id 已用于其他内容。", "This request_id was used for other content.")
    case .changedMeanwhile(let name):
      BilingualText("\(name) 已被他人修改。", "\(name) was changed by somebody else meanwhile.")
    }
  }
}
