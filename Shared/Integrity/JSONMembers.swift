// Members of what is stored as canonical JSON: written where they say something, read back by their kind.

package import Vocabulary

/// A stored content that today's program cannot read; never the fault of a caller.
package struct UnreadableContent: Error, Sendable, Equatable {
  package let what: String

  package init(what: String) { self.what = what }
}

extension JSONObject {
  package init(stored bytes: [UInt8]) throws {
    guard case .object(let object) = try CanonicalJSON.decodeCanonical(bytes) else {
      throw UnreadableContent(what: "content")
    }
    self = object
  }

  package var stored: [UInt8] { CanonicalJSON.encode(.object(self)) }

  // A member that says nothing is left out.

  package mutating func set(_ name: String, _ text: String) {
    if !text.isEmpty { self[name] = .string(text) }
  }
  package mutating func set(_ name: String, _ number: some BinaryInteger) {
    if number != 0 { self[name] = .integer(Int64(number)) }
  }
  package mutating func set(_ name: String, _ flag: Bool) {
    if flag { self[name] = .bool(true) }
  }
  package mutating func set(_ name: String, _ time: Instant?) {
    if let time { self[name] = .integer(time.milliseconds) }
  }
  package mutating func set(_ name: String, _ day: CivilDate?) {
    if let day { self[name] = .string(day.iso) }
  }
  package mutating func set(_ name: String, _ list: [JSONObject]) {
    set(name, list.map { JSONValue.object($0) })
  }
  package mutating func set(_ name: String, _ list: [JSONValue]) {
    if !list.isEmpty { self[name] = .array(list) }
  }
  package mutating func set(_ name: String, texts: [String]) {
    set(name, texts.map { JSONValue.string($0) })
  }
  package mutating func set(_ name: String, _ object: JSONObject?) {
    if let object { self[name] = .object(object) }
  }

  package func text(_ name: String) -> String { self[name]?.string ?? "" }
  package func number(_ name: String) -> Int64 { self[name]?.integer ?? 0 }
  package func flag(_ name: String) -> Bool { self[name]?.bool ?? false }
  package func time(_ name: String) -> Instant? {
    self[name]?.integer.map { Instant(milliseconds: $0) }
  }
  package func day(_ name: String) -> CivilDate? { CivilDate(iso: text(name)) }
  package func list(_ name: String) -> [JSONValue] { self[name]?.array ?? [] }
  package func texts(_ name: String) -> [String] { list(name).compactMap(\.string) }
  package func objects(_ name: String) -> [JSONObject] {
    list(name).compactMap { if case .object(let object) = $0 { object } else { nil } }
  }
  package func object(_ name: String) -> JSONObject? {
    if case .object(let object) = self[name] { object } else { nil }
  }
}

extension LegalBasis {
  package var json: JSONObject {
    var object = JSONObject()
    object.set("kind", kind.rawValue)
    object.set("title", title)
    object.set("article", article)
    if !text.isEmpty { object.set("text", text) }
    return object
  }

  /// `nil` for what is no ground.
  package init?(_ object: JSONObject?) {
    guard let object, let kind = BasisKind(rawValue: object.text("kind")) else { return nil }
    self.init(
      kind: kind, title: object.text("title"), article: object.text("article"),
      text: object.text("text"))
  }
}
