// Failing system calls of a real process, one at a time, by strace.

import Foundation

/// One call that fails: the so-many-th of its name on files of the test, in each thread that makes as many.
package struct SyscallFault: Sendable, Hashable, CustomStringConvertible {
  package let call: String
  package let error: String
  package let position: Int

  package var description: String { "\(call) \(position) \(error)" }
}

/// A probe's run in a folder whose system calls are watched, and of which one may fail.
package struct FaultRun: Sendable {
  package let folder: String
  package let output: [String]
  /// What strace wrote: a line for each call on a file of the test.
  package let calls: [String]
  package let status: Int32
  private let isFolderWatched: Bool

  fileprivate init(
    folder: String, output: String, calls: [String], status: Int32, isFolderWatched: Bool
  ) {
    self.folder = folder
    self.output = output.split(separator: "\n").map(String.init)
    self.calls = calls
    self.status = status
    self.isFolderWatched = isFolderWatched
  }

  /// The words after `ok`, by line.
  package var answers: [[String]] {
    output.filter { $0.hasPrefix("ok ") }.map {
      $0.split(separator: " ").dropFirst().map(String.init)
    }
  }

  /// Names that were given and not flushed with their folder after that, though the callers were answered: a power cut may take
  /// them away.
  ///
  /// Files that are still being written (`.new`) and SQLite's own of a moment need no name. The epoch key has two.
  package var mayLose: [String] {
    // Where a close fails, calls on folders are not watched; work that failed to its end promised nothing.
    if !isFolderWatched || !isDone { return [] }
    var known: Set<String> = []
    var waiting: [String: Set<String>] = [:]
    for call in calls where call.hasSuffix(" = 0") || call.contains("O_CREAT") {
      if call.contains("sync("), let path = Self.descriptor(in: call) { waiting[path] = nil }
      let quoted = call.split(separator: "\"", omittingEmptySubsequences: false).map(String.init)
      guard quoted.count >= 3, !call.contains(" = -1 ") else { continue }
      let name = quoted[quoted.count - 2]
      let parent = String(name[..<(name.lastIndex(of: "/") ?? name.endIndex)])
      if call.contains("unlink(") {
        known.remove(name)
        waiting[parent]?.remove(name)
      } else if call.contains("rename(") || known.insert(name).inserted {
        waiting[parent, default: []].insert(name)
      }
    }
    return waiting.values.joined().filter { name in
      ![".new", "-shm", "-journal", "/epoch.key"].contains { name.hasSuffix($0) }
    }.sorted()
  }

  /// Whether all that failed went well when it was tried again.
  private var isDone: Bool {
    let done = answers.map { $0.prefix(2).joined(separator: " ") }
    return output.filter { $0.hasPrefix("failed ") }.allSatisfy { line in
      done.contains { line.dropFirst("failed ".count).hasPrefix($0) }
    }
  }

  private static func descriptor(in call: String) -> String? {
    guard let start = call.firstIndex(of: "<"), let end = call.lastIndex(of: ">") else {
      return nil
    }
    return String(call[call.index(after: start)..<end])
  }
}

