// A wait that can be cancelled is begun and ended where its caller is.

import Glibc
import TestSupport
import Testing

import Threads

/// An actor with a thread of its own.
private actor Housed {
  nonisolated let executor = ThreadExecutor(name: "housed")
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init() { executor.start() }
  deinit { executor.stop() }

  var thread: UInt { UInt(pthread_self()) }

  func wait(_ pause: Pause, _ began: Latch) async -> (thread: UInt, end: Pause.End) {
    await waiting(pause, began)
  }
}

/// Belongs to no actor, and runs on its caller's.
private func waiting(_ pause: Pause, _ began: Latch) async -> (thread: UInt, end: Pause.End) {
  await withCancellation {
    let thread = UInt(pthread_self())
    began.open()
    return (thread, await pause.untilEnd())
  } onCancel: {
    startThread(named: "canceller") { pause.end(.cancelled) }
  }
}

@Suite("a wait that can be cancelled")
struct CancellationTests {
  @Test("runs on its caller's thread, and is told when it is cancelled")
  func staysWhereItIs() async throws {
    let actor = Housed()
    let pause = Pause()
    let began = Latch()
    let wait = Task { await actor.wait(pause, began) }
    await began.wait()
    wait.cancel()
    let (thread, end) = await wait.value
    #expect(thread == (await actor.thread))
    #expect(end == .cancelled)
  }
}
