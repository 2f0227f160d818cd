// One HTTP/2 stream that carries a gRPC call, whichever side opened it: messages in, messages out, and who waits for what.

import CNGHTTP2
import Threads

/// What a task can wait for on a stream.
struct StreamEvents: OptionSet, Sendable {
  let rawValue: UInt8
  static let headers = StreamEvents(rawValue: 1)
  static let message = StreamEvents(rawValue: 2)
  static let room = StreamEvents(rawValue: 4)
  static let end = StreamEvents(rawValue: 8)
  static let all = StreamEvents(rawValue: 15)
}

/// The part of a call that both sides share. Confined to its reactor; its timer is the call's deadline.
class Stream: Timed {
  private struct Waiter {
    let pause: Pause
    let events: StreamEvents
  }

  let core: ReactorCore
  /// The key under which handles find the stream on its reactor; 0 while it has none.
  final var serial: UInt64 = 0
  final var id: Int32 = 0
  /// `nil` before the stream is opened and after it is closed.
  final var connection: Connection?

  // What each step of a call looks at is `@exclusivity(unchecked)`, here and elsewhere in this module: it lives on one thread,
  // and nobody who has it calls out, so that the check at run time could find nothing and is a good part of such a step.

  // Inbound
  @exclusivity(unchecked) final var deframer = Deframer()
  @exclusivity(unchecked) final var inbox = MessageQueue()
  final var inboundHasEnded = false
  /// Received bytes whose stream window has not been given back yet.
  private var unconsumed = 0
  /// Since when a message is being put together while nothing else keeps its sender from going on.
  private(set) final var partSince: Int64?
  /// Bytes counted against the connection's limit.
  private var held = 0
  /// Bytes kept beside the queues: the headers, and the message that the handler was given.
  final var keptBytes = 0

  // Outbound
  @exclusivity(unchecked) final var outbox = OutgoingMessages()
  final var outboundIsFinished = false
  /// nghttp2 was told that there is nothing to send at the moment.
  private var isDeferred = false
  /// When the peer last took something of what is queued, or when the first of it was queued.
  final var lastTaken: Int64 = 0
  /// The stream is being reset and what was queued is gone: nothing more may be sent, least of all an end in order.
  private(set) final var isGivenUp = false

  @exclusivity(unchecked) private var waiters: [Waiter] = []

  init(core: ReactorCore) { self.core = core }

  // MARK: Waiting

  final func addWaiter(_ pause: Pause, for events: StreamEvents) {
    waiters.append(Waiter(pause: pause, events: events))
  }

  final func removeWaiter(_ pause: Pause) { waiters.removeAll { $0.pause === pause } }

  final func wake(_ events: StreamEvents) {
    if waiters.isEmpty { return }
    let woken = waiters.filter { !$0.events.isDisjoint(with: events) }
    waiters.removeAll { !$0.events.isDisjoint(with: events) }
    for waiter in woken { waiter.pause.end(.asked) }
  }

  // MARK: Inbound

  /// Takes a chunk of DATA in. The connection's window is given back at once, so that one unread stream cannot stop the
  /// others; the stream's own window follows what the reader takes, except for the message that is being put together,
  /// which would else never get whole.
  final func receive(
    _ bytes: UnsafeBufferPointer<UInt8>, on connection: Connection, limit: Int
  ) -> FramingError? {
    let waitsBehindMessages = !inbox.isEmpty
    let error = deframer.push(bytes, limit: limit) { inbox.append($0) }
    if waitsBehindMessages {
      unconsumed += bytes.count
    } else {
      connection.consume(bytes.count, ofStream: id)
    }
    notePart()
    settle()
    return error
  }

  /// Only a message behind which nothing waits here is its sender's to finish: else the window may be shut.
  private func notePart() {
    if deframer.isBetweenMessages || !inbox.isEmpty {
      partSince = nil
    } else if partSince == nil {
      partSince = core.now
    }
  }

  /// Tells the connection how many bytes are held for the stream now.
  final func settle() {
    guard let connection else { return }
    let now = keptBytes + inbox.heldBytes + deframer.heldBytes + outbox.heldBytes
    if now == held { return }
    connection.hold(now - held)
    held = now
  }

