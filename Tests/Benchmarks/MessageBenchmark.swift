// Decoding and encoding one batch of 1000 records of eight fields, against protobuf C++.

import Contracts
import Foundation

func messageFigures(_ workshop: Workshop) async throws -> [Figure] {
  let records = (0..<1000).map { number in
    IngestV1.Reject(
      line: Int64(number), field: "id-number", rule: "ingest.check_digit", threshold: "GB 11643",
      value: "44140019700101\(1000 + number)", article: "meizhou-public-2023/13",
      text: CommonV1.BilingualText(chinese: "校验码不符", english: "the check digit is wrong"),
      row: String(repeating: "字段,", count: 20))
  }
  let batch = IngestV1.ListRejectsResponse(rejects: records, nextPageToken: "1")
  let bytes = try batch.serialized()
  try Data(bytes).write(to: URL(fileURLWithPath: workshop.path("batch.bin")))
  let program = try workshop.buildPeer("messages", isServer: false)
  let times = workshop.quick ? 20 : 500
  var decode: (ours: [Double], peer: [Double]) = ([], [])
  var encode: (ours: [Double], peer: [Double]) = ([], [])
  for _ in 0..<workshop.rounds {
    decode.ours.append(
      try nanoseconds(times) {
        try IngestV1.ListRejectsResponse(serialized: bytes).rejects.count
      })
    encode.ours.append(try nanoseconds(times) { try batch.serialized().count })
    let said = try workshop.run(program, [workshop.path("batch.bin"), String(times)])
      .split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
    guard said.count == 2 else { throw BenchError.unreadable("the peer's figures") }
    decode.peer.append(said[0])
    encode.peer.append(said[1])
  }
  let size = "1000 records x 8 fields, \(bytes.count / 1000) kB"
  return [
    .time(
      "decode \(size)", unit: "ms", ours: median(decode.ours) / 1e6,
      peer: median(decode.peer) / 1e6, against: "protobuf C++, -O2", target: 1),
    .time(
      "encode \(size)", unit: "ms", ours: median(encode.ours) / 1e6,
      peer: median(encode.peer) / 1e6, against: "protobuf C++, -O2", target: 1),
  ]
}

/// The mean of so many runs; what the body answers is used, so that no work is left out.
func nanoseconds(_ times: Int, _ body: () throws -> Int) rethrows -> Double {
  var sum = 0
  let start = DispatchTime.now().uptimeNanoseconds
  for _ in 0..<times { sum &+= try body() }
  let elapsed = Double(DispatchTime.now().uptimeNanoseconds - start)
  precondition(sum != 0, "the work of a benchmark has a result")
  return elapsed / Double(times)
}
