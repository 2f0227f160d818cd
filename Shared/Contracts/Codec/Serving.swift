// From frames to handlers: admit, then decode, call, encode; and a refusal becomes a status.

package import Access
package import RPC
import Vocabulary

/// The messages of a caller, one after another.
package struct MessageReader<Element: Message>: Sendable {
  private let source: @Sendable () async throws -> Element?
  private let all: @Sendable () async throws -> [Element]

  /// - Parameters:
  ///   - source: Gives the next message, `nil` after the last.
  ///   - all: Gives all that have come, at least one; none after the last.
  package init(
    _ source: @escaping @Sendable () async throws -> Element?,
    all: (@Sendable () async throws -> [Element])? = nil
  ) {
    self.source = source
    self.all = all ?? { try await source().map { [$0] } ?? [] }
  }

  /// The next message, `nil` after the last; reading is what lets the other side send on.
  package func next() async throws -> Element? { try await source() }

  /// All messages that have come, at least one; none after the last. For who can do with many at once what costs as much for
  /// one: each ``next()`` goes to the connection's thread and back.
  package func nextAll() async throws -> [Element] { try await all() }
}

/// Where messages go, one after another.
package struct MessageWriter<Element: Message>: Sendable {
  private let sink: @Sendable (Element) async throws -> Void
  private let end: @Sendable () async throws -> Void

  /// - Parameters:
  ///   - sink: Takes one message and waits while the other side does not read.
  ///   - end: Says that no message follows; for a handler's replies that is the handler's return.
  package init(
    _ sink: @escaping @Sendable (Element) async throws -> Void,
    end: @escaping @Sendable () async throws -> Void = {}
  ) {
    self.sink = sink
    self.end = end
  }

  /// Sends one message; waits while the other side does not read.
  package func write(_ message: Element) async throws { try await sink(message) }

  /// Says that no message follows. A client that streams and also reads calls it when it has sent all.
  package func finish() async throws { try await end() }
}

// What the generated registrations are made of.

extension MethodHandler {
  package static func unary<Request: Message, Reply: Message>(
    _ access: MethodAccess, _ admission: any Admission,
    _ body: @escaping @Sendable (Request, CallContext) async throws -> Reply
  ) -> MethodHandler {
    MethodHandler(
      path: access.path,
      implementation: .unary { bytes, context in
        let call = try admission.admit(context, access)
        return try await call.answering(nil) {
          try await answer(bytes, context) { try await body($0, call) }
        }
      }, answersJSON: true, admits: { try admission.admitEarly($0, access) })
  }

  package static func serverStreaming<Request: Message, Reply: Message>(
    _ access: MethodAccess, _ admission: any Admission,
    _ body: @escaping @Sendable (Request, MessageWriter<Reply>, CallContext) async throws -> Void
  ) -> MethodHandler {
    MethodHandler(
      path: access.path,
      implementation: .stream { requests, writer, context in
        let call = try admission.admit(context, access)
        return try await call.answering(nil) {
          let request: Request = try await onlyMessage(of: requests)
          try await body(request, replies(writer), call)
          return Metadata()
        }
      })
  }

  package static func clientStreaming<Request: Message, Reply: Message>(
    _ access: MethodAccess, _ admission: any Admission,
    _ body: @escaping @Sendable (MessageReader<Request>, CallContext) async throws -> Reply
  ) -> MethodHandler {
    MethodHandler(
      path: access.path,
      implementation: .stream { stream, writer, context in
        let call = try admission.admit(context, access)
        return try await call.answering(nil) {
          try await writer.write(try await body(requests(stream), call).serialized())
          return Metadata()
        }
      })
  }

