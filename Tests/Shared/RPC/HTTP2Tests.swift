// The parts of HTTP/2 that proxies and foreign stacks rely on, frame by frame, on both of our sides (RFC 9113).

import TestSupport
import Testing

@testable import RPC

private let ping: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]

@Suite("our server keeps to HTTP/2, frame by frame")
struct HTTP2ServerTests {
  private func call(_ stream: UInt32, _ content: [UInt8] = [7], _ path: String = "Unary") -> [UInt8]
  {
    Raw.headers(stream, "/test.Echo/" + path)
      + Raw.frame(0, Raw.endStream, stream, Raw.message(content))
  }

  private func dataBytes(_ frames: [Raw.Frame]) -> [UInt8] {
    frames.filter { $0.type == 0 }.flatMap(\.payload)
  }

  @Test("an error without an answer is one HEADERS frame that ends the stream (Trailers-Only)")
  func trailersOnly() async throws {
    let echo = try await EchoServer()
    let client = try RawPeer(echo)
    client.send(Raw.preface + call(1, [], "Fail"))
    let frames = try client.frames(ofStream: 1)
    #expect(frames.map(\.type) == [1])
    await echo.shutdown()
  }

  @Test("a PING is answered with its own bytes")
  func pingAnswer() async throws {
    let echo = try await EchoServer()
    let client = try RawPeer(echo)
    client.send(Raw.preface + Raw.frame(6, 0, 0, ping))
    let answer = try client.nextFrame(type: 6)
    #expect(answer == Raw.Frame(type: 6, flags: Raw.acknowledges, stream: 0, payload: ping))
    await echo.shutdown()
  }

  @Test("GOAWAY comes twice: a notice, then the last stream; what came between is served")
  func goAway() async throws {
    // Time stands still: the server gives a peer a second to answer.
    let echo = try await EchoServer(clock: ManualClock())
    let client = try RawPeer(echo)
    client.send(Raw.preface + call(1, [1], "Gate"))
    try await eventually("the first call to run") { echo.events.count("gate reached") == 1 }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await echo.server.drain(timeout: .seconds(60)) }
      let notice = try client.nextFrame(type: 7)
      #expect(notice.number == 0x7FFF_FFFF)
      let question = try client.nextFrame(type: 6)
      client.send(call(3))
      let late = try client.frames(ofStream: 3)
      #expect(dataBytes(late) == Raw.message([7]))
      client.send(Raw.frame(6, Raw.acknowledges, 0, question.payload))
      let last = try client.nextFrame(type: 7)
      #expect(last.number == 3)
      echo.events.gate.send()
      let early = try client.frames(ofStream: 1)
      #expect(dataBytes(early) == Raw.message([1]))
      #expect(client.readToEnd() != nil)
      try await group.waitForAll()
    }
    #expect(await echo.server.statistics().callsFailed == 0)
    await echo.shutdown()
  }

  @Test("SETTINGS in the middle of a stream move its window, below zero too")
  func settingsMidStream() async throws {
    let echo = try await EchoServer()
    let client = try RawPeer(echo)
    client.send(Raw.magic + Raw.settings([(4, 0)]) + call(1, [UInt8](repeating: 7, count: 1000)))
    try client.nextFrame(type: 1, stream: 1)
    client.send(Raw.settings([(4, 100)]))
    #expect(try client.nextFrame(type: 0).payload.count == 100)
    // The window is 0 - 100 now; the update brings it to 0, which is nothing to send yet.
    client.send(Raw.settings([(4, 0)]) + Raw.windowUpdate(1, 100) + Raw.frame(6, 0, 0, ping))
    try client.nextFrame(type: 6)
    #expect(!client.hasKept(type: 0))
    client.send(Raw.windowUpdate(1, 905))
    #expect(dataBytes(try client.frames(ofStream: 1)).count == 905)
    await echo.shutdown()
  }

  @Test("windows that open one byte at a time let one byte at a time through")
  func oneByteWindows() async throws {
    let echo = try await EchoServer()
    let client = try RawPeer(echo)
    let message = Raw.message(Array(0..<20))
    client.send(Raw.magic + Raw.settings([(4, 0)]) + call(1, Array(0..<20)))
    try client.nextFrame(type: 1, stream: 1)
    for byte in message {
      client.send(Raw.windowUpdate(1, 1))
      #expect(try client.nextFrame(type: 0).payload == [byte])
    }
    #expect(try client.nextFrame(type: 1, stream: 1).endsStream)
    await echo.shutdown()
  }

  @Test("a header block may come in pieces (CONTINUATION)")
  func continuation() async throws {
    let echo = try await EchoServer()
    let client = try RawPeer(echo)
    let block = Raw.requestBlock("/test.Echo/Unary")
    client.send(
      Raw.preface + Raw.frame(1, 0, 1, Array(block[..<1])) + Raw.frame(9, 0, 1, [])
        + Raw.frame(9, 0, 1, Array(block[1..<20]))
        + Raw.frame(9, Raw.endHeaders, 1, Array(block[20...]))
        + Raw.frame(0, Raw.endStream, 1, Raw.message([7])))
    #expect(dataBytes(try client.frames(ofStream: 1)) == Raw.message([7]))
    await echo.shutdown()
  }

  @Test("padding is no content, and its share of the windows is given back")
  func padding() async throws {
    var limits = ServerLimits()
    limits.streamWindowBytes = 65_535
    limits.connectionWindowBytes = 65_535
    let echo = try await EchoServer(limits: limits)
    let client = try RawPeer(echo)
    let pad = [UInt8](repeating: 0, count: 255)
    client.send(
      Raw.preface
        + Raw.frame(
          1, Raw.endHeaders | Raw.padded, 1,
          [255] + Raw.requestBlock("/test.Echo/Unary") + pad))
    // More than twice the window, almost all of it padding.
    let message = Raw.message([UInt8](repeating: 7, count: 595))
    for (index, byte) in message.enumerated() {
      // Now and then a frame of nothing else.
      if index % 10 == 0 { client.send(Raw.frame(0, Raw.padded, 1, [255] + pad)) }
      let end = index == message.count - 1 ? Raw.endStream : 0
      client.send(Raw.frame(0, Raw.padded | end, 1, [255, byte] + pad))
    }
    #expect(dataBytes(try client.frames(ofStream: 1)) == message)
    await echo.shutdown()
  }

  @Test("HEADERS after DATA are trailers if they end the stream, else an error of that stream")
  func headersAfterData() async throws {
    let echo = try await EchoServer()
    let client = try RawPeer(echo)
    let trailers = Raw.block([("x-trailer", "1")])
    client.send(
      Raw.preface + Raw.headers(1, "/test.Echo/Unary") + Raw.frame(0, 0, 1, Raw.message([7]))
        + Raw.frame(1, Raw.endHeaders | Raw.endStream, 1, trailers))
    #expect(dataBytes(try client.frames(ofStream: 1)) == Raw.message([7]))
    client.send(
      Raw.headers(3, "/test.Echo/Unary") + Raw.frame(0, 0, 3, Raw.message([7]))
        + Raw.frame(1, Raw.endHeaders, 3, trailers))
    #expect(try client.nextFrame(type: 3).stream == 3)
    client.send(call(5))
    #expect(dataBytes(try client.frames(ofStream: 5)) == Raw.message([7]))
    await echo.shutdown()
  }
}

