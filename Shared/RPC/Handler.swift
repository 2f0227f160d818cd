// What a server calls: the method handlers, what they are told and what they answer.

/// What a handler is told about its call.
package struct ServerContext: Sendable {
  /// `/weir.catalog.v1.Catalog/GetEntry`.
  package let path: String
  package let metadata: Metadata
  package let peer: Peer
  /// When the caller stops waiting; the handler's task is cancelled then.
  package let deadline: ContinuousClock.Instant?

  package init(
    path: String, metadata: Metadata, peer: Peer, deadline: ContinuousClock.Instant?
  ) {
    self.path = path
    self.metadata = metadata
    self.peer = peer
    self.deadline = deadline
  }
}

/// The answer to a unary call.
package struct UnaryReply: Sendable {
  package var message: [UInt8]
  package var headers: Metadata
  package var trailers: Metadata
  /// Sent with gzip where the caller takes that. Never for personal data: its length would tell of its content.
  package var compresses: Bool

  package init(
    _ message: [UInt8], headers: Metadata = Metadata(), trailers: Metadata = Metadata(),
    compresses: Bool = false
  ) {
    self.message = message
    self.headers = headers
    self.trailers = trailers
    self.compresses = compresses
  }
}

/// One method of a server.
///
/// Handlers start on the reactor of their connection and must not block it. One that throws `Status` answers that; any
/// other error is logged once and answers `INTERNAL` with a reference. A deadline, a cancelled call or a lost connection
/// cancels the handler's task.
package struct MethodHandler: Sendable {
  package enum Implementation: Sendable {
    /// One message in, one message out.
    case unary(@Sendable ([UInt8], ServerContext) async throws -> UnaryReply)
    /// Any number of messages in and out; what it returns are the trailers.
    case stream(
      @Sendable (RequestStream, ResponseWriter, ServerContext) async throws -> Metadata)
  }

  /// `/weir.catalog.v1.Catalog/GetEntry`.
  package let path: String
  package let implementation: Implementation
  /// A unary method with one also answers `application/json`.
  package let json: JSONMapping?
  /// Asked before the rest of a long message is taken; what it throws is the answer. The handler must ask again all the
  /// same: short messages are whole before anybody is asked, and a caller may lose its right meanwhile.
  package let admits: (@Sendable (ServerContext) throws -> Void)?

  package init(
    path: String, implementation: Implementation, json: JSONMapping? = nil,
    admits: (@Sendable (ServerContext) throws -> Void)? = nil
  ) {
    self.path = path
    self.implementation = implementation
    self.json = json
    self.admits = admits
  }
}