  package static func bidirectional<Request: Message, Reply: Message>(
    _ access: MethodAccess, _ admission: any Admission,
    _ body:
      @escaping @Sendable (
        MessageReader<Request>, MessageWriter<Reply>, CallContext
      ) async throws -> Void
  ) -> MethodHandler {
    MethodHandler(
      path: access.path,
      implementation: .stream { stream, writer, context in
        let call = try admission.admit(context, access)
        return try await call.answering(nil) {
          try await body(requests(stream), replies(writer), call)
          return Metadata()
        }
      })
  }
}

// MARK: - gRPC's own services

// Health and reflection have no access rule: whoever may connect may ask them.

extension MethodHandler {
  package static func unary<Request: Message, Reply: Message>(
    path: String, _ body: @escaping @Sendable (Request, ServerContext) async throws -> Reply
  ) -> MethodHandler {
    MethodHandler(
      path: path,
      implementation: .unary { bytes, context in
        try await answering(context) {
          try await answer(bytes, context) { try await body($0, context) }
        }
      }, answersJSON: true)
  }

  package static func serverStreaming<Request: Message, Reply: Message>(
    path: String,
    _ body: @escaping @Sendable (Request, MessageWriter<Reply>, ServerContext) async throws -> Void
  ) -> MethodHandler {
    MethodHandler(
      path: path,
      implementation: .stream { requests, writer, context in
        try await answering(context) {
          let request: Request = try await onlyMessage(of: requests)
          try await body(request, replies(writer), context)
          return Metadata()
        }
      })
  }

  package static func clientStreaming<Request: Message, Reply: Message>(
    path: String,
    _ body: @escaping @Sendable (MessageReader<Request>, ServerContext) async throws -> Reply
  ) -> MethodHandler {
    MethodHandler(
      path: path,
      implementation: .stream { stream, writer, context in
        try await answering(context) {
          try await writer.write(try await body(requests(stream), context).serialized())
          return Metadata()
        }
      })
  }

  package static func bidirectional<Request: Message, Reply: Message>(
    path: String,
    _ body:
      @escaping @Sendable (
        MessageReader<Request>, MessageWriter<Reply>, ServerContext
      ) async throws -> Void
  ) -> MethodHandler {
    MethodHandler(
      path: path,
      implementation: .stream { stream, writer, context in
        try await answering(context) {
          try await body(requests(stream), replies(writer), context)
          return Metadata()
        }
      })
  }
}

// MARK: - Parts

/// As `CallContext.answering`, where no caller is known. Anything else than a refusal is a fault and goes on to RPC.
private func answering<Answer>(
  _ context: ServerContext, _ body: () async throws -> Answer
) async throws -> Answer {
  do {
    return try await body()
  } catch let refusal as any Refusal {
    throw status(
      for: refusal, language: CallMetadata.language(of: context.metadata), reference: nil)
  }
}

/// Decodes the request of a unary call, has it answered, and encodes the answer, as the caller speaks: protobuf or JSON.
private func answer<Request: Message, Reply: Message>(
  _ bytes: [UInt8], _ context: ServerContext, _ body: (Request) async throws -> Reply
) async throws -> UnaryReply {
  if context.isJSON {
    let request = try Request(jsonBytes: bytes, limits: .request)
    return UnaryReply(try await body(request).jsonBytes())
  }
  let request = try Request(serialized: bytes, limits: .request)
  return UnaryReply(try await body(request).serialized())
}

/// The request of a method that takes one.
private func onlyMessage<Request: Message>(of stream: RequestStream) async throws -> Request {
  guard let bytes = try await stream.next() else { throw DecodeFailure(.missing) }
  let request = try Request(serialized: bytes, limits: .request)
  guard try await stream.next() == nil else { throw DecodeFailure(.duplicate) }
  return request
}

private func requests<Request: Message>(_ stream: RequestStream) -> MessageReader<Request> {
  MessageReader {
    guard let bytes = try await stream.next() else { return nil }
    return try Request(serialized: bytes, limits: .request)
  }
}

private func replies<Reply: Message>(_ writer: ResponseWriter) -> MessageWriter<Reply> {
  MessageWriter { try await writer.write($0.serialized()) }
}
