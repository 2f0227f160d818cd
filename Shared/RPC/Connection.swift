// One TCP connection with TLS and an HTTP/2 session on it: reading, writing, keepalive, closing. Both sides share it.

import CLinux
import CNGHTTP2
import Glibc

/// Confined to its reactor. Its timer is the next moment at which something about it must be checked.
class Connection: Timed {
  enum Phase {
    case connecting
    case handshaking
    /// TLS stands; the peer's first SETTINGS have not come.
    case awaitingSettings
    case open
    /// Nothing more is sent; what still comes is thrown away, so that the last alert reaches the peer.
    case lingering
    case closed
  }

  let core: ReactorCore
  let serial: UInt64
  let descriptor: Int32
  let tls: TLSLink
  let settings: ConnectionSettings
  final var session: OpaquePointer?
  final var phase: Phase
  @exclusivity(unchecked) final var streams: [Int32: Stream] = [:]
  /// The stream that the last frame was about: what follows is mostly about it too.
  @exclusivity(unchecked) private var latest: Stream?
  /// Bytes held for its streams, in both directions.
  private(set) final var heldBytes = 0
  /// The size of the header block that is coming in, as RFC 9113 section 6.5.2 counts it.
  private var headerBlockSize = 0
  /// What nghttp2 found wrong with the peer's last bad frame.
  final var violation: String?
  /// Why the other side wants no more of this connection, in its own words.
  final var farewell: String?
  /// Why this side has ended the session.
  private(set) final var turnedAway: String?

  private var output: [UInt8] = []
  private var outputHead = 0
  private var isDirty = false
  private(set) final var watchesWrite: Bool
  private var lastRead: Int64
  private var pingSent: Int64?
  final var headersBegan: Int64?

  init?(
    core: ReactorCore, serial: UInt64, descriptor: Int32, tls: TLSLink,
    settings: ConnectionSettings, phase: Phase
  ) {
    self.core = core
    self.serial = serial
    self.descriptor = descriptor
    self.tls = tls
    self.settings = settings
    self.phase = phase
    watchesWrite = phase == .connecting
    lastRead = core.now
  }

  deinit {
    if let session { nghttp2_session_del(session) }
    Glibc.close(descriptor)
  }

  final var isUsable: Bool { phase != .closed && phase != .lingering }

  // MARK: Setting up

  /// Queues this side's SETTINGS and widens the connection's window.
  final func beginSession(isServer: Bool) -> Bool {
    session = core.sessions?.makeSession(for: self, isServer: isServer)
    guard let session else { return false }
    func entry(_ id: nghttp2_settings_id, _ value: Int) -> nghttp2_settings_entry {
      nghttp2_settings_entry(settings_id: Int32(id.rawValue), value: UInt32(clamping: value))
    }
    var entries = [
      entry(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, settings.streamWindowBytes),
      entry(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, settings.headerListSizeBytes),
    ]
    if isServer {
      entries.append(entry(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, settings.concurrentStreams))
    } else {
      entries.append(entry(NGHTTP2_SETTINGS_ENABLE_PUSH, 0))
    }
    nghttp2_submit_settings(session, 0, entries, entries.count)
    nghttp2_session_set_local_window_size(
      session, 0, 0, Int32(clamping: settings.connectionWindowBytes))
    return true
  }

  // MARK: Events of the socket

  final func handle(readable: Bool, writable: Bool) {
    if phase == .connecting, !finishConnecting() { return }
    if phase == .handshaking, !continueHandshake() { return }
    if readable { read() }
    if writable { markDirty() }
  }