/// Runs the probe with each of its system calls failing in turn.
package struct SyscallFaults: Sendable {
  /// The calls that make something durable, and with what each may fail.
  private static let errors: [(call: String, errors: [String])] = [
    ("write", ["EIO", "ENOSPC"]), ("pwrite64", ["EIO", "ENOSPC"]), ("fsync", ["EIO", "ENOSPC"]),
    ("fdatasync", ["EIO", "ENOSPC"]), ("rename", ["EIO", "ENOSPC"]), ("openat", ["EIO", "ENOSPC"]),
    ("close", ["EIO"]), ("ftruncate", ["EIO"]), ("unlink", ["EIO"]), ("mkdir", ["EIO", "ENOSPC"]),
  ]
  private static let patienceSeconds = 60 * patience

  private let work: String
  private let base: TemporaryFolder
  private let paths: [String]
  package let all: [SyscallFault]

  /// Whether this machine lets one process watch another.
  package static let isPossible: Bool = {
    let isPossible =
      (try? runBlocking("strace", ["-f", "-o", "/dev/null", "true"]).status) == 0
    if !isPossible { print("strace cannot watch a process here: no system call is made to fail") }
    return isPossible
  }()

  /// Learns from an undisturbed run which calls there are.
  package init(of work: String) throws {
    self.work = work
    base = try TemporaryFolder()
    let root = base.path("run")
    let first = try Self.run(work, root, paths: [], fault: nil)
    paths = Set(first.calls.flatMap { Self.paths(in: $0, under: root) }).sorted()
    let second = try Self.run(work, root, paths: paths, fault: nil)
    var counts: [String: [Substring: Int]] = [:]
    for line in second.calls {
      let words = line.split(separator: " ", maxSplits: 1)
      guard words.count == 2, let end = words[1].firstIndex(of: "(") else { continue }
      counts[words[1][..<end].trimmingCharacters(in: .whitespaces), default: [:]][
        words[0], default: 0] += 1
    }
    all = Self.errors.flatMap { call, errors in
      (0..<(counts[call]?.values.max() ?? 0)).flatMap { place in
        errors.map { SyscallFault(call: call, error: $0, position: place + 1) }
      }
    }
  }

  /// Those of this test run: a seeded sample; all where `WEIR_FAULTS=all` asks for them, those of some calls (`fsync,rename`), or one,
  /// named as a failure names it.
  package func chosen(_ count: Int, seed: UInt64) -> [SyscallFault] {
    if let asked = ProcessInfo.processInfo.environment["WEIR_FAULTS"] {
      return all.filter {
        asked == "all" || asked.split(separator: ",").contains(Substring($0.call))
          || asked == $0.description
      }
    }
    var random = SeededGenerator(seed: seed)
    print("\(work): \(min(count, all.count)) of \(all.count) system calls fail, seed \(seed)")
    return Array(all.shuffled(using: &random).prefix(count))
  }

  /// Runs the probe in an empty folder with one failing call. A run that hangs ends with status 124.
  package func run(_ fault: SyscallFault) throws -> FaultRun {
    try Self.run(work, base.path("run"), paths: paths, fault: fault)
  }

  /// Starts the probe again on what a run left, and lets it work.
  package func restart(after run: FaultRun) throws -> FaultRun {
    let end = try runBlocking(
      "timeout",
      [
        "-s", "KILL", "\(Self.patienceSeconds)", builtProgram("syscall-fault-probe"), work,
        run.folder,
      ])
    return FaultRun(
      folder: run.folder, output: end.text, calls: [], status: end.status, isFolderWatched: false)
  }

  private static func run(
    _ work: String, _ folder: String, paths: [String], fault: SyscallFault?
  ) throws -> FaultRun {
    try? FileManager.default.removeItem(atPath: folder)
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    let log = folder + ".calls"
    let names = errors.map(\.call).joined(separator: ",")
    // A folder's descriptor may hold a lock, which a real close always gives up, whatever it answers: none of theirs fails.
    let watched = fault?.call == "close" ? paths.filter { !isFolder($0, among: paths) } : paths
    let inject = fault.map {
      ["-e", "inject=\($0.call):error=\($0.error):when=\($0.position)"]
    }
    // LeakSanitizer watches a process as strace does, and there is room for one.
    let sanitizer = ProcessInfo.processInfo.environment["ASAN_OPTIONS"].map {
      ["-E", "ASAN_OPTIONS=\($0):detect_leaks=0"]
    }
    let end = try runBlocking(
      "timeout",
      ["-s", "KILL", "\(patienceSeconds)", "strace", "-f", "-y", "-o", log, "-e", "trace=" + names]
        + (sanitizer ?? []) + (inject ?? []) + watched.flatMap { ["-P", $0] }
        + [builtProgram("syscall-fault-probe"), work, folder])
    let calls = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
    return FaultRun(
      folder: folder, output: end.text,
      calls: whole(calls.split(separator: "\n").map(String.init)), status: end.status,
      isFolderWatched: fault?.call != "close")
  }

  /// Puts calls together that another thread's came between, at the place of their end.
  private static func whole(_ lines: [String]) -> [String] {
    var begun: [Substring: String] = [:]
    return lines.compactMap { line in
      let thread = line.prefix { $0 != " " }
      if let end = line.range(of: " <unfinished ...>") {
        begun[thread] = String(line[..<end.lowerBound])
        return nil
      }
      guard let end = line.range(of: " resumed>") else { return line }
      return (begun.removeValue(forKey: thread) ?? "") + line[end.upperBound...]
    }
  }

  private static func isFolder(_ path: String, among paths: [String]) -> Bool {
    paths.contains { $0.hasPrefix(path + "/") }
  }

  /// The paths of a line of strace, in quotes or behind a descriptor.
  private static func paths(in line: String, under root: String) -> [String] {
    line.split(whereSeparator: { "\"<>".contains($0) }).map(String.init)
      .filter { $0 == root || $0.hasPrefix(root + "/") }
  }
}
