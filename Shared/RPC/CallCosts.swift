// What one call may cost: room for its bytes, work before the caller is known, and time that its peer lets pass.

extension ServerCall {
  /// What a call costs beside its bytes: itself, nghttp2's stream, the handler's task.
  static let costOfCall = 2048

  /// A message up to this size is not worth a question before it is whole, nor is an answer refused for room.
  static let smallMessageBytes = 16 << 10

  /// Asks whether the caller may call at all before more of its message is taken.
  func admitEarly() {
    isAdmitted = true
    guard let admits = shard.server.admissions[path] else { return }
    do {
      try admits(context)
    } catch {
      shard.statistics.callsRefusedEarly += 1
      fail(error)
    }
  }

  func isFull(adding more: Int = 0) -> Bool {
    (connection as? ServerConnection)?.isFull(adding: more) ?? false
  }

  func shed() -> Status {
    shard.statistics.callsShed += 1
    return Status(
      .resourceExhausted,
      "too much waits for this connection: answers not read, or unfinished calls")
  }

  /// The nanoseconds until the peer has kept the call waiting for too long; `nil` while it does not.
  var timeUntilStalled: Int64? {
    if isOver || !outbox.isEmpty {
      return limits.stallTimeout.nanosecondsClamped - (core.now - lastTaken)
    }
    // A unary request has a timer of its own.
    guard !isUnary, let partSince else { return nil }
    return limits.requestTimeout.nanosecondsClamped - (core.now - partSince)
  }

  /// The peer has not gone on in time.
  func endStalled() {
    shard.statistics.callsStalled += 1
    if !isOver, outbox.isEmpty {
      answer(Status(.deadlineExceeded, "a message of the request did not get whole in time"))
    } else {
      if !isOver { end(.deadlineExceeded) }
      giveUp()
    }
    stopHandler()
  }
}
