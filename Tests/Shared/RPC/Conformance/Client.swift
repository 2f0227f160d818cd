// Every conformance case with our client, against whatever server.

import TestSupport
import Testing

@testable import RPC

struct ConformanceClient {
  let channel: Channel
  /// Whether the server can tell that a message came compressed; ours can.
  var serverSeesCompression = false

  private static let special =
    "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"

  private var patient: CallOptions {
    CallOptions(timeout: .seconds(20) * patience, waitsForReady: true)
  }

  func runAll() async throws {
    let cases: [(String, () async throws -> Void)] = [
      ("empty_unary", emptyUnary), ("large_unary", largeUnary),
      ("client_streaming", clientStreaming), ("server_streaming", serverStreaming),
      ("ping_pong", pingPong), ("empty_stream", emptyStream),
      ("timeout_on_sleeping_server", timeoutOnSleepingServer),
      ("cancel_after_begin", cancelAfterBegin),
      ("cancel_after_first_response", cancelAfterFirstResponse),
      ("status_code_and_message", statusCodeAndMessage),
      ("special_status_message", specialStatusMessage),
      ("unimplemented_method", unimplementedMethod),
      ("unimplemented_service", unimplementedService), ("custom_metadata", customMetadata),
      ("concurrent_large_streams", concurrentLargeStreams),
      ("long_lived_channel", longLivedChannel),
      ("client_compressed_unary", clientCompressedUnary),
      ("server_compressed_unary", serverCompressedUnary),
      ("client_compressed_streaming", clientCompressedStreaming),
      ("server_compressed_streaming", serverCompressedStreaming),
    ]
    for (name, run) in cases {
      do { try await run() } catch { Issue.record("\(name): \(error)") }
    }
  }

  // MARK: Calling

  private func unary(
    _ request: ConformanceRequest, _ options: CallOptions? = nil, method: String = "Unary"
  ) async throws -> UnaryReply {
    try await channel.unary(
      ConformanceService.name + method, request.bytes, options ?? patient)
  }

  /// Sends the requests one after the other, each when the parts of the one before have come; returns all answers.
  private func stream(
    _ method: String, _ requests: [ConformanceRequest], _ options: CallOptions? = nil
  ) async throws -> [ConformanceAnswer] {
    try await channel.stream(ConformanceService.name + method, options ?? patient) { call in
      var answers: [ConformanceAnswer] = []
      for (index, request) in requests.enumerated() {
        try await call.send(request.bytes)
        // Where the method takes one request, some servers begin at its end.
        if index == requests.count - 1 { try await call.finishSending() }
        for _ in request.parts {
          guard let bytes = try await call.next() else { return answers }
          answers.append(ConformanceAnswer(bytes))
        }
      }
      if requests.isEmpty { try await call.finishSending() }
      while let bytes = try await call.next() { answers.append(ConformanceAnswer(bytes)) }
      return answers
    }
  }

  private func parts(_ sizes: [Int]) -> ConformanceRequest {
    ConformanceRequest(parts: sizes.map { ConformancePart(size: $0) })
  }

  // MARK: Messages

  private func emptyUnary() async throws {
    let reply = try await unary(ConformanceRequest(), method: "Empty")
    #expect(reply.message == [])
  }

  private func largeUnary() async throws {
    var request = ConformanceRequest(bodySize: 271_828)
    request.answerSize = 314_159
    let reply = try await unary(request)
    #expect(ConformanceAnswer(reply.message).bodySize == 314_159)
  }

  private func clientStreaming() async throws {
    let requests = [27182, 8, 1828, 45904].map { ConformanceRequest(bodySize: $0) }
    let answers = try await stream("Input", requests)
    #expect(answers.map(\.receivedSize) == [74922])
  }

  private func serverStreaming() async throws {
    let sizes = [31415, 9, 2653, 58979]
    let answers = try await stream("Output", [parts(sizes)])
    #expect(answers.map(\.bodySize) == sizes)
  }

  private func pingPong() async throws {
    let sizes = [(27182, 31415), (8, 9), (1828, 2653), (45904, 58979)]
    let requests = sizes.map {
      ConformanceRequest(bodySize: $0, parts: [ConformancePart(size: $1)])
    }
    let answers = try await stream("Duplex", requests)
    #expect(answers.map(\.bodySize) == sizes.map(\.1))
  }

  private func emptyStream() async throws {
    let answers = try await stream("Duplex", [])
    #expect(answers.isEmpty)
  }

  private func customMetadata() async throws {
    var options = patient
    options.metadata.append("x-weir-echo", "test_initial_metadata_value")
    options.metadata.append("x-weir-echo-bin", bytes: [0xAB, 0xAB, 0xAB])
    let reply = try await unary(ConformanceRequest(), options)
    #expect(reply.headers["x-weir-echo"] == "test_initial_metadata_value")
    #expect(reply.trailers.bytes("x-weir-echo-bin") == [0xAB, 0xAB, 0xAB])
    try await channel.stream(ConformanceService.name + "Duplex", options) { call in
      try await call.send(parts([3]).bytes)
      try await call.finishSending()
      let headers = try await call.headers()
      #expect(headers["x-weir-echo"] == "test_initial_metadata_value")
      while try await call.next() != nil {}
      let trailers = try await call.trailers()
      #expect(trailers.bytes("x-weir-echo-bin") == [0xAB, 0xAB, 0xAB])
    }
  }

