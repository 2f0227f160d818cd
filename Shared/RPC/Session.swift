// The callbacks through which nghttp2 tells a connection what it has read, and the session's settings.

import CNGHTTP2

/// What a connection grants its peer; the common part of both sides' limits.
struct ConnectionSettings {
  var headerListSizeBytes: Int
  var concurrentStreams: Int
  var outgoingQueueBytes: Int
  var streamWindowBytes: Int
  var connectionWindowBytes: Int
  var keepaliveInterval: Int64
  var keepaliveTimeout: Int64
}

/// Makes nghttp2 sessions; one for each reactor and side, because the callbacks are the same for every connection.
final class SessionFactory {
  private let callbacks: OpaquePointer
  private let options: OpaquePointer

  init?() {
    var callbacks: OpaquePointer?
    var options: OpaquePointer?
    guard nghttp2_session_callbacks_new(&callbacks) == 0, nghttp2_option_new(&options) == 0,
      let callbacks, let options
    else { return nil }
    self.callbacks = callbacks
    self.options = options
    // Windows are given back as the application reads.
    nghttp2_option_set_no_auto_window_update(options, 1)
    nghttp2_option_set_no_closed_streams(options, 1)
    // A peer that sends SETTINGS or PING and never reads the answers is cut off.
    nghttp2_option_set_max_outbound_ack(options, 100)
    nghttp2_option_set_max_settings(options, 32)
    // Pieces of one header block (CVE-2024-27316).
    nghttp2_option_set_max_continuations(options, 8)
    // Resets are counted by `FloodGuard`, by a server's own limits and where it is seen; nghttp2 would be stricter, in silence.
    nghttp2_option_set_stream_reset_rate_limit(options, 1 << 40, 1 << 40)
    // Frames of types that it does not know are passed over, as they must be, but not in silence.
    for type in UInt8(NGHTTP2_CONTINUATION.rawValue) + 1...UInt8.max {
      nghttp2_option_set_user_recv_extension_type(options, type)
    }
    setCallbacks()
  }

  deinit {
    nghttp2_session_callbacks_del(callbacks)
    nghttp2_option_del(options)
  }

  /// A session whose callbacks reach `connection`; the connection owns and deletes it.
  func makeSession(for connection: Connection, isServer: Bool) -> OpaquePointer? {
    var session: OpaquePointer?
    // Unretained: the session never outlives the connection that owns it.
    let user = Unmanaged.passUnretained(connection).toOpaque()
    let error =
      isServer
      ? nghttp2_session_server_new2(&session, callbacks, user, options)
      : nghttp2_session_client_new2(&session, callbacks, user, options)
    return error == 0 ? session : nil
  }

  private func setCallbacks() {
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, user in
      guard let frame else { return 0 }
      connection(user)?.beginHeaders(frame.pointee.hd.stream_id, frame.pointee.headers.cat)
      return 0
    }
    nghttp2_session_callbacks_set_on_header_callback(callbacks) {
      _, frame, name, nameLength, value, valueLength, _, user in
      guard let frame else { return 0 }
      let field = ReceivedField(
        name: UnsafeBufferPointer(start: name, count: nameLength),
        value: UnsafeBufferPointer(start: value, count: valueLength))
      let isTaken = connection(user)?.header(frame.pointee.hd.stream_id, field) ?? true
      return isTaken ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
    }
    nghttp2_session_callbacks_set_unpack_extension_callback(callbacks) { _, _, _, user in
      connection(user)?.controlFrameReceived(nil)
      return NGHTTP2_ERR_CANCEL.rawValue
    }
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, user in
      guard let frame else { return 0 }
      connection(user)?.frameReceived(frame.pointee)
      return 0
    }
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) {
      _, _, id, data, length, user in
      connection(user)?.dataReceived(id, UnsafeBufferPointer(start: data, count: length))
      return 0
    }
    // A full DATA frame fills one TLS record.
    nghttp2_session_callbacks_set_data_source_read_length_callback(callbacks) {
      _, _, _, _, _, _, _ in TLSLink.recordBytes - Connection.frameHeaderBytes
    }
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, id, code, user in
      connection(user)?.streamClosed(id, errorCode: code)
      return 0
    }
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { _, frame, user in
      guard let frame else { return 0 }
      connection(user)?.frameSent(frame.pointee.hd)
      return 0
    }
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks) { _, _, error, user in
      connection(user)?.invalidFrameReceived(error)
      return 0
    }
  }
}

private func connection(_ user: UnsafeMutableRawPointer?) -> Connection? {
  // The pointer was made by makeSession; the connection is alive because it is what called into nghttp2.
  user.map { Unmanaged<Connection>.fromOpaque($0).takeUnretainedValue() }
}
