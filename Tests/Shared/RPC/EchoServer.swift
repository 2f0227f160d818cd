// The server that these tests call: methods that echo, count, wait and fail, and a way to know what happened inside.

import Crypto
import RPC
import Synchronization
import TestSupport

extension TestPKI.Identity {
  /// TLS with this identity, trusting one root.
  func tls(
    trusting rootPEM: String,
    clientCertificates: TLSConfiguration.ClientCertificatePolicy = .required,
    toleratesExpired: Bool = true
  ) -> TLSConfiguration {
    TLSConfiguration(
      certificateChainPEM: Array(chainPEM.utf8), privateKeyPEM: Array(privateKeyPEM.utf8),
      trustRootsPEM: [Array(rootPEM.utf8)], clientCertificates: clientCertificates,
      toleratesExpired: toleratesExpired)
  }
}

/// Something that happens once, and can be waited for from anywhere.
final class Signal: Sendable {
  private let stream: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation
  init() { (stream, continuation) = AsyncStream.makeStream(of: Void.self) }
  func send() { continuation.finish() }
  /// Returns also when the waiting task is cancelled.
  func wait() async { for await _ in stream {} }
}

/// A started echo server with its own reactors and certificates.
final class EchoServer: Sendable {
  let pki: TestPKI
  let reactors: ReactorGroup
  let server: Server
  let address: Address
  let events: Events

  /// What handlers and hooks have noted.
  final class Events: Sendable {
    private let notes = Mutex<[String]>([])
    let gate = Signal()
    func note(_ text: String) { notes.withLock { $0.append(text) } }
    var all: [String] { notes.withLock { $0 } }
    func count(_ text: String) -> Int { all.count { $0 == text } }
  }

  struct Unexpected: Error {}

  init(
    pki: TestPKI? = nil, threads: Int = 2, port: UInt16 = 0, host: String = "127.0.0.1",
    clientCertificates: TLSConfiguration.ClientCertificatePolicy = .required,
    toleratesExpired: Bool = true, limits: ServerLimits = ServerLimits(),
    fallback: MethodHandler.Implementation? = nil, clock: ManualClock? = nil
  ) async throws {
    let pki = try pki ?? TestPKI()
    let events = Events()
    let identity = try pki.service("echo")
    let configuration = ServerConfiguration(
      address: Address(host: host, port: port),
      tls: identity.tls(
        trusting: pki.departmentRootPEM, clientCertificates: clientCertificates,
        toleratesExpired: toleratesExpired),
      limits: limits,
      onRefusal: { events.note("refused: \($0.reason)") },
      onFault: { error, reference, path in
        events.note("fault: \(error) \(path) \(reference.isEmpty ? "none" : "referenced")")
      })
    self.pki = pki
    self.events = events
    reactors = clock?.reactors(threads) ?? ReactorGroup(threadCount: threads, seed: 7)
    server = try Server(
      configuration: configuration, reactors: reactors, methods: Self.methods(events),
      fallback: fallback)
    address = try await server.start()
  }

  func shutdown() async {
    await server.stop()
    await reactors.shutdown()
  }

  static func methods(_ events: Events) -> [MethodHandler] {
    unaryMethods(events) + streamMethods(events) + [jsonMethod(events)] + pages
  }

  /// Speaks JSON as well as protobuf, as a handler of its own does: the message goes through as it came.
  private static func jsonMethod(_ events: Events) -> MethodHandler {
    MethodHandler(
      path: "/test.Echo/JSON",
      implementation: .unary { message, context in
        events.note(context.isJSON ? "json" : "protobuf")
        if message.isEmpty {
          // google.rpc.Status: code 5, one Any with a type and a value.
          let any = [0x0A, 3] + Array("x/T".utf8) + [0x12, 1, 7]
          var trailers = Metadata()
          trailers.append("weir-reason", "test.no")
          throw Status(
            .notFound, "nicht \"da\"\n没有", details: [8, 5, 0x1A, UInt8(any.count)] + any,
            trailers: trailers)
        }
        if message == Array("bad".utf8) { throw Status(.invalidArgument, "no JSON") }
        if message == Array("fault".utf8) { throw Unexpected() }
        return UnaryReply(message)
      }, answersJSON: true)
  }

  private static let pages = [
    MethodHandler(page: "/page", contentType: "text/plain; charset=utf-8") { context in
      if context.metadata["x-who"] == "nobody" {
        var trailers = Metadata()
        trailers.append("weir-reason", "test.not_you")
        throw Status(.permissionDenied, "not you", trailers: trailers)
      }
      return Array("一页\n".utf8)
    }
  ]

