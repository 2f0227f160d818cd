// Sessions: a shorter handshake for a peer that was here before, whose certificate is judged afresh each time.

import COpenSSL

/// What a server gave a client to begin its next connection with, once (RFC 8446 appendix C.4). Confined to its reactor.
final class TLSSession {
  let pointer: OpaquePointer
  /// The context under which it was made: another believes other certificates, or shows one of its own.
  let context: TLSContext

  /// Takes over the reference.
  init(_ pointer: OpaquePointer, context: TLSContext) {
    self.pointer = pointer
    self.context = context
  }

  deinit { SSL_SESSION_free(pointer) }

  /// Whether the server's certificate is still good, since a resumed handshake does not show it again.
  var isGood: Bool { context.isGood(SSL_SESSION_get0_peer(pointer), forServer: false) }
}

extension TLSContext {
  /// How long a session may be resumed.
  private static let sessionSeconds = 3600

  /// Tickets without early data, which could be replayed (RFC 8446 section 8).
  ///
  /// Their keys are the context's own, made at random with it: `Server.update(tls:)` renews them with everything else, and no
  /// session outlives the certificates, roots and lists under which it began.
  static func setResumption(on context: OpaquePointer, isServer: Bool) {
    SSL_CTX_set_timeout(context, sessionSeconds)
    SSL_CTX_set_max_early_data(context, 0)
    SSL_CTX_set_recv_max_early_data(context, 0)
    if isServer {
      SSL_CTX_ctrl(context, SSL_CTRL_SET_SESS_CACHE_MODE, Int(SSL_SESS_CACHE_OFF), nil)
      SSL_CTX_set_num_tickets(context, 1)
      // Without a name for where sessions hold OpenSSL resumes none that knows a client's certificate.
      let name = Array("weir".utf8)
      SSL_CTX_set_session_id_context(context, name, UInt32(name.count))
      SSL_CTX_set_session_ticket_cb(
        context, nil, { ssl, session, _, _, status, _ in judge(ssl, session, status) }, nil)
    } else {
      let mode = SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL
      SSL_CTX_ctrl(context, SSL_CTRL_SET_SESS_CACHE_MODE, Int(mode), nil)
      SSL_CTX_sess_set_new_cb(context) { ssl, session in
        // A copy: OpenSSL marks its own as useless when the connection is lost without a goodbye.
        if let link = TLSLink.of(ssl), let copy = SSL_SESSION_dup(session) {
          link.session = TLSSession(copy, context: link.context)
        }
        return 0
      }
    }
  }
}

/// A ticket that cannot be read, or whose certificate is not good any more, is passed over: a whole handshake follows, in
/// which the peer is told what is wrong.
private func judge(
  _ ssl: OpaquePointer?, _ session: OpaquePointer?, _ status: SSL_TICKET_STATUS
) -> SSL_TICKET_RETURN {
  guard status == SSL_TICKET_SUCCESS || status == SSL_TICKET_SUCCESS_RENEW, let session,
    let link = TLSLink.of(ssl)
  else { return SSL_TICKET_RETURN(SSL_TICKET_RETURN_IGNORE_RENEW) }
  let certificate = SSL_SESSION_get0_peer(session)
  if certificate == nil, !link.context.requiresClientCertificate {
    return SSL_TICKET_RETURN(SSL_TICKET_RETURN_USE)
  }
  let isGood = link.context.isGood(certificate, forServer: true)
  return SSL_TICKET_RETURN(isGood ? SSL_TICKET_RETURN_USE : SSL_TICKET_RETURN_IGNORE_RENEW)
}
