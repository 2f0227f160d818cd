// The two clocks of a process: civil time, by which regulations count, and real time, by which machines do.

import CLinux
import Glibc
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
    let path = demo.offsetFile
    return WallClock(
      civil: {
        let elapsed = systemNow().milliseconds - demo.realStart
        return start.adding(milliseconds: elapsed + offsetSeconds(path) * 1000)
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

/// The seconds that a demonstration has skipped; 0 while the file is absent. Read each time, since another process
/// writes it and the next call must see it.
private func offsetSeconds(_ path: String) -> Int64 {
  let file = open(path, O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { return 0 }
  defer { close(file) }
  return withUnsafeTemporaryAllocation(byteCount: 32, alignment: 1) { buffer in
    // Sound: the buffer lives for this closure and `read` is given its size.
    let count = read(file, buffer.baseAddress, buffer.count)
    guard count > 0 else { return 0 }
    let text = String(decoding: buffer.prefix(count), as: UTF8.self)
    return Int64(text.filter { !$0.isWhitespace }) ?? 0
  }
}
