// The ends of a streaming call that handlers and callers hold. They may travel between tasks; the stream itself stays on
// its reactor.

/// The messages of a caller, as a streaming handler reads them.
package struct RequestStream: Sendable {
  let handle: StreamHandle

  /// The next message, `nil` after the last; reading is what lets the caller send on.
  ///
  /// - Throws: `Status` when the call is cancelled, its deadline passes or its connection is lost.
  package func next() async throws -> [UInt8]? {
    try await nextWithFlag()?.content
  }

  /// The next message, and whether it came compressed, which matters to nobody but a test of conformance.
  func nextWithFlag() async throws -> (content: [UInt8], wasCompressed: Bool)? {
    try await handle.reactor.nextRequest(handle.serial)
  }
}

/// The answers of a streaming handler.
package struct ResponseWriter: Sendable {
  let handle: StreamHandle

  /// Sends the headers now; without it they go with the first message.
  ///
  /// - Parameter compresses: Messages are compressed with gzip, where the caller takes that.
  package func sendHeaders(_ headers: Metadata, compresses: Bool = false) async throws {
    try await handle.reactor.sendHeaders(headers, compresses: compresses, handle.serial)
  }

  /// Sends one message; waits while the caller does not read.
  ///
  /// - Parameter compressed: In a compressed answer, whether this message is.
  /// - Throws: `Status` when the call is cancelled, its deadline passes or its connection is lost.
  package func write(_ message: [UInt8], compressed: Bool = true) async throws {
    try await handle.reactor.write(message, compressed: compressed, handle.serial)
  }
}

extension Reactor {
  /// The call behind a handle, as long as its answer is open.
  private func serverCall(_ serial: UInt64) throws -> ServerCall {
    guard let call = core.streams[serial] as? ServerCall, !call.isOver else {
      throw Status(.cancelled, "the call is over")
    }
    return call
  }

  private func waitAsStatus(for events: StreamEvents, on stream: Stream) async throws {
    do {
      try await wait(for: events, on: stream)
    } catch is CancellationError {
      throw Status(.cancelled, "the task was cancelled")
    }
  }

  func nextRequest(
    _ serial: UInt64
  ) async throws -> (content: [UInt8], wasCompressed: Bool)? {
    while true {
      let call = try serverCall(serial)
      if let message = try call.takeRequest() { return message }
      if call.inboundHasEnded { return nil }
      try await waitAsStatus(for: .message, on: call)
    }
  }

  func sendHeaders(_ headers: Metadata, compresses: Bool, _ serial: UInt64) throws {
    let call = try serverCall(serial)
    if compresses { call.compressAnswer() }
    call.sendHeaders(headers)
  }

  func write(_ message: [UInt8], compressed: Bool, _ serial: UInt64) async throws {
    let call = try serverCall(serial)
    try call.checkSize(message)
    call.send(message, compressed: compressed)
    while call.outbox.byteCount >= call.outgoingQueueBytes {
      try await waitAsStatus(for: .room, on: call)
      _ = try serverCall(serial)
    }
  }
}
