// One call on the client's side: its request is sent, the answer is put together, the end becomes a status.

import CNGHTTP2

/// Confined to its reactor. Its timer is the call's deadline, which runs from before there is a connection.
class ClientCall: Stream {
  let waitsForReady: Bool
  let isUnary: Bool
  /// The server's headers, once they have come.
  private(set) var headers: Metadata?
  /// The end of the call; its trailers are the server's.
  private(set) var status: Status?
  /// In the balancer's queue, without a connection.
  var isWaiting = false

  private let path: String
  private let metadata: Metadata
  private let encoding: MessageEncoding
  private let isJSON: Bool
  let limits: ChannelLimits
  private unowned let balancer: Balancer
  private var deadline: Int64?
  private let retry: RetryPolicy?
  /// Who has this attempt.
  private weak var replica: Subchannel?
  /// Attempts that a server may have looked at, this one included.
  private var attempts = 0
  private var hasBeenRefused = false
  /// The attempt has failed and its stream is about to close; the next one begins so long after that.
  private var nextAttemptWait: Int64?
  private var retryTimer: RetryTimer?

  /// What has come of the answer's header blocks.
  private struct Incoming {
    var block = Metadata()
    var blockSize = 0
    var httpStatus = 0
    var grpcStatus: UInt32?
    var grpcMessage = ""
    var grpcDetails: [UInt8] = []
    var pushback: String?
    var hasGRPCContentType = false
    var hasUnknownEncoding = false
    var isMalformed = false
  }
  private var incoming = Incoming()

  /// - Parameter isEndless: It goes on for as long as its connection does, whatever time limits calls have.
  init(
    _ path: String, message: [UInt8]?, options: CallOptions, balancer: Balancer, core: ReactorCore,
    isEndless: Bool = false
  ) {
    self.path = path
    self.balancer = balancer
    isUnary = message != nil
    metadata = options.metadata
    let method = balancer.channel.configuration.service.method(path)
    waitsForReady = options.waitsForReady || method?.waitsForReady == true
    retry = method?.hedgingOfIdempotentCalls == nil ? method?.retry : nil
    encoding = options.compresses ? .gzip : .identity
    isJSON = options.isJSON
    limits = balancer.channel.configuration.limits
    super.init(core: core)
    outbox.keepSent()
    if let message {
      outbox.append(FramedMessage(message, compressedWith: encoding))
      outboundIsFinished = true
    }
    let timeout =
      options.timeout ?? method?.timeout ?? balancer.channel.configuration.defaultTimeout
    if let timeout, !isEndless {
      core.readClock()
      let deadline = core.after(timeout)
      self.deadline = deadline
      core.timers.schedule(self, at: deadline)
    }
  }

  var outgoingQueueBytes: Int { limits.outgoingQueueBytes }

  // MARK: Sending

  /// Opens a stream for the call; false when the server lets no more be open on this connection.
  func start(on connection: ClientConnection) -> Bool {
    guard let session = connection.session, connection.hasRoom else { return false }
    core.headers.removeAll()
    core.headers.append(fixedHeader(":method", "POST"))
    core.headers.append(fixedHeader(":scheme", "https"))
    core.headers.append(":authority", connection.authority)
    core.headers.append(":path", path)
    core.headers.append(fixedHeader("te", "trailers"))
    core.headers.append(
      isJSON
        ? fixedHeader("content-type", "application/grpc+json")
        : fixedHeader("content-type", "application/grpc"))
    core.headers.append(fixedHeader("user-agent", "weir"))
    if encoding == .gzip { core.headers.append(fixedHeader("grpc-encoding", "gzip")) }
    core.headers.append(fixedHeader("grpc-accept-encoding", MessageEncoding.accepted))
    if let deadline { core.headers.append("grpc-timeout", WireTimeout.text(deadline - core.now)) }
    if attempts > 0 { core.headers.append("grpc-previous-rpc-attempts", String(attempts)) }
    if !metadata.isEmpty { core.headers.append(metadata) }
    var provider = dataProvider
    let opened = core.headers.withVectors {
      nghttp2_submit_request(session, nil, $0, $1, &provider, nil)
    }
    if opened < 0 { return false }
    id = opened
    attempts += 1
    replica = connection.subchannel
    self.connection = connection
    connection.streams[opened] = self
    connection.markDirty()
    return true
  }

  func send(_ message: [UInt8], compressed: Bool) {
    if outboundIsFinished || status != nil { return }
    outbox.append(FramedMessage(message, compressedWith: compressed ? encoding : .identity))
    resumeSending()
  }

  func finishSending() {
    if outboundIsFinished { return }
    outboundIsFinished = true
    resumeSending()
  }

  // MARK: Headers