  /// The next message as it came; what is compressed is opened by the reader, so that a few bytes waiting here
  /// cannot become many. Whoever takes it settles what is held then.
  final func takeMessage() -> FramedMessage? {
    guard let message = inbox.popFirst() else { return nil }
    let returned =
      inbox.isEmpty ? unconsumed : min(unconsumed, message.bytes.count + Deframer.prefixLength)
    unconsumed -= returned
    if let connection, returned > 0 {
      connection.consume(returned, ofStream: id)
      connection.markDirty()
    }
    notePart()
    return message
  }

  /// The connection has let the stream go; what was received can still be read.
  final func detach() {
    connection?.hold(-held)
    held = 0
    unconsumed = 0
    connection = nil
    isDeferred = false
  }

  /// Forgets what was received and will not be read.
  final func discardInbound() {
    partSince = nil
    if inbox.isEmpty, deframer.heldBytes == 0 { return }
    inbox.removeAll()
    deframer = Deframer()
    settle()
  }

  // MARK: Outbound

  /// Queues one message.
  final func queue(_ message: FramedMessage) {
    if outbox.isEmpty { lastTaken = core.now }
    outbox.append(message)
    settle()
  }

  /// Resets the stream and forgets what was queued for it.
  final func giveUp() {
    if isGivenUp { return }
    isGivenUp = true
    lastTaken = core.now
    outbox.removeAll()
    settle()
    connection?.reset(self, NGHTTP2_CANCEL)
  }

  /// Tells nghttp2 that there is something to send again.
  final func resumeSending() {
    guard let connection else { return }
    if isDeferred {
      isDeferred = false
      nghttp2_session_resume_data(connection.session, id)
    }
    connection.markDirty()
  }

  /// nghttp2's read callback: fills one DATA frame.
  final func fill(
    _ buffer: UnsafeMutableBufferPointer<UInt8>, flags: inout UInt32, outgoingLimit: Int
  ) -> Int {
    if isGivenUp { return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue) }
    let before = outbox.byteCount
    let written = outbox.fill(buffer)
    if written > 0 {
      lastTaken = core.now
      settle()
    }
    if before >= outgoingLimit, outbox.byteCount < outgoingLimit { wake(.room) }
    if outbox.isEmpty {
      if outboundIsFinished {
        flags |= UInt32(NGHTTP2_DATA_FLAG_EOF.rawValue)
        finishSending(&flags)
      } else if written == 0 {
        isDeferred = true
        return Int(NGHTTP2_ERR_DEFERRED.rawValue)
      }
    }
    return written
  }

  /// The last DATA frame is being made; the server adds trailers here.
  func finishSending(_ flags: inout UInt32) {}

  // MARK: What the connection reports

  func receiveField(_ field: ReceivedField) {}
  /// All headers of a block have come.
  func receiveHeadersEnd(endsStream: Bool) {}
  func receiveData(_ bytes: UnsafeBufferPointer<UInt8>, on connection: Connection) {}
  func receiveEnd() {}
  /// The stream is gone; `errorCode` is HTTP/2's (RFC 9113 section 7), `reason` says why a connection was lost.
  func close(errorCode: UInt32, reason: String?) {}

  /// A data provider that reads this stream's outbox; the connection keeps the stream alive while nghttp2 may use it.
  final var dataProvider: nghttp2_data_provider {
    var source = nghttp2_data_source()
    source.ptr = Unmanaged.passUnretained(self).toOpaque()
    return nghttp2_data_provider(
      source: source,
      read_callback: { _, _, buffer, length, flags, source, user in
        guard let pointer = source?.pointee.ptr, let buffer, let flags, let user else {
          return Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue)
        }
        // Both objects are held by the reactor for as long as the session knows the stream.
        let stream = Unmanaged<Stream>.fromOpaque(pointer).takeUnretainedValue()
        let connection = Unmanaged<Connection>.fromOpaque(user).takeUnretainedValue()
        return stream.fill(
          UnsafeMutableBufferPointer(start: buffer, count: length), flags: &flags.pointee,
          outgoingLimit: connection.settings.outgoingQueueBytes)
      })
  }
}
