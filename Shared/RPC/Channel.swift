// The client's side: calls to one service on any of its replicas.

/// Calls to the replicas of one service, from any task.
package final class Channel: Sendable {
  private let configuration: ChannelConfiguration

  package init(configuration: ChannelConfiguration, reactors: ReactorGroup) throws(TLSError) {
    self.configuration = configuration
  }

  /// One message out, one message in.
  ///
  /// - Throws: `Status` for anything but OK.
  package func unary(
    _ path: String, _ message: [UInt8], _ options: CallOptions = CallOptions()
  ) async throws -> UnaryReply { throw Status(.unimplemented) }

  /// A call with any number of messages each way; a call that has not ended when `body` returns is cancelled.
  package func stream<Result>(
    _ path: String, _ options: CallOptions = CallOptions(),
    _ body: (ClientStream) async throws -> Result
  ) async throws -> Result { throw Status(.unimplemented) }

  /// Replaces the replicas; calls on connections to removed ones finish.
  package func update(addresses: [Address]) {}

  /// New connections use this; open ones keep what they have.
  package func update(tls: TLSConfiguration) throws(TLSError) {}

  /// Ends the channel: waiting and running calls fail with UNAVAILABLE.
  package func shutdown() async {}
}