  override func receiveField(_ field: ReceivedField) {
    incoming.blockSize += field.listSize
    if incoming.blockSize > limits.headerListSizeBytes { return }
    if field.isNamed(":status") {
      incoming.httpStatus = Int(field.valueText) ?? 0
    } else if field.isNamed("content-type") {
      incoming.hasGRPCContentType = field.callForm?.isFramed == true
    } else if field.isNamed("grpc-status") {
      incoming.grpcStatus = UInt32(field.valueText) ?? StatusCode.unknown.rawValue
    } else if field.isNamed("grpc-message") {
      incoming.grpcMessage = PercentText.decode(field.value)
    } else if field.isNamed("grpc-status-details-bin") {
      if let details = Base64.decode(field.value) {
        incoming.grpcDetails = details
      } else {
        incoming.isMalformed = true
      }
    } else if field.isNamed("grpc-retry-pushback-ms") {
      incoming.pushback = field.valueText
    } else if field.isNamed("grpc-encoding") {
      if let encoding = MessageEncoding(field.value) {
        deframer.encoding = encoding
      } else {
        incoming.hasUnknownEncoding = true
      }
    } else if !field.isReserved {
      if !field.add(to: &incoming.block) { incoming.isMalformed = true }
    }
  }

  override func receiveHeadersEnd(endsStream: Bool) {
    // Known before the status is: a stream that has ended on both sides needs no reset.
    if endsStream { inboundHasEnded = true }
    let fields = incoming.block
    incoming.block = Metadata()
    defer { incoming.blockSize = 0 }
    if status != nil { return }
    if incoming.blockSize > limits.headerListSizeBytes {
      return end(
        Status(
          .resourceExhausted,
          "the server's headers are larger than \(limits.headerListSizeBytes) bytes"))
    }
    // 1xx: something else follows.
    if incoming.httpStatus >= 100, incoming.httpStatus < 200 { return }
    if incoming.isMalformed {
      return end(Status(.internal, "a -bin header of the server is malformed"))
    }
    if headers == nil, !endsStream || incoming.grpcStatus == nil {
      if incoming.httpStatus != 200 || !incoming.hasGRPCContentType { return end(statusOfHTTP()) }
      // From here on the caller may have seen something: there is no second attempt.
      headers = fields
      outbox.forgetSent()
      wake(.headers)
    }
    if endsStream { endBy(trailers: fields) }
  }

  /// An answer that is not gRPC's, e.g. from a proxy (gRPC, "HTTP to gRPC Status Code Mapping").
  private func statusOfHTTP() -> Status {
    let code: StatusCode =
      switch incoming.httpStatus {
      case 400: .internal
      case 401: .unauthenticated
      case 403: .permissionDenied
      case 404: .unimplemented
      case 429, 502, 503, 504: .unavailable
      default: .unknown
      }
    return Status(
      code, "the server answered with HTTP status \(incoming.httpStatus), not with gRPC")
  }

  private func endBy(trailers: Metadata) {
    guard let grpcStatus = incoming.grpcStatus else {
      return end(Status(.unknown, "the server ended the call without a status"))
    }
    let code = StatusCode(rawValue: grpcStatus) ?? .unknown
    var result = Status(
      code, incoming.grpcMessage, details: incoming.grpcDetails, trailers: trailers)
    if code == .ok {
      if !deframer.isBetweenMessages {
        result = Status(.internal, "the answer ends in the middle of a message")
      } else if isUnary, inbox.count != 1 {
        result = Status(.unimplemented, "a unary call is answered by one message")
      }
    }
    attemptEnded(result)
  }

  // MARK: Attempts

  /// The server, or the loss of the connection, has ended this attempt: the call ends with it, or is sent again.
  private func attemptEnded(_ result: Status) {
    replica?.record.note(result.code)
    if result.code == .ok {
      balancer.throttle.succeeded()
    } else if retry?.codes.contains(result.code) == true {
      balancer.throttle.failed()
    }
    guard let wait = waitForRetry(result) else { return end(result) }
    if let connection {
      // The next attempt begins when this one's stream has closed.
      nextAttemptWait = wait
      if !outboundIsFinished || !outbox.isEmpty { connection.reset(self, NGHTTP2_CANCEL) }
    } else {
      tryAgain(after: wait)
    }
  }

  /// What the server has said of another attempt (gRPC proposal A6).
  enum Pushback: Equatable {
    /// None, or none that can be read.
    case never
    case after(nanoseconds: Int64)

    init(_ text: String) {
      guard let milliseconds = Int64(text), milliseconds >= 0 else {
        self = .never
        return
      }
      let (wait, overflows) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
      self = .after(nanoseconds: overflows ? .max : wait)
    }
  }

  var pushback: Pushback? { incoming.pushback.map { Pushback($0) } }

  /// Nanoseconds to wait before the next attempt; `nil` for none (gRPC proposal A6).
  private func waitForRetry(_ result: Status) -> Int64? {
    guard let retry, retry.codes.contains(result.code), attempts < retry.maximumAttempts,
      headers == nil, outbox.canReplay, balancer.throttle.allowsRetry
    else { return nil }
    switch pushback {
    case .never: return nil
    case .after(let wait): return wait
    case nil: break
    }
    return retry.wait(afterAttempt: attempts, &core.random)
  }

  /// No replica can be reached: an attempt that has failed before it began.
  func failToStart(_ failure: Status) {
    attempts += 1
    if retry?.codes.contains(failure.code) == true { balancer.throttle.failed() }
    guard let wait = waitForRetry(failure) else { return end(failure) }
    tryAgain(after: wait)
  }

