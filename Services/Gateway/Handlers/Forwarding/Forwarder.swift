// Calls on their way to a service: raw frames both ways, with the gateway's word in front.

package import Access
import Contracts
import Crypto
package import RPC
package import Vocabulary

/// Forwards public methods to the services that have them. Nothing is decoded here, JSON neither: it goes on as it came, in
/// a frame.
package struct Forwarder: Sendable {
  private let gate: Gate
  private let issuer: TicketIssuer
  /// By the service's name: `catalog`.
  private let channels: [String: Channel]
  private let now: @Sendable () -> Instant

  package init(
    gate: Gate, issuer: TicketIssuer, channels: [String: Channel],
    now: @escaping @Sendable () -> Instant
  ) {
    self.gate = gate
    self.issuer = issuer
    self.channels = channels
    self.now = now
  }

  /// Handlers for every public method of the services behind the gateway; a unary one takes the short way.
  package func methods(_ table: some Sequence<MethodAccess>) -> [MethodHandler] {
    table.filter { $0.isPublic && serviceName(of: $0.path) != "registry" }.map { method in
      let isUnary = MethodShape.all[method.path]?.isUnary ?? false
      return MethodHandler(
        path: method.path,
        implementation: isUnary
          ? .unary { message, context in try await unary(message, context) }
          : .stream { requests, responses, context in
            try await stream(requests, responses, context)
          }, answersJSON: isUnary, admits: { [gate] in try gate.admitEarly($0) })
    }
  }

  /// For every other path: internal methods are refused by name, the rest does not exist. The caller must be known
  /// first, so that nobody else learns which is which.
  package var fallback: MethodHandler.Implementation {
    .stream { _, _, context in
      _ = try gate.admit(context)
      throw Status(.unimplemented, "\(context.path) is not served here")
    }
  }

  private func unary(_ message: [UInt8], _ context: ServerContext) async throws -> UnaryReply {
    let call = try gate.admit(context)
    let channel = try channel(for: context, call)
    let options = try options(call, context)
    do {
      return try await channel.unary(context.path, message, options)
    } catch let status as Status {
      throw told(status, context, call)
    }
  }

  /// A service's status goes back as it is. What the channel itself says of a service that it cannot reach names
  /// addresses of the inside, so the caller is told which service it is instead. A service's own UNAVAILABLE bears a
  /// reason or the call's id.
  private func told(_ status: Status, _ context: ServerContext, _ call: AdmittedCall) -> Status {
    guard status.code == .unavailable, status.trailers.isEmpty, status.details.isEmpty,
      !status.message.contains(call.callID)
    else { return status }
    return Status(
      AccessRefusal.serviceUnavailable(serviceName(of: context.path)), language: call.language,
      reference: call.callID)
  }

  private func stream(
    _ requests: RequestStream, _ responses: ResponseWriter, _ context: ServerContext
  ) async throws -> Metadata {
    let call = try gate.admit(context)
    let channel = try channel(for: context, call)
    let options = try options(call, context)
    do {
      return try await channel.stream(context.path, options) { upstream in
        try await carry(requests, responses, upstream, context, call)
      }
    } catch let status as Status {
      throw told(status, context, call)
    }
  }

  /// Carries messages both ways until the service has ended the call.
  private func carry(
    _ requests: RequestStream, _ responses: ResponseWriter, _ upstream: ClientStream,
    _ context: ServerContext, _ call: AdmittedCall
  ) async throws -> Metadata {
    try await withThrowingTaskGroup(of: Part.self) { group in
      group.addTask { try await pump(requests, to: upstream) }
      group.addTask {
        try await gate.watch(context, call)
        return .asked
      }
      group.addTask { try await pump(upstream, to: responses) }
      // The service's end ends the call, the caller's end of sending does not; a failure of any part ends it too.
      while let part = try await group.next() {
        guard case .answered(let trailers) = part else { continue }
        group.cancelAll()
        return trailers
      }
      return Metadata()
    }
  }

  /// The parts of a running stream.
  private enum Part: Sendable {
    case asked
    /// With the service's trailers.
    case answered(Metadata)
  }

  private func pump(_ requests: RequestStream, to upstream: ClientStream) async throws -> Part {
    while let message = try await requests.next() {
      // A service that has ended the call takes no more; how it ended is told by its answers.
      do { try await upstream.send(message) } catch is Status { return .asked }
    }
    do { try await upstream.finishSending() } catch is Status {}
    return .asked
  }

  private func pump(_ upstream: ClientStream, to responses: ResponseWriter) async throws -> Part {
    try await responses.sendHeaders(try await upstream.headers())
    while let message = try await upstream.next() { try await responses.write(message) }
    return .answered(try await upstream.trailers())
  }

  private func channel(
    for context: ServerContext, _ call: AdmittedCall
  ) throws(Status) -> Channel {
    let service = serviceName(of: context.path)
    guard let channel = channels[service] else {
      throw Status(
        AccessRefusal.serviceUnavailable(service), language: call.language,
        reference: call.callID)
    }
    return channel
  }

  private func options(
    _ call: AdmittedCall, _ context: ServerContext
  ) throws -> CallOptions {
    var metadata = context.metadata
    // Whatever a client states in the gateway's own words is dropped, but for its language. The person token is the gateway's to
    // judge, and ends here.
    metadata.removeAll { $0.hasPrefix(CallMetadata.prefix) && $0 != CallMetadata.language }
    metadata.append(CallMetadata.callID, call.callID)
    metadata.append(CallMetadata.entryMethod, context.path)
    metadata.append(
      CallMetadata.ticket,
      bytes: try issuer.ticket(
        for: call.caller, registryVersion: call.registryVersion, now: now()))
    if let person = call.caller.personName { metadata.append(CallMetadata.person, person) }
    return CallOptions(
      metadata: metadata, timeout: try context.deadline.map { try onwardTimeout(until: $0) },
      isJSON: context.isJSON)
  }
}
