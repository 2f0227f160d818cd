// A listener and the methods that it answers.

import Glibc
import Synchronization

/// A gRPC server over TLS 1.3.
package final class Server: Sendable {
  let core: ServerCore
  private let reactors: ReactorGroup

  /// - Parameter fallback: Answers the paths that no method names; without one they end with UNIMPLEMENTED.
  package init(
    configuration: ServerConfiguration, reactors: ReactorGroup, methods: [MethodHandler],
    fallback: MethodHandler.Implementation? = nil
  ) throws(TLSError) {
    self.reactors = reactors
    core = try ServerCore(
      configuration, methods: methods, fallback: fallback, reactors: reactors.reactors.count)
  }

  /// Binds and listens.
  ///
  /// - Returns: The bound address, with the port that the system chose where 0 was asked for.
  /// - Throws: `SocketError` when the address cannot be had.
  package func start() async throws -> Address {
    let (descriptor, address) = try Sockets.listen(at: core.address)
    await reactors.reactors[0].listen(descriptor, for: core, on: reactors)
    return address
  }

  /// Stops accepting, tells every peer to go (GOAWAY), lets running calls finish and closes; what still runs after
  /// `timeout` is cancelled.
  package func drain(timeout: Duration) async {
    core.isDraining.store(true, ordering: .relaxed)
    await reactors.reactors[0].closeListener(of: core)
    // Told first, awaited then: so that all connections drain at once.
    for reactor in reactors.reactors { await reactor.beginDrain(of: core, timeout: timeout) }
    for reactor in reactors.reactors { await reactor.waitUntilDrained(core) }
  }

  /// Stops at once: running calls are cancelled.
  package func stop() async {
    await drain(timeout: .zero)
  }

  /// New connections use this; open ones keep what they have, except those of peers that its lists revoke: their calls
  /// end with what `ServerConfiguration.onUnfitPeer` says, in the middle of a stream too.
  package func update(tls: TLSConfiguration) throws(TLSError) {
    try core.update(tls)
    let key = ObjectIdentifier(core)
    for reactor in reactors.reactors { reactor.post { $0.core.shards[key]?.judgePeersAgain() } }
  }

  /// What has happened so far, summed over the reactors.
  package func statistics() async -> ServerStatistics {
    var sum = core.endedStatistics
    for reactor in reactors.reactors { sum.add(await reactor.statistics(of: core)) }
    return sum
  }
}

/// What the reactors share of one server.
final class ServerCore: Sendable {
  let address: Address
  let limits: ServerLimits
  let methods: MethodTable
  let fallback: MethodHandler.Implementation?
  /// `MethodHandler.admits` by path; beside the table, so that finding a method costs no more for it.
  let admissions: [String: @Sendable (ServerContext) throws -> Void]
  let requiresClientCertificate: Bool
  let onRefusal: @Sendable (ConnectionRefusal) -> Void
  let onUnfitPeer: @Sendable (PeerCertificate, ServerContext) -> Status?
  let onFault: @Sendable (any Error, String, String) -> Void
  /// Connections of all reactors, for the limit on them.
  let connectionCount = Atomic<Int>(0)
  /// Connections that are still on their way to a reactor are closed there.
  let isDraining = Atomic<Bool>(false)
  /// Bytes held for calls of all reactors, each of which tells its own in steps of `heldBytesStep`.
  let heldBytes = Atomic<Int>(0)
  let heldBytesStep: Int
  let handshakesPerReactor: Int
  let handshakesByAddress: PeerCounts
  let connectionsByPeer: PeerCounts
  private let context: Mutex<TLSContext>
  /// What reactors have counted whose part has ended.
  private let ended = Mutex(ServerStatistics())

  init(
    _ configuration: ServerConfiguration, methods: [MethodHandler],
    fallback: MethodHandler.Implementation?, reactors: Int
  ) throws(TLSError) {
    address = configuration.address
    limits = configuration.limits
    heldBytesStep = max(1, min(1 << 20, limits.bufferedBytes / (16 * reactors)))
    handshakesPerReactor = max(1, limits.handshakes / reactors)
    handshakesByAddress = PeerCounts(limit: limits.handshakesPerAddress)
    connectionsByPeer = PeerCounts(limit: limits.connectionsPerPeer)
    self.methods = MethodTable(methods)
    admissions = Dictionary(
      methods.compactMap { method in method.admits.map { (method.path, $0) } },
      uniquingKeysWith: { _, last in last })
    self.fallback = fallback
    requiresClientCertificate = configuration.tls.clientCertificates == .required
    onRefusal = configuration.onRefusal
    onUnfitPeer = configuration.onUnfitPeer
    onFault = configuration.onFault
    context = Mutex(try TLSContext(configuration.tls, forServer: true))
  }

  var tls: TLSContext { context.withLock { $0 } }

  var endedStatistics: ServerStatistics { ended.withLock { $0 } }
  func keep(_ statistics: ServerStatistics) { ended.withLock { $0.add(statistics) } }

  func update(_ configuration: TLSConfiguration) throws(TLSError) {
    let new = try TLSContext(configuration, forServer: true)
    context.withLock { $0 = new }
  }
}

/// The methods of a server by path, found without making a string of the path.
struct MethodTable: Sendable {
  /// A method and its number, under which its calls are counted.
  struct Entry: Sendable {
    let method: MethodHandler
    let number: Int
  }

  /// Under which the calls of paths are counted that name no method.
  static let unknown = 0

  private let slots: [[Entry]]
  /// The name under which each number's counts are told.
  let names: [String]

  init(_ methods: [MethodHandler]) {
    var slots = [[Entry]](repeating: [], count: max(16, methods.count * 4))
    var names = [ServerStatistics.unknownMethod]
    for method in methods {
      var path = method.path
      let slot = path.withUTF8 { Int(Self.hash($0) % UInt64(slots.count)) }
      slots[slot].removeAll { $0.method.path == method.path }
      slots[slot].append(Entry(method: method, number: names.count))
      names.append(method.path)
    }
    self.slots = slots
    self.names = names
  }

  func find(_ path: UnsafeBufferPointer<UInt8>) -> Entry? {
    slots[Int(Self.hash(path) % UInt64(slots.count))].first { entry in
      entry.method.path.utf8.withContiguousStorageIfAvailable { $0.equals(path) } ?? false
    }
  }

  /// FNV-1a, 64 bit. Paths here are our own; a caller cannot make them collide.
  private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
  }
}
