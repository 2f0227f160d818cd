// Calls that the house does not make, each with the reason and with what to do instead.

import SourceReading

/// A spelling that must not occur in some part of the tree.
struct BannedCall: Sendable {
  /// A word that a line must hold before the pattern is tried; it keeps the search fast.
  let word: String
  let pattern: @Sendable (String) -> Bool
  let reason: String
  let applies: @Sendable (SourceFile) -> Bool

  init(
    _ word: String, _ reason: String,
    where applies: @escaping @Sendable (SourceFile) -> Bool = { $0.isProduct },
    matching pattern: @escaping @Sendable (String) -> Bool
  ) {
    self.word = word
    self.reason = reason
    self.applies = applies
    self.pattern = pattern
  }

  /// A call or word that stands by itself, not as the end of a longer name or as a member.
  init(
    free word: String, _ reason: String,
    where applies: @escaping @Sendable (SourceFile) -> Bool = { $0.isProduct }
  ) {
    self.init(word, reason, where: applies) { line in
      line.ranges(of: word).contains { !isNamePart(before: $0.lowerBound, in: line, orDot: true) }
    }
  }

  /// A word wherever it stands, as long as no longer name swallows it.
  init(
    whole word: String, _ reason: String,
    where applies: @escaping @Sendable (SourceFile) -> Bool = { $0.isProduct }
  ) {
    self.init(word, reason, where: applies) { line in
      line.ranges(of: word).contains {
        !isNamePart(before: $0.lowerBound, in: line, orDot: false)
          && !isNamePart(at: $0.upperBound, in: line)
      }
    }
  }
}

private func isName(_ character: Character) -> Bool {
  character.isLetter || character.isNumber || character == "_"
}

private func isNamePart(before index: String.Index, in line: String, orDot: Bool) -> Bool {
  guard index > line.startIndex else { return false }
  let character = line[line.index(before: index)]
  return isName(character) || (orDot && character == ".")
}

private func isNamePart(at index: String.Index, in line: String) -> Bool {
  index < line.endIndex && isName(line[index])
}

/// Whether the file holds rules: pure, synchronous, without clock or chance.
private func isPure(_ file: SourceFile) -> Bool {
  file.path.hasPrefix("Shared/Vocabulary/") || file.path.hasPrefix("Shared/Regulation/")
    || (file.path.hasPrefix("Services/") && file.path.contains("/Rules/"))
}

extension BannedCall {
  static let all: [BannedCall] = traps + work + chance + output + pure + tests

