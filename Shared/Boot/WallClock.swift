// The two clocks of a process: civil time, by which regulations count, and real time, by which machines do.

import CLinux
import Glibc
import Synchronization
package import Vocabulary

/// Where a process reads the time; handed down as values, so that nothing below reads a clock.
///
/// Regulation clocks, grants and receipts use `civil`; certificates, tickets, rates and timeouts use `real`. The two
/// differ only in a folder that was created as a demonstration.
package struct WallClock: Sendable {
  package let civil: @Sendable () -> Instant
  package let real: @Sendable () -> Instant

  package init(civil: @escaping @Sendable () -> Instant, real: @escaping @Sendable () -> Instant) {
    self.civil = civil
    self.real = real
  }

  /// The system's clock, moved to the demonstration's day where the configuration has one.
  package static func system(demo: ServiceConfiguration.DemoClock?) -> WallClock {
    guard let demo, let day = CivilDate(iso: demo.civilStart) else {
      return WallClock(civil: systemNow, real: systemNow)
    }
    // A demonstration's day begins at nine in the morning, as its people's would.
    let start = Instant(startOf: day).adding(milliseconds: 9 * 3_600_000)
    let offset = OffsetFile(path: demo.offsetFile)
    return WallClock(
      civil: {
        let elapsed = systemNow().milliseconds - demo.realStart
        return start.adding(milliseconds: elapsed + offset.seconds() * 1000)
      },
      real: systemNow)
  }
}

/// The system's real-time clock.
package func systemNow() -> Instant {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
}

/// The seconds that a demonstration has skipped; 0 while the file is absent.
///
/// Another process puts a new file in its place, and the next call must see it: so each asks which file stands there, and reads
/// it when it is another.
private final class OffsetFile: Sendable {
  private struct State: Equatable {
    var device: UInt = 0
    var file: UInt = 0
    var changed = 0
    var changedNanoseconds = 0
    var size = 0
  }

  private let path: String
  private let known = Mutex<(state: State, seconds: Int64)>((State(), 0))

  init(path: String) { self.path = path }

  func seconds() -> Int64 {
    var status = stat()
    guard stat(path, &status) == 0 else { return 0 }
    let state = State(
      device: status.st_dev, file: status.st_ino, changed: status.st_ctim.tv_sec,
      changedNanoseconds: status.st_ctim.tv_nsec, size: status.st_size)
    return known.withLock { known in
      if known.state != state { known = (state, read()) }
      return known.seconds
    }
  }

  private func read() -> Int64 {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return 0 }
    defer { close(file) }
    return withUnsafeTemporaryAllocation(byteCount: 32, alignment: 1) { buffer in
      // Sound: the buffer lives for this closure and `read` is given its size.
      let count = Glibc.read(file, buffer.baseAddress, buffer.count)
      guard count > 0 else { return 0 }
      let text = String(decoding: buffer.prefix(count), as: UTF8.self)
      return Int64(text.filter { !$0.isWhitespace }) ?? 0
    }
  }
}
