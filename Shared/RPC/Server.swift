// A listener and the methods that it answers.

/// A gRPC server over TLS 1.3.
package final class Server: Sendable {
  private let configuration: ServerConfiguration

  /// - Parameter fallback: Answers the paths that no method names; without one they end with UNIMPLEMENTED.
  package init(
    configuration: ServerConfiguration, reactors: ReactorGroup, methods: [MethodHandler],
    fallback: MethodHandler.Implementation? = nil
  ) throws(TLSError) {
    self.configuration = configuration
  }

  /// Binds and listens; the bound address, with the port that the system chose where 0 was asked for.
  package func start() async throws -> Address { throw Status(.unimplemented) }

  /// Stops accepting, tells every peer to go (GOAWAY), lets running calls finish and closes; what still runs after
  /// `timeout` is cancelled.
  package func drain(timeout: Duration) async {}

  /// Stops at once: running calls are cancelled.
  package func stop() async {}

  /// New connections use this; open ones keep what they have.
  package func update(tls: TLSConfiguration) throws(TLSError) {}
}