  private static let traps: [BannedCall] = [
    BannedCall("try!", "throw or handle the error: try! ends the process") { $0.contains("try!") },
    BannedCall("as!", "use as? and handle the other case: as! ends the process") {
      $0.contains(/\bas!/)
    },
    BannedCall(free: "fatalError(", "throw, or precondition with the invariant as its text"),
    BannedCall("!", "unwrap with guard or if let: a force unwrap ends the process") {
      $0.contains(/[A-Za-z0-9_)\]]!(?!=)/) && !$0.contains(/\b(try|as)!/)
    },
  ]

  private static let work: [BannedCall] = [
    BannedCall("Task", "structured tasks only: what lives on belongs to the lifecycle group") {
      $0.contains(/(^|[^.\w])Task\s*(<[^>]*>)?\s*[({]/) || $0.contains(/\bTask\.init\b/)
    },
    BannedCall("Task.detached", "structured tasks only: nothing runs that nobody owns") {
      $0.contains("Task.detached") || $0.contains("Task.immediateDetached")
    },
    BannedCall(
      "Task.immediate", "only a reactor starts a handler with an immediate task",
      where: { $0.isProduct && !$0.path.hasPrefix("Shared/RPC/") }
    ) { $0.contains("Task.immediate") },
    BannedCall(
      free: "DispatchQueue", "threads are ours: a reactor, a database thread, the compute pool"),
  ]

  private static let chance: [BannedCall] = [
    BannedCall(free: "Date()", "time is injected: take an Instant or CivilDate as a parameter"),
    BannedCall(free: "Date.now", "time is injected: take an Instant or CivilDate as a parameter"),
    BannedCall("UUID()", "randomness is injected: take a RandomSource") { $0.contains("UUID()") },
    // With `using:` the caller brings the generator, which is the rule.
    BannedCall(".random", "randomness is injected: take a RandomSource or a seeded generator") {
      $0.contains(/\.random(Element)?\(/) && !$0.contains("using:")
    },
    BannedCall(".shuffle", "randomness is injected: take a RandomSource or a seeded generator") {
      $0.contains(/\.shuffled?\(\)/)
    },
    BannedCall(whole: "SystemRandomNumberGenerator", "randomness is injected: take a RandomSource"),
  ]

  private static let output: [BannedCall] = [
    BannedCall(free: "print(", "services log through Telemetry, programs write through Console"),
    BannedCall(free: "debugPrint(", "services log through Telemetry"),
    BannedCall(free: "dump(", "services log through Telemetry"),
    BannedCall(free: "NSLog(", "services log through Telemetry"),
    BannedCall("public", "write package: nothing leaves this package") {
      $0.contains(#/^\s*(@\w+(\([^)]*\))? )*public\s/#)
    },
  ]

  private static let pure: [BannedCall] = [
    BannedCall(whole: "async", "rules are synchronous", where: isPure),
    BannedCall(whole: "await", "rules are synchronous", where: isPure),
    BannedCall(whole: "ContinuousClock", "rules know no clock", where: isPure),
    BannedCall(whole: "SuspendingClock", "rules know no clock", where: isPure),
    BannedCall(whole: "Mutex", "rules hold no state", where: isPure),
  ]

  /// The one place that may wait by the clock: it does so on behalf of everyone, for a condition and with a limit.
  static let waitingFile = "Tests/Support/Eventually.swift"

  private static let tests: [BannedCall] = [
    BannedCall(
      "sleep", "wait for a condition with a limit (eventually), never sleep",
      where: { $0.isTest && $0.path != waitingFile && !$0.path.hasPrefix("Tests/Benchmarks/") }
    ) { $0.contains(/\b(nano|u)?sleep\(|\bThread\.sleep\b|\bTask\.sleep\b/) }
  ]
}

/// Banned calls in one file.
func bannedCalls(in file: SourceFile, _ bans: [BannedCall] = BannedCall.all) -> [Violation] {
  bans.filter { $0.applies(file) }.flatMap { ban in
    file.lines(with: ban.word).filter { ban.pattern($0.code) }.map {
      Violation(path: file.path, line: $0.number, rule: "\(ban.word) — \(ban.reason)")
    }
  }
}

/// Promises to the compiler that stand without their proof: a comment on the line or within three lines above it.
func unprovenPromises(in file: SourceFile) -> [Violation] {
  guard file.isProduct else { return [] }
  return ["@unchecked Sendable", "nonisolated(unsafe)"].flatMap { promise in
    file.lines(with: promise).compactMap { number, _ in
      let near = file.lines[max(0, number - 4)..<number]
      if near.contains(where: { $0.contains("//") }) { return nil }
      return Violation(
        path: file.path, line: number,
        rule: "\(promise) needs a comment within the 3 lines above that proves it")
    }
  }
}

/// Declarations that hand a pointer to another module. A pointer stays in the module that wraps its C library, where its owner
/// stands on the same screen; what leaves is a value or a `Span`.
func leakedPointers(in file: SourceFile) -> [Violation] {
  guard file.isProduct else { return [] }
  return file.lines(with: "package ").compactMap { number, code in
    guard code.contains(/^\s*package .*\b(Unsafe\w*Pointer|OpaquePointer)\b/) else { return nil }
    return Violation(
      path: file.path, line: number, rule: "no pointer leaves the module that wraps the C library")
  }
}
