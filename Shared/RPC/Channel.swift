// The client's side: calls to one service on any of its replicas.

import Synchronization

/// Calls to the replicas of one service, from any task.
///
/// Each reactor holds its own connection to each address, opened by the first call; calls go round the ready ones. A
/// call made on a reactor (by a handler) stays on it.
package final class Channel: Sendable {
  private let core: ChannelCore
  private let reactors: ReactorGroup

  package init(configuration: ChannelConfiguration, reactors: ReactorGroup) throws(TLSError) {
    core = try ChannelCore(configuration)
    self.reactors = reactors
  }

  deinit { close() }

  /// One message out, one message in.
  ///
  /// - Throws: `Status` for anything but OK; `.cancelled` when the calling task is cancelled.
  package func unary(
    _ path: String, _ message: [UInt8], _ options: CallOptions = CallOptions()
  ) async throws -> UnaryReply {
    try await reactor().unary(core, path, message, options)
  }

  /// A call with any number of messages each way; a call that has not ended when `body` returns is cancelled.
  package func stream<Result>(
    _ path: String, _ options: CallOptions = CallOptions(),
    _ body: (ClientStream) async throws -> Result
  ) async throws -> Result {
    let reactor = try reactor()
    let handle = await reactor.open(core, path, options)
    do {
      let result = try await body(ClientStream(handle: handle))
      await reactor.close(handle.serial)
      return result
    } catch {
      await reactor.close(handle.serial)
      throw error
    }
  }

  /// Replaces the replicas; calls on connections to removed ones finish.
  package func update(addresses: [Address]) {
    core.setAddresses(addresses)
    let key = ObjectIdentifier(core)
    for reactor in reactors.reactors {
      reactor.post { $0.core.balancers[key]?.update(addresses) }
    }
  }

  /// New connections use this. Each open one is replaced by a new one as soon as that stands, and then finishes its calls;
  /// one to a server that the new lists revoke ends at once, with its calls.
  package func update(tls: TLSConfiguration) throws(TLSError) {
    try core.update(tls)
    let key = ObjectIdentifier(core)
    for reactor in reactors.reactors { reactor.post { $0.core.balancers[key]?.renew() } }
  }

  /// Ends the channel: waiting and running calls fail with UNAVAILABLE, as do calls made later.
  package func shutdown() async {
    core.shutDown()
    for reactor in reactors.reactors { await reactor.closeChannel(core) }
  }

  private func close() {
    core.shutDown()
    let core = core
    for reactor in reactors.reactors { reactor.post { $0.closeChannel(core) } }
  }

  private func reactor() throws(Status) -> Reactor {
    if reactors.isStopped { throw Status(.unavailable, "the process is stopping") }
    return reactors.currentOrNext
  }
}

/// What the reactors share of one channel.
final class ChannelCore: Sendable {
  private struct State {
    var addresses: [Address]
    var tls: TLSContext
    var isShutDown = false
  }

  let configuration: ChannelConfiguration
  private let state: Mutex<State>

  init(_ configuration: ChannelConfiguration) throws(TLSError) {
    self.configuration = configuration
    let tls = try TLSContext(configuration.tls, forServer: false)
    state = Mutex(State(addresses: configuration.addresses, tls: tls))
  }

  var addresses: [Address] { state.withLock { $0.addresses } }
  var tls: TLSContext { state.withLock { $0.tls } }
  var isShutDown: Bool { state.withLock { $0.isShutDown } }

  func setAddresses(_ addresses: [Address]) { state.withLock { $0.addresses = addresses } }
  func shutDown() { state.withLock { $0.isShutDown = true } }

  func update(_ configuration: TLSConfiguration) throws(TLSError) {
    let tls = try TLSContext(configuration, forServer: false)
    state.withLock { $0.tls = tls }
  }
}

extension Reactor {
  /// The channel's part on this reactor, made by the first call.
  private func balancer(of channel: ChannelCore) -> Balancer {
    let key = ObjectIdentifier(channel)
    if let balancer = core.balancers[key] { return balancer }
    let balancer = Balancer(channel, core: core)
    if channel.isShutDown || core.isStopping {
      balancer.shutdown()
    } else {
      core.balancers[key] = balancer
    }
    return balancer
  }