  // MARK: Ends

  private func timeoutOnSleepingServer() async throws {
    let request = ConformanceRequest(
      bodySize: 27182, parts: [ConformancePart(size: 1, delayMilliseconds: 60_000)])
    let options = CallOptions(timeout: .milliseconds(50), waitsForReady: true)
    let end = await status { try await stream("Duplex", [request], options) }
    #expect(end?.code == .deadlineExceeded)
  }

  private func cancelAfterBegin() async throws {
    try await channel.stream(ConformanceService.name + "Input", patient) { _ in }
  }

  private func cancelAfterFirstResponse() async throws {
    try await channel.stream(ConformanceService.name + "Duplex", patient) { call in
      try await call.send(parts([31415]).bytes)
      let first = try await call.next()
      #expect(first != nil)
    }
  }

  private func statusCodeAndMessage() async throws {
    try await endsWith(.unknown, "test status message")
  }

  private func specialStatusMessage() async throws {
    try await endsWith(.unknown, Self.special)
  }

  private func unimplementedMethod() async throws {
    try await isUnimplemented(ConformanceService.name + "Unimplemented")
  }

  private func unimplementedService() async throws {
    try await isUnimplemented("/weir.conformance.Absent/Unimplemented")
  }

  private func isUnimplemented(_ path: String) async throws {
    let end = await status { try await channel.unary(path, [], patient) }
    #expect(end?.code == .unimplemented)
  }

  private func endsWith(_ code: StatusCode, _ message: String) async throws {
    var request = ConformanceRequest()
    request.statusCode = Int(code.rawValue)
    request.statusMessage = message
    for end in [
      await status { try await unary(request) },
      await status { try await stream("Duplex", [request]) },
    ] {
      #expect(end?.code == code)
      #expect(end?.message == message)
    }
  }

  // MARK: Load

  private func concurrentLargeStreams() async throws {
    let request = ConformanceRequest(bodySize: 100_000, parts: [ConformancePart(size: 100_000)])
    let requests = [ConformanceRequest](repeating: request, count: 20)
    try await withThrowingTaskGroup(of: [Int].self) { group in
      for _ in 0..<8 {
        group.addTask { try await stream("Duplex", requests).map(\.bodySize) }
      }
      for try await sizes in group {
        #expect(sizes == [Int](repeating: 100_000, count: 20))
      }
    }
  }

  private func longLivedChannel() async throws {
    for size in 0..<500 {
      var request = ConformanceRequest(bodySize: size)
      request.answerSize = size
      let reply = try await unary(request)
      #expect(ConformanceAnswer(reply.message).bodySize == size)
    }
  }

  // MARK: Compression

  private func clientCompressedUnary() async throws {
    var request = ConformanceRequest(bodySize: 271_828)
    request.claimsCompression = true
    request.answerSize = 314_159
    if serverSeesCompression {
      let probe = await status { try await unary(request) }
      #expect(probe?.code == .invalidArgument)
    }
    var options = patient
    options.compresses = true
    let compressed = try await unary(request, options)
    #expect(ConformanceAnswer(compressed.message).bodySize == 314_159)
    request.claimsCompression = false
    let plain = try await unary(request)
    #expect(ConformanceAnswer(plain.message).bodySize == 314_159)
  }

  private func serverCompressedUnary() async throws {
    for isCompressed in [true, false] {
      var request = ConformanceRequest(bodySize: 271_828)
      request.wantsCompressedAnswer = isCompressed
      request.answerSize = 314_159
      let reply = try await unary(request)
      #expect(reply.compresses == isCompressed)
      #expect(ConformanceAnswer(reply.message).bodySize == 314_159)
    }
  }

  private func clientCompressedStreaming() async throws {
    var options = patient
    options.compresses = true
    try await channel.stream(ConformanceService.name + "Input", options) { call in
      var request = ConformanceRequest(bodySize: 27182)
      request.claimsCompression = true
      try await call.send(request.bytes)
      try await call.send(ConformanceRequest(bodySize: 45904).bytes, compressed: false)
      try await call.finishSending()
      let answer = try await call.next()
      #expect(answer.map { ConformanceAnswer($0).receivedSize } == 73086)
    }
  }

  private func serverCompressedStreaming() async throws {
    let request = ConformanceRequest(parts: [
      ConformancePart(size: 31415, isCompressed: true), ConformancePart(size: 92653),
    ])
    try await channel.stream(ConformanceService.name + "Output", patient) { call in
      try await call.send(request.bytes)
      try await call.finishSending()
      let first = try await call.nextWithFlag()
      #expect(first?.wasCompressed == true)
      #expect(first.map { ConformanceAnswer($0.content).bodySize } == 31415)
      let second = try await call.nextWithFlag()
      #expect(second?.wasCompressed == false)
      #expect(second.map { ConformanceAnswer($0.content).bodySize } == 92653)
      let end = try await call.next()
      #expect(end == nil)
    }
  }
}
