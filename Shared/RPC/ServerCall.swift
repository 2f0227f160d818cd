// One call on the server's side: its headers are judged, its request is taken, its handler is started; how it ends before its time.

import CNGHTTP2
import Telemetry

/// Confined to its reactor. Its timer ends the call at the caller's deadline, and before that a request that never
/// gets whole.
final class ServerCall: Stream {
  private(set) var implementation: MethodHandler.Implementation?
  var task: Task<Void, Never>?
  /// The handler has returned, or will not be started.
  private(set) var handlerHasEnded = false
  /// The answer is decided, or the stream is gone: whatever the handler still says goes nowhere.
  private(set) var isOver = false

  let shard: ServerShard
  private(set) var path = ""
  @exclusivity(unchecked) private var metadata = Metadata()
  private var timeout: Int64?
  private var deadline: Int64?
  private var headerListSize = 0
  /// What the method says of itself; a fallback sees to both itself.
  private var answersJSON = true
  var page: String?
  /// Under which the call is counted.
  var number = MethodTable.unknown
  /// `nil` for a content type that is no call's.
  private(set) var form: CallForm?
  private var isPost = false
  private var isGet = false
  private var isMalformed = false
  /// When the headers had come, and when the handler could have been started.
  private var began: Int64 = 0
  private var readySince: Int64 = 0
  /// Whether the caller may call was asked before its message was whole.
  var isAdmitted = false
  private var hasUnknownEncoding = false
  var acceptsGzip = false
  /// How this answer's messages are compressed.
  var answerEncoding = MessageEncoding.identity
  private var hasStarted = false
  var headersAreSent = false
  @exclusivity(unchecked) var trailers: Metadata?
  /// Trailers that are an error, behind messages that have been sent.
  var errorStatus: Status?

  init(shard: ServerShard, id: Int32, connection: ServerConnection) {
    self.shard = shard
    super.init(core: connection.core)
    self.id = id
    self.connection = connection
  }

  var limits: ServerLimits { shard.server.limits }

  var context: ServerContext {
    ServerContext(
      path: path, metadata: metadata, peer: peer, deadline: deadline.map { core.instant($0) },
      isJSON: form?.hasJSONMessages == true)
  }

  private var peer: Peer {
    (connection as? ServerConnection)?.peer ?? Peer(address: "", certificate: nil)
  }

  var isUnary: Bool {
    if case .unary = implementation { return true }
    return false
  }

  // MARK: Headers

  override func receiveField(_ field: ReceivedField) {
    headerListSize += field.listSize
    if hasStarted || headerListSize > limits.headerListSizeBytes { return }
    if field.isNamed(":path") {
      if let entry = shard.server.methods.find(field.value) {
        number = entry.number
        path = entry.method.path
        implementation = entry.method.implementation
        answersJSON = entry.method.answersJSON
        page = entry.method.page
      } else {
        path = field.valueText
        implementation = shard.server.fallback
      }
    } else if field.isNamed(":method") {
      isPost = field.value.equals("POST")
      isGet = field.value.equals("GET")
    } else if field.isNamed("content-type") {
      form = field.callForm
    } else if field.isNamed("grpc-timeout") {
      timeout = WireTimeout.parse(field.value)
      if timeout == nil { isMalformed = true }
    } else if field.isNamed("grpc-encoding") {
      if let encoding = MessageEncoding(field.value) {
        deframer.encoding = encoding
      } else {
        hasUnknownEncoding = true
      }
    } else if field.isNamed("grpc-accept-encoding") {
      acceptsGzip = MessageEncoding.offersGzip(field.value)
    } else if !field.isReserved {
      if !field.add(to: &metadata) { isMalformed = true }
    }
  }

