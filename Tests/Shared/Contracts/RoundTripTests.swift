// Messages mean to us what they mean to Python's protobuf, in bytes and in JSON, both ways.

import Contracts
import Testing

@Suite("A message means the same to another implementation")
struct RoundTripTests {
  /// One message that Python made, and what we make of it.
  private struct Case {
    let name: String
    let bytes: [UInt8]
    let json: [UInt8]

    init(_ words: [String]) throws {
      name = words[0]
      bytes = try Oracle.bytes(words[1])
      json = try Oracle.bytes(words[2])
    }
  }

  @Test(
    "random messages of every method come back from bytes and from JSON", arguments: [1, 20260])
  func randomMessages(seed: Int) throws {
    let cases = try Oracle.ask(["generate", "\(seed)", "1500"]).map(Case.init)
    try #require(cases.count == 1500)
    var answers: [String] = []
    for each in cases {
      let type = try Oracle.type(each.name)
      answers.append(try answer(each, type))
    }
    let complaints = try Oracle.ask(["verify"], input: answers)
    #expect(complaints.isEmpty, "seed \(seed): \(complaints.prefix(3))")
  }

  /// Checks both readings against each other, and gives Python what we would send.
  private func answer<M: Message>(_ each: Case, _ type: M.Type) throws -> String {
    let message = try M(serialized: each.bytes)
    let fromJSON = try M(jsonBytes: each.json, limits: .standard)
    #expect(message == fromJSON, "\(each.name) \(String(decoding: each.json, as: UTF8.self))")
    let ours = try message.serialized()
    #expect(try M(serialized: ours) == message)
    let json = try message.jsonBytes()
    return "\(each.name) \(Oracle.word(each.bytes)) \(Oracle.word(ours)) \(Oracle.word(json))"
  }

  @Test("what Python refuses, we refuse", arguments: [2, 20261])
  func damagedMessages(seed: Int) throws {
    let cases = try Oracle.ask(["mutate", "\(seed)", "4000"])
    var refused = 0
    for words in cases {
      let (bytes, isGood) = (try Oracle.bytes(words[1]), words[2] == "good")
      let isRead = reads(bytes, try Oracle.type(words[0]))
      #expect(isGood || !isRead, "seed \(seed): \(words[0]) \(words[1])")
      if !isRead { refused += 1 }
    }
    // A judge that lets everything pass would prove nothing.
    #expect(refused > 500)
  }

  private func reads<M: Message>(_ bytes: [UInt8], _ type: M.Type) -> Bool {
    (try? M(serialized: bytes)) != nil
  }

  @Test("protoc writes our bytes out as text and back into the same bytes")
  func protocAgrees() throws {
    let request = IngestV1.CompareChunkRequest(
      entry: "entries/E-1", comparison: "comparisons/C-1", number: 3,
      ids: [UInt8](repeating: 7, count: 16 * 300), names: ["王小明", "", "a\u{0}b"],
      others: [.init(row: 5, documentType: "passport", documentNumber: "E123")],
      direction: .absent, period: .init(firstDay: "2024-01-01"), rollRows: 1 << 40)
    let bytes = try request.serialized()
    let text = try Tool.run("protoc", protocArguments("decode", request), input: bytes)
    #expect(String(decoding: text, as: UTF8.self).contains("direction: ABSENT"))
    #expect(try Tool.run("protoc", protocArguments("encode", request), input: text) == bytes)
  }

  private func protocArguments(_ mode: String, _ message: some Message) -> [String] {
    let name = type(of: message).messageName
    return [
      "-I", Oracle.path("proto"), "-I", "/usr/include", "--\(mode)=\(name)",
      "weir/ingest/v1/ingest.proto",
    ]
  }
}