  private func tryAgain(after wait: Int64) {
    nextAttemptWait = nil
    incoming = Incoming()
    deframer = Deframer()
    inboundHasEnded = false
    outbox.replay()
    if wait == 0 { return balancer.submit(self) }
    let timer = RetryTimer(self)
    retryTimer = timer
    core.timers.schedule(timer, at: core.after(.nanoseconds(wait)))
  }

  fileprivate func backoffIsOver() {
    retryTimer = nil
    if status == nil { balancer.submit(self) }
  }

  // MARK: Messages

  override func receiveData(_ bytes: UnsafeBufferPointer<UInt8>, on connection: Connection) {
    if status != nil { return connection.consume(bytes.count, ofStream: id) }
    if incoming.hasUnknownEncoding {
      return end(Status(.internal, "the server compresses in a way that was not offered"))
    }
    if let error = receive(bytes, on: connection, limit: limits.messageSizeBytes) {
      return end(error.status(limit: limits.messageSizeBytes))
    }
    if !isUnary, !inbox.isEmpty { messageArrived() }
  }

  /// There is something to read, in a streaming call.
  func messageArrived() { wake(.message) }

  /// The call is over, for good.
  func hasEnded(_ status: Status) {}

  override func receiveEnd() {
    inboundHasEnded = true
    if status == nil, nextAttemptWait == nil {
      end(Status(.unknown, "the server ended the call without a status"))
    }
  }

  // MARK: The end

  /// The call is over: by the server's word, or by ours, in which case the server is told.
  func end(_ result: Status) {
    if status != nil { return }
    status = result
    core.timers.cancel(self)
    if let retryTimer { core.timers.cancel(retryTimer) }
    if isWaiting { balancer.forget(self) }
    if headers == nil { headers = Metadata() }
    if result.code != .ok { discardInbound() }
    outbox.removeAll()
    if let connection, !(inboundHasEnded && outboundIsFinished) {
      connection.reset(self, NGHTTP2_CANCEL)
    }
    wake(.all)
    hasEnded(result)
  }

  override func expire() {
    let place = isWaiting ? "while waiting for a connection" : "before the server answered"
    if connection != nil { replica?.record.note(.deadlineExceeded) }
    end(Status(.deadlineExceeded, "the deadline passed \(place)"))
  }

  override func close(errorCode: UInt32, reason: String?) {
    if status != nil { return }
    if let nextAttemptWait { return tryAgain(after: nextAttemptWait) }
    // The server's timer came before ours; what ends the call is the deadline all the same.
    if errorCode == NGHTTP2_CANCEL.rawValue, let deadline, deadline <= core.now { return expire() }
    // The server has not looked at it (a refusal, or a stream behind the last one of GOAWAY): it may be sent once more
    // whatever the policy says (gRPC, "Transparent Retries").
    if errorCode == NGHTTP2_REFUSED_STREAM.rawValue, !hasBeenRefused, headers == nil,
      outbox.canReplay
    {
      hasBeenRefused = true
      attempts -= 1
      return tryAgain(after: 0)
    }
    attemptEnded(reason.map { Status(.unavailable, $0) } ?? Self.status(ofReset: errorCode))
  }

  /// gRPC over HTTP/2, "HTTP2 Transport Mapping: Errors".
  static func status(ofReset code: UInt32) -> Status {
    let text = nghttp2_http2_strerror(code).map { String(cString: $0) } ?? "\(code)"
    let message = "the server reset the stream: \(text)"
    switch nghttp2_error_code(code) {
    case NGHTTP2_REFUSED_STREAM: return Status(.unavailable, message)
    case NGHTTP2_CANCEL: return Status(.cancelled, message)
    case NGHTTP2_ENHANCE_YOUR_CALM: return Status(.resourceExhausted, message)
    case NGHTTP2_INADEQUATE_SECURITY: return Status(.permissionDenied, message)
    default: return Status(.internal, message)
    }
  }

  /// The next message of the answer, and whether it came compressed.
  ///
  /// - Throws: What the call ends with, when the message cannot be opened.
  func takeReply() throws(Status) -> (content: [UInt8], wasCompressed: Bool)? {
    guard let message = takeMessage() else { return nil }
    settle()
    do {
      return (try message.content(limit: limits.messageSizeBytes), message.isCompressed)
    } catch {
      let status = error.status(limit: limits.messageSizeBytes)
      end(status)
      throw status
    }
  }

  /// The answer of a unary call that has ended.
  func unaryResult() throws(Status) -> UnaryReply {
    guard let status else { throw Status(.internal, "the call has not ended") }
    guard status.code == .ok, let reply = try takeReply() else { throw status }
    return UnaryReply(
      reply.content, headers: headers ?? Metadata(), trailers: status.trailers,
      compresses: reply.wasCompressed)
  }
}

/// The wait before another attempt of a call.
private final class RetryTimer: Timed {
  private weak var call: ClientCall?
  init(_ call: ClientCall) { self.call = call }
  override func expire() { call?.backoffIsOver() }
}