  func closeChannel(_ channel: ChannelCore) {
    core.balancers.removeValue(forKey: ObjectIdentifier(channel))?.shutdown()
  }

  func unary(
    _ channel: ChannelCore, _ path: String, _ message: [UInt8], _ options: CallOptions
  ) async throws -> UnaryReply {
    try channel.configuration.limits.check(message)
    let balancer = balancer(of: channel)
    if let policy = channel.configuration.service.method(path)?.hedgingOfIdempotentCalls {
      return try await hedged(
        HedgeRace(path, message, options, policy, balancer: balancer))
    }
    let call = ClientCall(path, message: message, options: options, balancer: balancer, core: core)
    core.register(call)
    defer { core.unregister(call) }
    balancer.submit(call)
    while call.status == nil { try await wait(for: .end, onCall: call) }
    return try call.unaryResult()
  }

  private func hedged(_ race: HedgeRace) async throws -> UnaryReply {
    core.register(race)
    defer { core.unregister(race) }
    race.sendCopy()
    while true {
      if let winner = race.winner { return try winner.unaryResult() }
      do {
        try await wait(for: .end, on: race)
      } catch is CancellationError {
        race.abandon()
        throw Status(.cancelled, "the calling task was cancelled")
      }
    }
  }

  func open(_ channel: ChannelCore, _ path: String, _ options: CallOptions) -> StreamHandle {
    let balancer = balancer(of: channel)
    let call = ClientCall(path, message: nil, options: options, balancer: balancer, core: core)
    core.register(call)
    balancer.submit(call)
    return StreamHandle(reactor: self, serial: call.serial)
  }

  /// The caller has left the call.
  func close(_ serial: UInt64) {
    guard let call = core.streams[serial] as? ClientCall else { return }
    call.end(Status(.cancelled, "the caller left the call"))
    core.unregister(call)
  }

  private func clientCall(_ serial: UInt64) throws(Status) -> ClientCall {
    guard let call = core.streams[serial] as? ClientCall else {
      throw Status(.cancelled, "the call is over")
    }
    return call
  }

  /// Waits; a cancelled task ends the whole call.
  private func wait(for events: StreamEvents, onCall call: ClientCall) async throws {
    do {
      try await wait(for: events, on: call)
    } catch is CancellationError {
      let status = Status(.cancelled, "the calling task was cancelled")
      call.end(status)
      throw status
    }
  }

  func send(_ message: [UInt8], compressed: Bool, _ serial: UInt64) async throws {
    let call = try clientCall(serial)
    try call.limits.check(message)
    call.send(message, compressed: compressed)
    while call.status == nil, call.outbox.byteCount >= call.outgoingQueueBytes {
      try await wait(for: [.room, .end], onCall: call)
    }
    if let status = call.status, status.code != .ok { throw status }
  }

  func finishSending(_ serial: UInt64) throws {
    try clientCall(serial).finishSending()
  }

  func nextReply(
    _ serial: UInt64
  ) async throws -> (content: [UInt8], wasCompressed: Bool)? {
    let call = try clientCall(serial)
    while true {
      if let message = try call.takeReply() { return message }
      if let status = call.status {
        if status.code == .ok { return nil }
        throw status
      }
      try await wait(for: [.message, .end], onCall: call)
    }
  }

  func nextReplies(_ serial: UInt64) async throws -> [[UInt8]] {
    guard let first = try await nextReply(serial) else { return [] }
    let call = try clientCall(serial)
    var replies = [first.content]
    while let more = try call.takeReply() { replies.append(more.content) }
    return replies
  }

  func headers(_ serial: UInt64) async throws -> Metadata {
    let call = try clientCall(serial)
    while true {
      if let status = call.status, status.code != .ok { throw status }
      if let headers = call.headers { return headers }
      try await wait(for: [.headers, .end], onCall: call)
    }
  }

  func trailers(_ serial: UInt64) async throws -> Metadata {
    let call = try clientCall(serial)
    while true {
      if let status = call.status {
        if status.code == .ok { return status.trailers }
        throw status
      }
      try await wait(for: .end, onCall: call)
    }
  }
}
