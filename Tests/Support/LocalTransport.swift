// Another service's methods, called in process: its registration without sockets.

import Contracts
package import RPC

/// Carries unary calls straight to the handlers of `methods(…)`, encoded and decoded as on the wire.
///
/// Streaming calls need a connection's flow control; they go through a real `Channel`.
package struct LocalTransport: MessageTransport {
  private let handlers: [String: MethodHandler]
  private let peer: Peer

  package init(
    _ methods: [MethodHandler], peer: Peer = Peer(address: "127.0.0.1:1", certificate: nil)
  ) {
    handlers = Dictionary(methods.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    self.peer = peer
  }

  package func unary(
    _ path: String, _ message: [UInt8], _ options: CallOptions
  ) async throws -> UnaryReply {
    guard case .unary(let handler)? = handlers[path]?.implementation else {
      throw Status(.unimplemented, path)
    }
    return try await handler(
      message,
      ServerContext(
        path: path, metadata: options.metadata, peer: peer, deadline: nil, isJSON: options.isJSON))
  }

  package func stream<Result>(
    _ path: String, _ options: CallOptions, _ body: (ClientStream) async throws -> Result
  ) async throws -> Result {
    throw Status(.unimplemented, "\(path) streams: use a Channel")
  }
}