@Suite("content types are read as RFC 9110 has them, and a strange path is no long answer")
struct RequestHeaderTests {
  @Test(
    "a media type's case means nothing, and blanks may stand before its parameters",
    arguments: [
      ("application/grpc", CallForm.grpc), ("Application/gRPC", .grpc),
      ("application/grpc+proto", .grpc), ("application/grpc ; a=b", .grpc),
      ("application/GRPC+JSON", .grpcJSON), ("application/grpc+json ;charset=utf-8", .grpcJSON),
      ("application/grpc+jsonx", .grpc), ("application/grpcx", nil), ("application/grpc-web", nil),
      ("application/json", .json), ("Application/JSON", .json),
      ("application/json ;charset=utf-8", .json), ("application/json\t; charset=utf-8", .json),
      ("application/jsonx", nil), ("application/json x", nil), ("application/jso", nil), ("", nil),
      ("\u{61}pplication\u{4F}json", nil),
    ] as [(String, CallForm?)])
  func mediaTypes(_ text: String, _ form: CallForm?) {
    let found = bytes(text).withUnsafeBufferPointer { value in
      ReceivedField(name: value, value: value).callForm
    }
    #expect(found == form)
  }

  @Test("an unknown path comes back no longer than a client's headers may be")
  func longPath() async throws {
    let echo = try await EchoServer()
    let path = "/test.Echo/" + String(repeating: "%", count: 12_000)
    let end = await status { try await echo.channel().unary(path, []) }
    #expect(end?.code == .unimplemented)
    #expect(end?.message.hasPrefix("no method /test.Echo/%%") == true)
    await echo.shutdown()
  }
}

