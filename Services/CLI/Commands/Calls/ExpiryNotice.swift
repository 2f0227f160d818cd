// Telling the person at the command line that the certificate ends soon.

import Access
import Contracts
import RPC
import Synchronization

/// A transport that reads from the gateway's trailers when the caller's certificate ends, and tells it once.
final class ExpiryNotice: MessageTransport {
  private let next: any MessageTransport
  private let tell: @Sendable (_ end: String) -> Void
  private let hasTold = Mutex(false)

  init(next: any MessageTransport, tell: @escaping @Sendable (_ end: String) -> Void) {
    self.next = next
    self.tell = tell
  }

  func unary(
    _ path: String, _ message: [UInt8], _ options: CallOptions
  ) async throws -> UnaryReply {
    do {
      let reply = try await next.unary(path, message, options)
      look(at: reply.trailers)
      return reply
    } catch let status as Status {
      look(at: status.trailers)
      throw status
    }
  }

  func stream<Result>(
    _ path: String, _ options: CallOptions, _ body: (ClientStream) async throws -> Result
  ) async throws -> Result {
    try await next.stream(path, options, body)
  }

  private func look(at trailers: Metadata) {
    guard let end = trailers[CallMetadata.certificateExpires] else { return }
    let isFirst = hasTold.withLock { told in
      defer { told = true }
      return !told
    }
    if isFirst { tell(end) }
  }
}