  override func receiveHeadersEnd(endsStream: Bool) {
    // Trailers of a request mean nothing in gRPC.
    if hasStarted { return }
    hasStarted = true
    keptBytes = headerListSize + Self.costOfCall
    settle()
    began = core.now
    shard.statistics.callsStarted += 1
    if isGet, page != nil { form = .page }
    if let refusal = judgeHeaders() { return answer(refusal) }
    if form != .page {
      if page != nil { return refuse(httpStatus: "405", fixedHeader("allow", "GET")) }
      if !isPost { return refuse(httpStatus: "405", fixedHeader("allow", "POST")) }
    }
    guard let form else {
      return refuse(
        httpStatus: "415", fixedHeader("accept-post", "application/grpc, application/json"))
    }
    if implementation == nil {
      return answer(
        Status(
          .unimplemented,
          "no method \(String(path.unicodeScalars.prefix(Self.namedPathLength))) here")
      )
    }
    if form.hasJSONMessages, !answersJSON { return answer(noJSON) }
    deframer.isUnframed = !form.isFramed
    if let timeout {
      let (sum, overflows) = core.now.addingReportingOverflow(timeout)
      deadline = overflows ? nil : sum
    }
    if isUnary {
      let requestEnd = core.after(limits.requestTimeout)
      if !endsStream { core.timers.schedule(self, at: min(deadline ?? .max, requestEnd)) }
    } else {
      if let deadline { core.timers.schedule(self, at: deadline) }
      becomeReady()
    }
  }

  /// A path may be as long as all headers together, and would be three times that as a message.
  private static let namedPathLength = 200

  /// The handler is to be started.
  private func becomeReady() {
    readySince = core.now
    core.startable.append(self)
  }

  /// What is wrong with the request, in this order.
  private func judgeHeaders() -> Status? {
    if headerListSize > limits.headerListSizeBytes {
      return Status(
        .resourceExhausted,
        "the headers are larger than \(limits.headerListSizeBytes) bytes")
    }
    if isMalformed {
      return Status(.invalidArgument, "grpc-timeout or a -bin header is malformed")
    }
    if hasUnknownEncoding {
      // With the encodings that would do (gRPC, "Compression").
      var trailers = Metadata()
      trailers.append("grpc-accept-encoding", "\(MessageEncoding.accepted)")
      return Status(.unimplemented, "the encoding of the messages is unknown", trailers: trailers)
    }
    guard let connection = connection as? ServerConnection else { return nil }
    if let refusal = connection.unfitness(for: self) { return refusal }
    if connection.runningHandlers >= limits.concurrentStreams {
      return Status(.resourceExhausted, "too many calls of this connection are still running")
    }
    return connection.isFull() ? shed() : nil
  }

  // MARK: Request

  override func receiveData(_ bytes: UnsafeBufferPointer<UInt8>, on connection: Connection) {
    if isOver || !hasStarted { return discard(bytes.count) }
    shard.methods[number].bytesReceived += bytes.count
    let error = receive(bytes, on: connection, limit: limits.messageSizeBytes)
    if let error { return answer(error.status(limit: limits.messageSizeBytes)) }
    if isFull() { return answer(shed()) }
    if isUnary {
      if inbox.count > 1 {
        answer(Status(.unimplemented, "a unary call carries one message"))
      } else if !isAdmitted, deframer.missingBytes + deframer.heldBytes > Self.smallMessageBytes {
        admitEarly()
      }
    } else if !inbox.isEmpty {
      wake(.message)
    }
  }

  // MARK: A request that goes on after its answer

  private static let discardedBytesLimit = 64 << 10
  private static let endWaitNanoseconds: Int64 = 1_000_000_000

  private var discardedBytes = 0
  private var hasSentAnswer = false

  /// The answer was sent before the request was whole. The client need not send the rest (RFC 9113 section 8.1), but is
  /// given a moment to end by itself: some clients take the reset for a failure and lose the answer.
  func answerIsSent() {
    hasSentAnswer = true
    if inboundHasEnded { return }
    core.timers.schedule(self, at: core.now + Self.endWaitNanoseconds)
    discard(0)
  }

  /// Its window is not given back, so the client cannot send much.
  private func discard(_ count: Int) {
    discardedBytes += count
    if hasSentAnswer, discardedBytes > Self.discardedBytesLimit { stopClient() }
  }

  private func stopClient() {
    core.timers.cancel(self)
    if let connection, !inboundHasEnded { connection.reset(self, NGHTTP2_NO_ERROR) }
  }