@Suite("our client keeps to HTTP/2, frame by frame")
struct HTTP2ClientTests {
  private func withChannel(
    _ part: @escaping @Sendable (RawServer) throws -> Void,
    _ body: (Channel) async throws -> Void
  ) async throws {
    let pki = try TestPKI()
    let server = try RawServer(pki)
    let reactors = ReactorGroup(threadCount: 1, seed: 1)
    var configuration = ChannelConfiguration(
      addresses: [server.address],
      tls: try pki.system("roll", department: "police").tls(trusting: pki.serviceRootPEM))
    configuration.backoff.initial = .milliseconds(1)
    configuration.defaultTimeout = .seconds(120)
    let channel = try Channel(configuration: configuration, reactors: reactors)
    try await server.playing(part) { try await body(channel) }
    await reactors.shutdown()
  }

  @Test("after GOAWAY the streams up to the last finish, those behind it begin anew elsewhere")
  func goAway() async throws {
    try await withChannel { server in
      let first = try server.accept()
      for stream: UInt32 in [1, 3] { try first.nextFrame(type: 0, stream: stream) }
      first.send(Raw.frame(7, 0, 0, Raw.number(1) + Raw.number(0)))
      let second = try server.accept()
      try second.nextFrame(type: 0, stream: 1)
      second.send(Raw.answer(1, [3]))
      first.send(Raw.answer(1, [1]))
      _ = first.readToEnd()
    } _: { channel in
      try await withThrowingTaskGroup(of: [UInt8].self) { group in
        for _ in 0..<2 { group.addTask { try await channel.unary("/a.B/C", [0]).message } }
        var answers: [[UInt8]] = []
        for try await answer in group { answers.append(answer) }
        #expect(Set(answers) == [[1], [3]])
      }
    }
  }

  @Test("a window that opens by one byte, then by SETTINGS in the middle of the stream, is used")
  func windows() async throws {
    try await withChannel { server in
      let peer = try server.accept(settings: [(4, 0)])
      try peer.nextFrame(type: 1, stream: 1)
      let message = Raw.message([UInt8](repeating: 7, count: 1000))
      for byte in message.prefix(10) {
        peer.send(Raw.windowUpdate(1, 1))
        let data = try peer.nextFrame(type: 0)
        #expect(data.payload == [byte])
      }
      peer.send(Raw.settings([(4, 500)]))
      let most = try peer.nextFrame(type: 0)
      #expect(most.payload.count == 500)
      peer.send(Raw.windowUpdate(1, 495))
      let rest = try peer.nextFrame(type: 0)
      #expect(rest.payload.count == 495)
      peer.send(Raw.answer(1, [1]))
      _ = peer.readToEnd()
    } _: { channel in
      let message = [UInt8](repeating: 7, count: 1000)
      let reply = try await channel.unary("/a.B/C", message)
      #expect(reply.message == [1])
      await channel.shutdown()
    }
  }

  @Test("an answer may be padded, and its headers come in pieces")
  func paddingAndContinuation() async throws {
    try await withChannel { server in
      let peer = try server.accept()
      try peer.nextFrame(type: 0, stream: 1)
      let pad = [UInt8](repeating: 0, count: 9)
      peer.send(
        Raw.frame(1, 0, 1, Array(Raw.answerBlock.prefix(3)))
          + Raw.frame(9, Raw.endHeaders, 1, Array(Raw.answerBlock.dropFirst(3)))
          + Raw.frame(0, Raw.padded, 1, [9] + Raw.message([5]) + pad)
          + Raw.frame(
            1, Raw.endHeaders | Raw.endStream | Raw.padded, 1, [9] + Raw.trailerBlock + pad))
      _ = peer.readToEnd()
    } _: { channel in
      let reply = try await channel.unary("/a.B/C", [])
      #expect(reply.message == [5])
      await channel.shutdown()
    }
  }

  @Test("a PING is answered, and a Trailers-Only answer is a status")
  func pingAndTrailersOnly() async throws {
    try await withChannel { server in
      let peer = try server.accept()
      try peer.nextFrame(type: 0, stream: 1)
      peer.send(Raw.frame(6, 0, 0, ping))
      let answer = try peer.nextFrame(type: 6)
      #expect(answer == Raw.Frame(type: 6, flags: Raw.acknowledges, stream: 0, payload: ping))
      let trailers = Raw.block([("grpc-status", "5"), ("grpc-message", "not here")])
      peer.send(
        Raw.frame(1, Raw.endHeaders | Raw.endStream, 1, Raw.answerBlock + trailers))
      _ = peer.readToEnd()
    } _: { channel in
      let end = await status { try await channel.unary("/a.B/C", []) }
      #expect(end?.code == .notFound)
      #expect(end?.message == "not here")
      await channel.shutdown()
    }
  }
}
