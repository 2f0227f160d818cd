// What a server calls: the method handlers, what they are told and what they answer.

/// What a handler is told about its call.
package struct ServerContext: Sendable {
  /// `/weir.catalog.v1.Catalog/GetEntry`.
  package let path: String
  package let metadata: Metadata
  package let peer: Peer
  /// When the caller stops waiting; the handler's task is cancelled then.
  package let deadline: ContinuousClock.Instant?
  /// The message is JSON, and so must the answer's be; only where the method answers JSON.
  package let isJSON: Bool

  package init(
    path: String, metadata: Metadata, peer: Peer, deadline: ContinuousClock.Instant?,
    isJSON: Bool = false
  ) {
    self.path = path
    self.metadata = metadata
    self.peer = peer
    self.deadline = deadline
    self.isJSON = isJSON
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
  /// A unary method that also answers `application/json`: its handler reads and writes what `ServerContext.isJSON` says.
  package let answersJSON: Bool
  /// Not a method but a page, answered by GET with a text of this content type: its handler is unary, its message empty.
  package let page: String?
  /// Asked before the rest of a long message is taken; what it throws is the answer. The handler must ask again all the
  /// same: short messages are whole before anybody is asked, and a caller may lose its right meanwhile.
  package let admits: (@Sendable (ServerContext) throws -> Void)?

  package init(
    path: String, implementation: Implementation, answersJSON: Bool = false,
    admits: (@Sendable (ServerContext) throws -> Void)? = nil
  ) {
    self.path = path
    self.implementation = implementation
    self.answersJSON = answersJSON
    self.admits = admits
    page = nil
  }

  /// A page, at a path such as `/metrics`.
  package init(
    page path: String, contentType: String,
    _ text: @escaping @Sendable (ServerContext) async throws -> [UInt8]
  ) {
    self.path = path
    implementation = .unary { _, context in UnaryReply(try await text(context)) }
    answersJSON = false
    admits = nil
    page = contentType
  }
}
