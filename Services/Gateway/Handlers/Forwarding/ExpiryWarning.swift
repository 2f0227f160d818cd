// Telling a holder in time that the certificate ends.

import Access
import RPC
import Vocabulary

/// Puts `weir-certificate-expires` into the trailers of every answer, refusals too, once two thirds of the caller's certificate's
/// life are over, or at once where the issuing authority was replaced since.
struct ExpiryWarning: Sendable {
  /// Real time.
  let now: @Sendable () -> Instant
  /// The name of the issuing authority of now.
  let issuer: @Sendable () -> String

  func telling(_ handler: MethodHandler) -> MethodHandler {
    switch handler.implementation {
    case .unary(let body):
      return MethodHandler(
        path: handler.path,
        implementation: .unary { message, context in
          guard let end = end(context) else { return try await body(message, context) }
          do {
            var reply = try await body(message, context)
            reply.trailers.append(CallMetadata.certificateExpires, end)
            return reply
          } catch let status as Status {
            throw told(status, end)
          }
        }, answersJSON: handler.answersJSON, admits: handler.admits)
    case .stream(let body):
      return MethodHandler(
        path: handler.path,
        implementation: .stream { requests, responses, context in
          guard let end = end(context) else {
            return try await body(requests, responses, context)
          }
          do {
            var trailers = try await body(requests, responses, context)
            trailers.append(CallMetadata.certificateExpires, end)
            return trailers
          } catch let status as Status {
            throw told(status, end)
          }
        }, answersJSON: handler.answersJSON, admits: handler.admits)
    }
  }

  private func told(_ status: Status, _ end: String) -> Status {
    var status = status
    status.trailers.append(CallMetadata.certificateExpires, end)
    return status
  }

  /// When the certificate ends, in RFC 3339, if it is to be renewed now.
  private func end(_ context: ServerContext) -> String? {
    guard let certificate = context.peer.certificate else { return nil }
    let seconds = now().milliseconds / 1000
    let life = certificate.notAfter - certificate.notBefore
    guard seconds >= certificate.notBefore + life / 3 * 2 || certificate.issuer != issuer() else {
      return nil
    }
    return Instant(milliseconds: certificate.notAfter &* 1000).rfc3339
  }
}
