// Messages survive the way through protobuf-c and through JSON.

import Contracts
import Testing

@Suite("A message survives the way through bytes and JSON")
struct RoundTripTests {
  @Test("bytes and JSON bring every kind of field back")
  func smoke() throws {
    let status = GoogleRPC.Status(
      code: 3, message: "nein\u{0}ja 堰",
      details: [
        try GoogleProtobuf.`Any`(
          packing: GoogleRPC.ErrorInfo(
            reason: "R", domain: "share.weir", metadata: [.init(key: "a", value: "b")]))
      ])
    let bytes = try status.serialized()
    #expect(try GoogleRPC.Status(serialized: bytes) == status)
    let json = try status.json()
    #expect(try GoogleRPC.Status(json: json) == status)
    #expect(throws: DecodeFailure.self) {
      try GoogleRPC.Status(serialized: Array(bytes.dropLast()))
    }
  }
}
