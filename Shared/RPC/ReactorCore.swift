// Everything that a reactor owns, and its work between two waits: events, timers, connections, streams.

import CLinux
import CNGHTTP2
import Glibc
import Threads

/// The inside of a reactor. A plain class, reachable only through the reactor's isolation, so that connections, streams
/// and balancers can call each other directly while the compiler keeps them all on the reactor's thread.
final class ReactorCore {
  let executor: ReactorExecutor
  let sessions: SessionFactory?
  let readBuffer: UnsafeMutableRawBufferPointer
  private let clock: @Sendable () -> ContinuousClock.Instant
  private let origin: ContinuousClock.Instant

  /// Nanoseconds since this reactor began; read once for each round.
  private(set) var now: Int64 = 0
  let timers = TimerHeap()
  @exclusivity(unchecked) var dirty: [Connection] = []
  /// Calls whose handlers are to be started when nghttp2 has returned.
  @exclusivity(unchecked) var startable: [ServerCall] = []
  /// Scratch space for the headers of one frame.
  let headers = HeaderBlock()
  var random: SplitMix
  var runningHandlers = 0
  private(set) var isStopping = false

  private(set) var connections: [UInt64: Connection] = [:]
  private var listeners: [UInt64: Listener] = [:]
  private(set) var streams: [UInt64: Stream] = [:]
  var shards: [ObjectIdentifier: ServerShard] = [:]
  var balancers: [ObjectIdentifier: Balancer] = [:]
  private var unread: [Connection] = []
  private var lastSerial: UInt64 = 0

  init(
    executor: ReactorExecutor, seed: UInt64,
    clock: @escaping @Sendable () -> ContinuousClock.Instant
  ) {
    self.executor = executor
    sessions = SessionFactory()
    readBuffer = .allocate(byteCount: 64 << 10, alignment: 16)
    self.clock = clock
    origin = clock()
    random = SplitMix(seed: seed)
    var event = epoll_event()
    // Each write to it is an event of its own, so that nobody need read it.
    event.events = EPOLLIN.rawValue | EPOLLET.rawValue
    epoll_ctl(executor.epoll, EPOLL_CTL_ADD, executor.wakeDescriptor, &event)
  }

  deinit { readBuffer.deallocate() }

  func nextSerial() -> UInt64 {
    lastSerial += 1
    return lastSerial
  }

  func readClock() { now = origin.duration(to: clock()).nanosecondsClamped }

  /// When `nanoseconds` of this reactor's clock will be, on the common clock.
  func instant(_ nanoseconds: Int64) -> ContinuousClock.Instant {
    origin.advanced(by: .nanoseconds(nanoseconds))
  }

  func after(_ duration: Duration) -> Int64 {
    let (sum, overflows) = now.addingReportingOverflow(max(duration.nanosecondsClamped, 0))
    return overflows ? .max : sum
  }

  // MARK: One round

  /// How long epoll may wait: 0 while work is at hand, -1 for ever.
  var waitMilliseconds: Int32 {
    if !unread.isEmpty || !dirty.isEmpty || !executor.fallsAsleep() { return 0 }
    guard let due = timers.nextDue else { return -1 }
    readClock()
    let wait = max(due - now, 0)
    // Rounded up: a timer may be late by a millisecond, never early.
    return Int32(clamping: (wait + 999_999) / 1_000_000)
  }

  func handle(serial: UInt64, events: UInt32) {
    // Somebody has woken the thread.
    if serial == 0 { return }
    if let connection = connections[serial] {
      let trouble = EPOLLERR.rawValue | EPOLLHUP.rawValue | EPOLLRDHUP.rawValue
      connection.handle(
        readable: events & (EPOLLIN.rawValue | trouble) != 0,
        writable: events & (EPOLLOUT.rawValue | trouble) != 0)
    } else {
      listeners[serial]?.acceptAll()
    }
  }

  func readAgain(_ connection: Connection) { unread.append(connection) }

  func continueReading() {
    if unread.isEmpty { return }
    let pending = unread
    unread.removeAll(keepingCapacity: true)
    for connection in pending { connection.read() }
  }

  func expireTimers() {
    while let timer = timers.popDue(at: now) { timer.expire() }
  }

  /// Sends what this round has produced: one write for all answers of a connection.
  func flushDirty() {
    while !dirty.isEmpty {
      let connections = dirty
      dirty.removeAll(keepingCapacity: true)
      for connection in connections { connection.flush() }
    }
  }

  // MARK: Descriptors

  func watch(_ descriptor: Int32, serial: UInt64, write: Bool, isNew: Bool) {
    var event = epoll_event()
    event.events = EPOLLIN.rawValue | (write ? EPOLLOUT.rawValue : 0)
    event.data.u64 = serial
    epoll_ctl(executor.epoll, isNew ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor, &event)
  }

  /// Reads once what is there already, for nobody.
  func discardInput(of descriptor: Int32) {
    _ = read(descriptor, readBuffer.baseAddress, readBuffer.count)
  }

  private func forget(_ descriptor: Int32) {
    var event = epoll_event()
    epoll_ctl(executor.epoll, EPOLL_CTL_DEL, descriptor, &event)
  }

  func add(_ connection: Connection) {
    connections[connection.serial] = connection
    watch(
      connection.descriptor, serial: connection.serial, write: connection.watchesWrite, isNew: true)
  }

  func remove(_ connection: Connection) {
    if connections.removeValue(forKey: connection.serial) != nil { forget(connection.descriptor) }
  }

  func add(_ listener: Listener) {
    listeners[listener.serial] = listener
    watch(listener.descriptor, serial: listener.serial, write: false, isNew: true)
  }

  func remove(_ listener: Listener) {
    if listeners.removeValue(forKey: listener.serial) != nil { forget(listener.descriptor) }
  }

  /// Stops or resumes hearing of a listener.
  func setWatched(_ listener: Listener, _ isWatched: Bool) {
    if isWatched {
      watch(listener.descriptor, serial: listener.serial, write: false, isNew: true)
    } else {
      forget(listener.descriptor)
    }
  }

  // MARK: Streams

  /// Gives the stream a key under which handles find it.
  func register(_ stream: Stream) {
    stream.serial = nextSerial()
    streams[stream.serial] = stream
  }

  func unregister(_ stream: Stream) {
    streams[stream.serial] = nil
  }

  /// `pause` ends at one of `events`.
  func begin(_ pause: Pause, until events: StreamEvents, on stream: Stream) {
    stream.addWaiter(pause, for: events)
  }

  // MARK: End

  func stop() {
    isStopping = true
    for listener in listeners.values { listener.close() }
    for balancer in balancers.values { balancer.shutdown() }
    balancers = [:]
    for connection in connections.values { connection.lose("the process is stopping") }
  }

  /// Nothing comes any more. Timers hold whom they would have told, who hold this core.
  func letGo() {
    timers.removeAll()
    shards = [:]
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014): for jitter and references, where unpredictability is not needed.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