  private static func unaryMethods(_ events: Events) -> [MethodHandler] {
    [
      MethodHandler(
        path: "/test.Echo/Unary",
        implementation: .unary { message, context in
          var trailers = Metadata()
          if let echoed = context.metadata["x-echo"] { trailers.append("x-echo", echoed) }
          if let bytes = context.metadata.bytes("x-echo-bin") {
            trailers.append("x-echo-bin", bytes: bytes)
          }
          return UnaryReply(message, trailers: trailers)
        }),
      MethodHandler(
        path: "/test.Echo/WhoAmI",
        implementation: .unary { _, context in
          let peer = context.peer.certificate
          let text = "\(peer?.uris.first ?? "nobody") \(peer?.verifyError ?? -1)"
          return UnaryReply(Array(text.utf8))
        }),
      MethodHandler(
        path: "/test.Echo/Fail",
        implementation: .unary { _, _ in
          var trailers = Metadata()
          trailers.append("weir-reason", "test.no")
          throw Status(
            .failedPrecondition, "50 % nein, 没有 \n", details: [8, 9], trailers: trailers)
        }),
      MethodHandler(
        path: "/test.Echo/Fault", implementation: .unary { _, _ in throw Unexpected() }),
      MethodHandler(
        path: "/test.Echo/Wait",
        implementation: .unary { _, context in
          events.note("wait began")
          if context.deadline != nil { events.note("has deadline") }
          let never = Signal()
          await never.wait()
          events.note(Task.isCancelled ? "wait cancelled" : "wait ended")
          throw CancellationError()
        }),
      MethodHandler(
        path: "/test.Echo/Barred",
        implementation: .unary { message, _ in
          events.note("handled")
          return UnaryReply(message)
        },
        admits: { _ in
          events.note("asked")
          throw Status(.permissionDenied, "not you")
        }),
      MethodHandler(
        path: "/test.Echo/Gate",
        implementation: .unary { message, _ in
          events.note("gate reached")
          await events.gate.wait()
          return UnaryReply(message)
        }),
    ]
  }

  private static func streamMethods(_ events: Events) -> [MethodHandler] {
    echoing(events) + flooding(events)
  }

  private static func echoing(_ events: Events) -> [MethodHandler] {
    [
      MethodHandler(
        path: "/test.Echo/Bidi",
        implementation: .stream { requests, responses, _ in
          while let message = try await requests.next() { try await responses.write(message) }
          var trailers = Metadata()
          trailers.append("x-end", "all echoed")
          return trailers
        }),
      MethodHandler(
        path: "/test.Echo/Collect",
        implementation: .stream { requests, responses, _ in
          var sum = 0
          while let message = try await requests.next() { sum += message.count }
          try await responses.write(Array(String(sum).utf8))
          return Metadata()
        }),
      MethodHandler(
        path: "/test.Echo/Expand",
        implementation: .stream { requests, responses, _ in
          let first = try await requests.next() ?? []
          let count = Int(String(decoding: first, as: UTF8.self)) ?? 0
          var headers = Metadata()
          headers.append("x-count", String(count))
          try await responses.sendHeaders(headers)
          for index in 0..<count {
            try await responses.write(Array("item \(index)".utf8))
            events.note("written")
          }
          return Metadata()
        }),
    ]
  }

  private static func flooding(_ events: Events) -> [MethodHandler] {
    [
      MethodHandler(
        path: "/test.Echo/GateThenCollect",
        implementation: .stream { requests, responses, _ in
          events.note("gate reached")
          await events.gate.wait()
          var sum = 0
          while let message = try await requests.next() { sum += message.count }
          try await responses.write(Array(String(sum).utf8))
          return Metadata()
        }),
      MethodHandler(
        path: "/test.Echo/Flood",
        implementation: .stream { _, responses, _ in
          do {
            for _ in 0..<1000 {
              try await responses.write([UInt8](repeating: 7, count: 64 << 10))
              events.note("written")
            }
            events.note("flood done")
          } catch {
            events.note("flood stopped")
            throw error
          }
          return Metadata()
        }),
      MethodHandler(
        path: "/test.Echo/FailAfterTwo",
        implementation: .stream { _, responses, _ in
          try await responses.write([1])
          try await responses.write([2])
          throw Status(.aborted, "after two", details: [1])
        }),
    ]
  }
}