  override func receiveEnd() {
    inboundHasEnded = true
    if isOver { return core.timers.cancel(self) }
    if !deframer.isBetweenMessages {
      return answer(Status(.internal, "the request ends in the middle of a message"))
    }
    if !isUnary { return wake(.message) }
    if form?.isFramed == false {
      let body = deframer.takeUnframed()
      inbox.append(FramedMessage(form == .page ? [] : body))
    }
    if inbox.isEmpty { return answer(Status(.unimplemented, "a unary call carries one message")) }
    if let deadline {
      core.timers.schedule(self, at: deadline)
    } else {
      core.timers.cancel(self)
    }
    becomeReady()
  }

  /// The next message of the request, and whether it came compressed.
  ///
  /// - Throws: What the call was answered with, when the message cannot be opened.
  func takeRequest() throws(Status) -> (content: [UInt8], wasCompressed: Bool)? {
    guard let message = takeMessage() else { return nil }
    let content: [UInt8]
    do {
      if let serverConnection {
        content = try serverConnection.open(message)
      } else {
        content = try message.content(limit: limits.messageSizeBytes)
      }
    } catch {
      settle()
      throw refused(error.status(limit: limits.messageSizeBytes))
    }
    // The handler has it now, for as long as it runs or until it takes the next.
    keptBytes = headerListSize + Self.costOfCall + content.count
    settle()
    if message.isCompressed, isFull() { throw refused(shed()) }
    return (content, message.isCompressed)
  }

  private func refused(_ status: Status) -> Status {
    answer(status)
    return status
  }

  // MARK: Answer

  override func finishSending(_ flags: inout UInt32) {
    if form?.isFramed == false { return }
    flags |= UInt32(NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue)
    guard let connection else { return }
    core.headers.removeAll()
    if let errorStatus {
      core.headers.append(errorStatus)
    } else {
      core.headers.append(fixedHeader("grpc-status", "0"))
      if let trailers { core.headers.append(trailers) }
    }
    core.headers.withVectors { vectors, count in
      _ = nghttp2_submit_trailer(connection.session, id, vectors, count)
    }
  }

  /// The answer is decided; nothing that arrives is kept, no timer runs.
  func end(_ code: StatusCode) {
    if hasStarted, !isOver {
      core.readClock()
      shard.methods[number].end(code, after: core.now - began)
      if code != .ok { shard.statistics.callsFailed += 1 }
    }
    isOver = true
    if outbox.isEmpty { lastTaken = core.now }
    core.timers.cancel(self)
    discardInbound()
  }

  func handlerEnded() {
    handlerHasEnded = true
    task = nil
    keptBytes = 0
    settle()
    serverConnection?.runningHandlers -= 1
    serverConnection = nil
  }

  /// Counts the handler against its connection until it returns, even when the stream is long gone.
  private var serverConnection: ServerConnection?

  func handlerStarts() {
    shard.statistics.queueTimes.record(core.now - readySince)
    serverConnection = connection as? ServerConnection
    serverConnection?.runningHandlers += 1
  }

  // MARK: Untimely ends

  override func expire() {
    if isOver { return stopClient() }
    if hasStarted, isUnary, !inboundHasEnded, core.now < deadline ?? .max {
      return answer(Status(.deadlineExceeded, "the request did not get whole in time"))
    }
    let hasQueue = !outbox.isEmpty
    answer(Status(.deadlineExceeded, "the deadline has passed"))
    // What the caller does not read cannot be followed by trailers in time.
    if hasQueue { giveUp() }
    stopHandler()
  }

  /// The caller's certificate holds no longer: nothing more of the answer goes out.
  func endUnfit() {
    guard hasStarted, let status = (connection as? ServerConnection)?.unfitness(for: self) else {
      return
    }
    // An answer that is decided, and one whose messages are not taken, would still be sent.
    if outbox.isEmpty, !isOver {
      answer(status)
    } else if headersAreSent, !outbox.isEmpty, form?.isFramed == true {
      endAtOnce(status)
    } else {
      end(status.code)
      connection?.reset(self, NGHTTP2_INADEQUATE_SECURITY)
    }
    stopHandler()
  }

  override func close(errorCode: UInt32, reason: String?) {
    if !isOver { end(.cancelled) }
    core.timers.cancel(self)
    outbox.removeAll()
    stopHandler()
  }

  func stopHandler() {
    task?.cancel()
    wake(.all)
  }
}
