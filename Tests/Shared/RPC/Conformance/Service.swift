// The conformance service on our server. Its unary methods are streams of one message here: that is what they are on the
// wire, and only a stream tells whether a message came compressed.

import TestSupport

@testable import RPC

enum ConformanceService {
  static let name = "/weir.conformance.Conformance/"

  static var methods: [MethodHandler] {
    [
      method("Empty") { requests, responses, _ in
        _ = try await requests.next()
        try await responses.write([])
        return Metadata()
      },
      method("Unary") { requests, responses, context in
        guard let request = try await next(requests) else {
          throw Status(.unimplemented, "a unary call carries one message")
        }
        let trailers = try await echoMetadata(
          context, responses, compresses: request.wantsCompressedAnswer)
        try endIfAsked(request)
        try await responses.write(ConformanceAnswer(bodySize: request.answerSize).bytes)
        return trailers
      },
      method("Output") { requests, responses, context in
        _ = try await echoMetadata(context, responses, compresses: true)
        if let request = try await next(requests) { try await answer(request, responses) }
        return Metadata()
      },
      method("Input") { requests, responses, _ in
        var size = 0
        while let request = try await next(requests) { size += request.bodySize }
        try await responses.write(ConformanceAnswer(receivedSize: size).bytes)
        return Metadata()
      },
      method("Duplex") { requests, responses, context in
        let trailers = try await echoMetadata(context, responses, compresses: false)
        while let request = try await next(requests) {
          try endIfAsked(request)
          try await answer(request, responses)
        }
        return trailers
      },
    ]
  }

  private static func method(
    _ method: String,
    _ body:
      @escaping @Sendable (RequestStream, ResponseWriter, ServerContext) async throws ->
      Metadata
  ) -> MethodHandler {
    MethodHandler(path: name + method, implementation: .stream(body))
  }

  private static func next(_ requests: RequestStream) async throws -> ConformanceRequest? {
    guard let (bytes, wasCompressed) = try await requests.nextWithFlag() else { return nil }
    let request = ConformanceRequest(bytes)
    if request.claimsCompression, !wasCompressed {
      throw Status(.invalidArgument, "the message was to be compressed")
    }
    return request
  }

  private static func endIfAsked(_ request: ConformanceRequest) throws(Status) {
    guard let code = StatusCode(rawValue: UInt32(request.statusCode)), code != .ok else { return }
    throw Status(code, request.statusMessage)
  }

  private static func answer(
    _ request: ConformanceRequest, _ responses: ResponseWriter
  ) async throws {
    for part in request.parts {
      // A server that sleeps: the only way on is the caller's deadline.
      if part.delayMilliseconds > 0 { await Signal().wait() }
      let bytes = ConformanceAnswer(bodySize: part.size).bytes
      try await responses.write(bytes, compressed: part.isCompressed)
    }
  }

  /// Sends the headers; returns the trailers.
  private static func echoMetadata(
    _ context: ServerContext, _ responses: ResponseWriter, compresses: Bool
  ) async throws -> Metadata {
    var headers = Metadata()
    var trailers = Metadata()
    if let text = context.metadata["x-weir-echo"] { headers.append("x-weir-echo", text) }
    if let bytes = context.metadata.bytes("x-weir-echo-bin") {
      trailers.append("x-weir-echo-bin", bytes: bytes)
    }
    if compresses || !headers.isEmpty {
      try await responses.sendHeaders(headers, compresses: compresses)
    }
    return trailers
  }
}
