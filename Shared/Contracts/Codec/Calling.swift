// From clients to frames: what the generated clients stand on.

package import RPC
import Vocabulary

/// What carries calls: a channel, or in tests something in its place.
package protocol MessageTransport: Sendable {
  func unary(_ path: String, _ message: [UInt8], _ options: CallOptions) async throws -> UnaryReply
  func stream<Result>(
    _ path: String, _ options: CallOptions, _ body: (ClientStream) async throws -> Result
  ) async throws -> Result
}

extension Channel: MessageTransport {}

extension MessageTransport {
  func unary<Request: Message, Reply: Message>(
    _ path: String, _ request: Request, _ options: CallOptions
  ) async throws -> Reply {
    let reply = try await unary(path, try request.serialized(), options)
    return try decodedReply(reply.message)
  }

  func serverStreaming<Request: Message, Reply: Message, Result>(
    _ path: String, _ options: CallOptions, _ request: Request,
    _ body: (MessageReader<Reply>) async throws -> Result
  ) async throws -> Result {
    let bytes = try request.serialized()
    return try await stream(path, options) { stream in
      try await stream.send(bytes)
      try await stream.finishSending()
      return try await body(reader(stream))
    }
  }

  func clientStreaming<Request: Message, Reply: Message>(
    _ path: String, _ options: CallOptions,
    _ body: (MessageWriter<Request>) async throws -> Void
  ) async throws -> Reply {
    try await stream(path, options) { stream in
      try await body(writer(stream))
      try await stream.finishSending()
      guard let bytes = try await stream.next() else {
        throw Status(.internal, "the server ended the call without an answer")
      }
      let reply: Reply = try decodedReply(bytes)
      // The status follows the message; a call that failed after it has failed.
      _ = try await stream.next()
      return reply
    }
  }

  func bidirectional<Request: Message, Reply: Message, Result>(
    _ path: String, _ options: CallOptions,
    _ body: (MessageWriter<Request>, MessageReader<Reply>) async throws -> Result
  ) async throws -> Result {
    try await stream(path, options) { stream in
      try await body(writer(stream), reader(stream))
    }
  }
}

/// A reply that cannot be read is the server's fault, not the caller's.
private func decodedReply<Reply: Message>(_ bytes: [UInt8]) throws(Status) -> Reply {
  do throws(DecodeFailure) {
    return try Reply(serialized: bytes)
  } catch {
    throw Status(.internal, "the server's answer cannot be read: \(error.sentence.english)")
  }
}

private func reader<Reply: Message>(_ stream: ClientStream) -> MessageReader<Reply> {
  MessageReader(
    {
      guard let bytes = try await stream.next() else { return nil }
      return try decodedReply(bytes)
    },
    all: { try await stream.nextAll().map(decodedReply) })
}

private func writer<Request: Message>(_ stream: ClientStream) -> MessageWriter<Request> {
  MessageWriter(
    { try await stream.send($0.serialized()) }, end: { try await stream.finishSending() })
}
