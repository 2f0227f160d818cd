// A reactor: an actor whose executor is its thread. Its loop, and how tasks enter it.

import CLinux
import Glibc
import Synchronization
import Threads

/// One thread with epoll, and all connections and streams on it.
actor Reactor {
  nonisolated let executor: ReactorExecutor
  /// Connections on this reactor, for choosing the least loaded.
  nonisolated let load = Atomic<Int>(0)
  private nonisolated let ended = Latch()
  let core: ReactorCore

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(seed: UInt64, clock: @escaping @Sendable () -> ContinuousClock.Instant) {
    let executor = ReactorExecutor()
    self.executor = executor
    core = ReactorCore(executor: executor, seed: seed, clock: clock)
  }

  // MARK: The loop

  /// The body of the reactor's thread.
  nonisolated func run() {
    executor.bind()
    withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: 256) { events in
      guard let first = events.baseAddress else { return }
      while !assumeIsolated({ $0.isDone }) {
        let timeout = assumeIsolated { $0.core.waitMilliseconds }
        let count = epoll_wait(executor.epoll, first, Int32(events.count), timeout)
        assumeIsolated { $0.core.readClock() }
        for post in executor.takePosts() { assumeIsolated { post($0) } }
        for event in events.prefix(max(0, Int(count))) {
          let serial = event.data.u64
          let bits = event.events
          assumeIsolated { $0.handle(serial, bits) }
        }
        executor.drain()
        assumeIsolated { $0.finishRound() }
      }
    }
    assumeIsolated { $0.core.letGo() }
    executor.end()
    ended.open()
  }

  private var isDone: Bool { core.isStopping && core.runningHandlers == 0 && !executor.hasWork }

  private func handle(_ serial: UInt64, _ events: UInt32) {
    core.handle(serial: serial, events: events)
    startHandlers()
  }

  private func finishRound() {
    core.continueReading()
    core.expireTimers()
    startHandlers()
    core.flushDirty()
  }

  /// Has `work` run here soon; from any thread.
  nonisolated func post(_ work: @escaping @Sendable (isolated Reactor) -> Void) {
    executor.post(work)
  }

  nonisolated func shutdown() async {
    post { $0.core.stop() }
    await ended.wait()
  }

  /// For a group that is thrown away: ends without anybody waiting.
  nonisolated func abandon() {
    post { $0.core.stop() }
  }

  // MARK: Handlers

  /// Starts each handler on the spot: one that does not wait has answered before the next is started.
  private func startHandlers() {
    while !core.startable.isEmpty {
      let calls = core.startable
      core.startable.removeAll(keepingCapacity: true)
      for call in calls {
        start(call)
        // One that has ended has read it; the time of one that waits now is part of what those behind it waited.
        if !call.handlerHasEnded { core.readClock() }
      }
    }
  }

  private func start(_ call: ServerCall) {
    guard let implementation = call.implementation, !call.isOver else { return }
    core.runningHandlers += 1
    call.handlerStarts()
    let task: Task<Void, Never>
    switch implementation {
    case .unary(let handler):
      guard let message = try? call.takeRequest()?.content else { return finished(call) }
      task = Task.immediate { [self] in
        do {
          let reply = try await handler(message, call.context)
          call.answer(reply)
        } catch {
          call.fail(error)
        }
        finished(call)
      }
    case .stream(let handler):
      core.register(call)
      let handle = StreamHandle(reactor: self, serial: call.serial)
      task = Task.immediate { [self] in
        do {
          let trailers = try await handler(
            RequestStream(handle: handle), ResponseWriter(handle: handle), call.context)
          call.finish(trailers: trailers)
        } catch {
          call.fail(error)
        }
        finished(call)
      }
    }
    if !call.handlerHasEnded { call.task = task }
  }

  private func finished(_ call: ServerCall) {
    core.runningHandlers -= 1
    call.handlerEnded()
    if call.serial != 0 { core.unregister(call) }
  }

  // MARK: Waiting

  /// Suspends the calling task until one of `events` happens on the stream.
  ///
  /// - Throws: `CancellationError` when the calling task is cancelled.
  func wait(for events: StreamEvents, on stream: Stream) async throws {
    let pause = Pause()
    let end = await withTaskCancellationHandler {
      // `core` must be used here: a closure that does not capture the actor is not isolated to it, and would run on
      // another thread without a word from the compiler.
      core.begin(pause, until: events, on: stream)
      return await pause.untilEnd()
    } onCancel: {
      // Not here, where the task is still being cancelled.
      post { _ in pause.end(.cancelled) }
    }
    if end == .cancelled {
      stream.removeWaiter(pause)
      throw CancellationError()
    }
  }
}

/// How a task, wherever it runs, names a stream that lives on a reactor.
struct StreamHandle: Sendable {
  let reactor: Reactor
  let serial: UInt64
}
