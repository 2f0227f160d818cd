// The ends of a streaming call that handlers and callers hold. They may travel between tasks; the stream itself stays on
// its reactor.

/// The messages of a caller, as a streaming handler reads them.
package struct RequestStream: Sendable {
  /// The next message, `nil` after the last; reading is what lets the caller send on.
  package func next() async throws -> [UInt8]? { throw Status(.unimplemented) }
}

/// The answers of a streaming handler.
package struct ResponseWriter: Sendable {
  /// Sends the headers now; without it they go with the first message.
  package func sendHeaders(_ headers: Metadata) async throws { throw Status(.unimplemented) }

  /// Sends one message; waits while the caller does not read.
  package func write(_ message: [UInt8]) async throws { throw Status(.unimplemented) }
}

/// The caller's end of a streaming call.
package struct ClientStream: Sendable {
  /// Sends one message; waits while the server does not read.
  package func send(_ message: [UInt8]) async throws { throw Status(.unimplemented) }

  /// Says that no message follows.
  package func finishSending() async throws { throw Status(.unimplemented) }

  /// The next message, `nil` after the last.
  ///
  /// - Throws: `Status` when the call ended with anything but OK.
  package func next() async throws -> [UInt8]? { throw Status(.unimplemented) }

  /// The server's headers; waits for them.
  package func headers() async throws -> Metadata { throw Status(.unimplemented) }

  /// The server's trailers; waits for the end of the call.
  package func trailers() async throws -> Metadata { throw Status(.unimplemented) }
}
