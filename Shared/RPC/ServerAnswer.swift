// What a server's call answers: one message, many, or a status, and how each of them goes out.

import CNGHTTP2

extension ServerCall {
  /// A unary answer.
  func answer(_ reply: UnaryReply) {
    if isOver { return }
    if reply.message.count > limits.messageSizeBytes {
      return answer(
        Status(
          .resourceExhausted,
          "the answer of \(reply.message.count) bytes is larger than \(limits.messageSizeBytes)"))
    }
    if reply.message.count > Self.smallMessageBytes, isFull(adding: reply.message.count) {
      return answer(shed())
    }
    if form?.isFramed == false {
      return answerWhole(
        .ok, page, reply.message, reply.headers, trailers: reply.trailers)
    }
    end(.ok)
    if reply.compresses { compressAnswer() }
    enqueue(FramedMessage(reply.message, compressedWith: answerEncoding))
    outboundIsFinished = true
    trailers = reply.trailers.isEmpty ? nil : reply.trailers
    sendHeaders(reply.headers)
  }

  /// A status: after the messages that are queued, or as the only headers where none were sent (Trailers-Only).
  func answer(_ status: Status) {
    if isOver { return }
    if form?.isFramed == false {
      return answerWhole(status.code, nil, status.json, Metadata(), trailers: status.trailers)
    }
    end(status.code)
    guard let connection else { return }
    if headersAreSent {
      errorStatus = status
      outboundIsFinished = true
      return resumeSending()
    }
    core.headers.removeAll()
    core.headers.append(fixedHeader(":status", "200"))
    core.headers.append(contentType)
    core.headers.append(status)
    submitHeaders(endsStream: true, on: connection)
  }

  private var contentType: nghttp2_nv {
    form == .grpcJSON
      ? fixedHeader("content-type", "application/grpc+json")
      : fixedHeader("content-type", "application/grpc")
  }

  func enqueue(_ message: FramedMessage) {
    shard.methods[number].bytesSent +=
      message.bytes.count + (outbox.isUnframed ? 0 : Deframer.prefixLength)
    queue(message)
  }

  func refuse(httpStatus: String, _ hint: nghttp2_nv) {
    end(.invalidArgument)
    guard let connection else { return }
    core.headers.removeAll()
    core.headers.append(":status", httpStatus)
    core.headers.append(hint)
    submitHeaders(endsStream: true, on: connection)
  }

  /// What the handler threw.
  func fail(_ error: any Error) {
    if isOver { return }
    if let status = error as? Status { return answer(status) }
    if error is CancellationError {
      return answer(Status(.cancelled, "the call was cancelled"))
    }
    let reference = String(core.random.next(), radix: 16)
    shard.server.onFault(error, reference, path)
    var trailers = Metadata()
    trailers.append("weir-reference", reference)
    answer(Status(.internal, "an internal error; reference \(reference)", trailers: trailers))
  }

  /// The end of a streaming handler.
  func finish(trailers: Metadata) {
    if isOver { return }
    if form?.isFramed == false { return answer(noJSON) }
    end(.ok)
    self.trailers = trailers.isEmpty ? nil : trailers
    outboundIsFinished = true
    if headersAreSent { resumeSending() } else { sendHeaders(Metadata()) }
  }

  /// Messages are compressed from here on, where the caller takes that.
  func compressAnswer() {
    if acceptsGzip, !headersAreSent { answerEncoding = .gzip }
  }

  func sendHeaders(_ metadata: Metadata) {
    guard let connection, !headersAreSent else { return }
    if form?.isFramed == false { return answer(noJSON) }
    headersAreSent = true
    core.headers.removeAll()
    core.headers.append(fixedHeader(":status", "200"))
    core.headers.append(contentType)
    if answerEncoding == .gzip { core.headers.append(fixedHeader("grpc-encoding", "gzip")) }
    if !metadata.isEmpty { core.headers.append(metadata) }
    submitHeaders(endsStream: false, on: connection)
  }

  func submitHeaders(endsStream: Bool, on connection: Connection) {
    var provider = dataProvider
    _ = core.headers.withVectors { vectors, count in
      if endsStream {
        nghttp2_submit_response(connection.session, id, vectors, count, nil)
      } else {
        nghttp2_submit_response(connection.session, id, vectors, count, &provider)
      }
    }
    connection.markDirty()
  }

  var outgoingQueueBytes: Int { limits.outgoingQueueBytes }

  func checkSize(_ message: [UInt8]) throws(Status) {
    if message.count > limits.messageSizeBytes {
      throw Status(
        .resourceExhausted,
        "a message of \(message.count) bytes is larger than \(limits.messageSizeBytes)")
    }
    if isFull(adding: message.count) { throw shed() }
  }

  /// Queues one message of a streaming handler.
  func send(_ message: [UInt8], compressed: Bool) {
    let encoding = compressed ? answerEncoding : .identity
    enqueue(FramedMessage(message, compressedWith: encoding))
    if headersAreSent { resumeSending() } else { sendHeaders(Metadata()) }
  }

  /// Trailers in the place of what is queued. They wait for no window, and are read behind half a message too.
  func endAtOnce(_ status: Status) {
    end(status.code)
    outbox.removeAll()
    settle()
    // Nothing follows by way of `fill`.
    outboundIsFinished = false
    guard let connection else { return }
    core.headers.removeAll()
    core.headers.append(status)
    core.headers.withVectors { vectors, count in
      _ = nghttp2_submit_trailer(connection.session, id, vectors, count)
    }
    connection.markDirty()
  }
}
