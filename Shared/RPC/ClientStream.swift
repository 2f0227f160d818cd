// The caller's end of a streaming call. It may travel between tasks; the stream itself stays on its reactor.

/// The caller's end of a streaming call, valid inside the closure that `Channel.stream` was given.
package struct ClientStream: Sendable {
  let handle: StreamHandle

  /// Sends one message; waits while the server does not read. A call that the server has ended with OK takes no more
  /// messages and says nothing about it.
  ///
  /// - Parameter compressed: In a call that compresses, whether this message is.
  /// - Throws: `Status` when the call has failed.
  package func send(_ message: [UInt8], compressed: Bool = true) async throws {
    try await handle.reactor.send(message, compressed: compressed, handle.serial)
  }

  /// Says that no message follows.
  package func finishSending() async throws {
    try await handle.reactor.finishSending(handle.serial)
  }

  /// The next message, `nil` after the last.
  ///
  /// - Throws: `Status` when the call ended with anything but OK.
  package func next() async throws -> [UInt8]? {
    try await nextWithFlag()?.content
  }

  /// All messages that have come, at least one; none after the last.
  ///
  /// - Throws: `Status` when the call ended with anything but OK.
  package func nextAll() async throws -> [[UInt8]] {
    try await handle.reactor.nextReplies(handle.serial)
  }

  /// The next message, and whether it came compressed, which matters to nobody but a test of conformance.
  func nextWithFlag() async throws -> (content: [UInt8], wasCompressed: Bool)? {
    try await handle.reactor.nextReply(handle.serial)
  }

  /// The server's headers; waits for them.
  ///
  /// - Throws: `Status` when the call failed.
  package func headers() async throws -> Metadata {
    try await handle.reactor.headers(handle.serial)
  }

  /// The server's trailers; waits for the end of the call, which comes when all messages are read.
  ///
  /// - Throws: `Status` when the call failed.
  package func trailers() async throws -> Metadata {
    try await handle.reactor.trailers(handle.serial)
  }
}