  private func finishConnecting() -> Bool {
    var error: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length)
    if error != 0 {
      lose(String(cString: strerror(error)))
      return false
    }
    phase = .handshaking
    return true
  }

  private func continueHandshake() -> Bool {
    switch tls.handshake() {
    case .done:
      phase = .awaitingSettings
      handshakeCompleted()
      if phase == .awaitingSettings { markDirty() }
      updateWatch()
      return phase == .awaitingSettings
    case .waits:
      updateWatch()
      return false
    case .failed(let reason):
      handshakeFailed(reason)
      linger(reason)
      return false
    }
  }

  /// At most this many TLS records before other connections get their turn.
  private static let readsPerTurn = 16

  /// Reads until nothing is left, or the turn is over.
  final func read() {
    for _ in 0..<Self.readsPerTurn {
      if phase == .closed { return }
      var count = 0
      let messagesBefore = tls.messageCount
      switch tls.read(into: core.readBuffer, count: &count) {
      case .done where count == 0:
        break
      case .done:
        lastRead = core.now
        if phase != .lingering, !feed(count) { return }
        if !tls.hasPending {
          checkHeadersTime()
          return
        }
      case .waits:
        checkHeadersTime()
        updateWatch()
        return
      case .failed(let reason):
        // A client whose certificate is refused learns it here: in TLS 1.3 the alert comes after its own handshake.
        lose(reason)
        return
      }
      if tls.messageCount != messagesBefore { noteTLSMessages(since: messagesBefore) }
      // What it still sends is read when it has been told.
      if turnedAway != nil, phase != .lingering { break }
    }
    core.readAgain(self)
  }

  /// They cost us as much as frames that carry nothing, and more.
  private func noteTLSMessages(since before: Int) {
    if phase == .lingering || phase == .closed { return }
    for _ in before..<tls.messageCount { controlFrameReceived(nil) }
  }

  /// Hands received bytes to nghttp2; false when the connection is over.
  private func feed(_ count: Int) -> Bool {
    let bytes = core.readBuffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    // The session went on after it: it concerned one stream only.
    if violation != nil { violation = nil }
    noteReceived(count)
    let taken = nghttp2_session_mem_recv(session, bytes, count)
    markDirty()
    if taken < 0 {
      // A callback fails only for a header bomb.
      let floods = [
        NGHTTP2_ERR_FLOODED, NGHTTP2_ERR_TOO_MANY_CONTINUATIONS, NGHTTP2_ERR_CALLBACK_FAILURE,
      ]
      let reason = String(cString: nghttp2_strerror(Int32(taken)))
      let isFlood = floods.contains { Int($0.rawValue) == taken }
      protocolFailed(reason, isFlood: isFlood)
      if isFlood { turnAway(reason) }
      flush()
      linger(reason)
      return false
    }
    return true
  }

  final func markDirty() {
    if isDirty || phase == .closed { return }
    isDirty = true
    core.dirty.append(self)
  }

  /// RFC 9113 section 4.1. A full DATA frame and its header fill one TLS record.
  static let frameHeaderBytes = 9
  /// So much is collected before it is written.
  private static let outputBytes = 2 * TLSLink.recordBytes

  /// Sends what the session has to say, as far as the socket takes it. Never holds more than a few frames: while the
  /// socket is full nothing is pulled from the session, so that everything behind it waits too.
  final func flush() {
    isDirty = false
    guard phase == .awaitingSettings || phase == .open, let session else { return }
    if !sendOutput() { return }
    while true {
      var start: UnsafePointer<UInt8>?
      let count = nghttp2_session_mem_send(session, &start)
      if count < 0 { return lose(String(cString: nghttp2_strerror(Int32(count)))) }
      if count == 0 { break }
      let frame = UnsafeRawBufferPointer(start: start, count: count)
      guard put(frame) else { return }
    }
    if !sendOutput() { return }
    updateWatch()
    if nghttp2_session_want_read(session) == 0, nghttp2_session_want_write(session) == 0 {
      if let violation { protocolFailed(violation, isFlood: false) }
      linger(violation ?? turnedAway ?? "the connection was closed in order")
    }
  }

  /// Sends a full frame from where it lies, and collects the others.
  ///
  /// - Returns: False where no more is to be pulled: the socket is full, or the connection lost.
  private func put(_ frame: UnsafeRawBufferPointer) -> Bool {
    var written = 0
    if frame.count == TLSLink.recordBytes, sendOutput() {
      written = send(frame)
      if written == frame.count { return true }
    }
    output.append(contentsOf: frame[written...])
    return output.count < Self.outputBytes || sendOutput()
  }

  /// - Returns: Whether all that was collected is out.
  private func sendOutput() -> Bool {
    while outputHead < output.count {
      let written = output.withUnsafeBytes {
        send(UnsafeRawBufferPointer(rebasing: $0[outputHead...]))
      }
      if written == 0 { return false }
      outputHead += written
    }
    output.removeAll(keepingCapacity: true)
    outputHead = 0
    return true
  }

  /// - Returns: How many of the bytes were taken: 0 while the socket is full, and when the connection is lost.
  private func send(_ bytes: UnsafeRawBufferPointer) -> Int {
    if phase == .closed { return 0 }
    var written = 0
    switch tls.write(bytes, count: &written) {
    case .done: noteSent(bytes: written)
    case .waits: updateWatch()
    case .failed(let reason): lose(reason)
    }
    return written
  }

  private func updateWatch() {
    let wants = phase == .connecting || tls.wantsWrite
    if wants == watchesWrite || phase == .closed { return }
    watchesWrite = wants
    core.watch(descriptor, serial: serial, write: wants, isNew: false)
  }

  // MARK: Ending

  /// Tells the peer why, takes nothing more from it, and closes.
  final func turnAway(_ reason: String) {
    let code = NGHTTP2_ENHANCE_YOUR_CALM.rawValue
    let text = Array(reason.utf8)
    nghttp2_submit_goaway(
      session, 0, nghttp2_session_get_last_proc_stream_id(session), code, text, text.count)
    nghttp2_session_terminate_session(session, code)
    turnedAway = reason
    violation = nil
    markDirty()
  }

  /// Says goodbye in TLS, then waits a moment for the peer: closing a socket with unread input would reset it, and the
  /// peer might never see the last alert.
  final func linger(_ reason: String) {
    if !isUsable { return }
    endStreams(reason)
    if phase == .closed { return }
    phase = .lingering
    tls.shutdown()
    Glibc.shutdown(descriptor, Int32(SHUT_WR))
    core.timers.schedule(self, at: core.now + 1_000_000_000)
  }

  /// Closes at once.
  final func lose(_ reason: String) {
    if phase == .closed { return }
    if phase == .handshaking { handshakeFailed(reason) }
    endStreams(reason)
    phase = .closed
    core.timers.cancel(self)
    core.remove(self)
  }

  private func endStreams(_ reason: String) {
    if phase == .lingering { return }
    let ended = streams.values.sorted { $0.id < $1.id }
    streams = [:]
    latest = nil
    for stream in ended {
      stream.detach()
      stream.close(errorCode: UInt32(NGHTTP2_NO_ERROR.rawValue), reason: farewell ?? reason)
    }
    connectionEnded(reason)
  }

  // MARK: Timer

  override final func expire() {
    switch phase {
    case .connecting, .handshaking, .awaitingSettings: setUpTimedOut()
    case .open: check()
    case .lingering: lose("closed")
    case .closed: break
    }
  }

  /// The peer's SETTINGS have come: from here on the timer watches over life and idleness.
  private func opened() {
    phase = .open
    core.timers.schedule(self, at: core.now + settings.keepaliveInterval)
    sessionOpened()
  }

  private func check() {
    var next = settings.keepaliveInterval
    if let pingSent {
      if core.now - pingSent >= settings.keepaliveTimeout {
        keepaliveFailed()
        return lose("the peer did not answer a ping")
      }
      next = settings.keepaliveTimeout
    } else if core.now - lastRead >= settings.keepaliveInterval, wantsKeepalive {
      nghttp2_submit_ping(session, 0, nil)
      pingSent = core.now
      next = settings.keepaliveTimeout
      markDirty()
    }
    if let limit = checkAge(), isUsable {
      next = min(next, limit)
    }
    if isUsable { core.timers.schedule(self, at: core.now + max(next, 1_000_000)) }
  }

  private func checkHeadersTime() {
    guard headersBegan != nil, phase == .open, let limit = checkAge(), isUsable else { return }
    if due > core.now + limit { core.timers.schedule(self, at: core.now + limit) }
  }

  // MARK: What nghttp2 reports

  final func stream(_ id: Int32) -> Stream? {
    if let latest, latest.id == id { return latest }
    latest = streams[id]
    return latest
  }

  /// A header list may be this many times as large as the limit and is still read to its end, for a readable answer.
  private static let headerBombFactor = 16

  /// - Returns: False for a bomb: a few bytes of HPACK may stand for thousands of fields.
  final func header(_ id: Int32, _ field: ReceivedField) -> Bool {
    headerBlockSize += field.listSize
    if headerBlockSize > Self.headerBombFactor * settings.headerListSizeBytes { return false }
    stream(id)?.receiveField(field)
    return true
  }

  final func dataReceived(_ id: Int32, _ bytes: UnsafeBufferPointer<UInt8>) {
    nghttp2_session_consume_connection(session, bytes.count)
    if let stream = stream(id) {
      stream.receiveData(bytes, on: self)
    } else {
      consume(bytes.count, ofStream: id)
    }
  }

  final func consume(_ count: Int, ofStream id: Int32) {
    nghttp2_session_consume_stream(session, id, count)
  }

  final func frameReceived(_ frame: nghttp2_frame) {
    let endsStream = frame.hd.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
    switch nghttp2_frame_type(UInt32(frame.hd.type)) {
    case NGHTTP2_HEADERS:
      headersBegan = nil
      guard let stream = stream(frame.hd.stream_id) else { return }
      stream.receiveHeadersEnd(endsStream: endsStream)
      if endsStream { stream.receiveEnd() }
    case NGHTTP2_DATA:
      if endsStream {
        stream(frame.hd.stream_id)?.receiveEnd()
      } else if frame.hd.length == frame.data.padlen {
        controlFrameReceived(NGHTTP2_DATA)
      }
    case NGHTTP2_SETTINGS:
      if frame.hd.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) == 0 {
        if phase == .awaitingSettings { opened() } else { settingsChanged() }
        controlFrameReceived(NGHTTP2_SETTINGS)
      }
    case NGHTTP2_PING:
      if frame.hd.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0 {
        pingSent = nil
        pingAnswered()
      }
      controlFrameReceived(NGHTTP2_PING)
    case NGHTTP2_RST_STREAM, NGHTTP2_PRIORITY, NGHTTP2_WINDOW_UPDATE:
      controlFrameReceived(nghttp2_frame_type(UInt32(frame.hd.type)))
    case NGHTTP2_GOAWAY:
      controlFrameReceived(NGHTTP2_GOAWAY)
      let text = UnsafeBufferPointer(
        start: frame.goaway.opaque_data, count: frame.goaway.opaque_data_len)
      goAwayReceived(
        nghttp2_error_code(frame.goaway.error_code), String(decoding: text, as: UTF8.self))
    default: break
    }
  }

  /// A frame broke the rules; nghttp2 answers it, with a reset where only its stream is concerned.
  final func invalidFrameReceived(_ error: Int32) {
    violation = String(cString: nghttp2_strerror(error))
    controlFrameReceived(NGHTTP2_RST_STREAM)
  }

  final func frameSent(_ header: nghttp2_frame_hd) {
    noteSent(nghttp2_frame_type(UInt32(header.type)))
    guard header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0,
      header.type == UInt8(NGHTTP2_DATA.rawValue) || header.type == UInt8(NGHTTP2_HEADERS.rawValue)
    else { return }
    endSent(header.stream_id)
  }

  final func streamClosed(_ id: Int32, errorCode: UInt32) {
    guard let stream = streams.removeValue(forKey: id) else { return }
    if latest === stream { latest = nil }
    stream.detach()
    stream.close(errorCode: errorCode, reason: nil)
    streamEnded()
  }

  /// Ends one stream from this side.
  final func reset(_ stream: Stream, _ code: nghttp2_error_code) {
    nghttp2_submit_rst_stream(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream.id, code.rawValue)
    markDirty()
  }

  // MARK: For the two sides

  /// A header block begins; servers make the stream.
  func beginHeaders(_ id: Int32, _ category: nghttp2_headers_category) {
    headersBegan = core.now
    headerBlockSize = 0
  }
  /// So many more bytes are held for the streams, or fewer.
  func hold(_ change: Int) { heldBytes += change }
  func handshakeCompleted() {}
  func handshakeFailed(_ reason: String) {}
  func setUpTimedOut() { lose("timed out while connecting") }
  func sessionOpened() {}
  func protocolFailed(_ reason: String, isFlood: Bool) {}
  func connectionEnded(_ reason: String) {}
  func keepaliveFailed() {}
  func pingAnswered() {}
  func goAwayReceived(_ code: nghttp2_error_code, _ text: String) {}
  /// SETTINGS that are not the first.
  func settingsChanged() {}
  /// A frame that costs work and carries none. One that broke the rules counts as the reset that it brings about; `nil` stands
  /// for a type that HTTP/2 does not know, and for a message of TLS.
  func controlFrameReceived(_ type: nghttp2_frame_type?) {}
  func noteSent(_ type: nghttp2_frame_type) {}
  func noteReceived(_ count: Int) {}
  func noteSent(bytes count: Int) {}
  func endSent(_ id: Int32) {}
  func streamEnded() {}
  var wantsKeepalive: Bool { true }
  /// Ends what has lasted too long; otherwise the nanoseconds to the next look, `nil` for none.
  func checkAge() -> Int64? { nil }
}
