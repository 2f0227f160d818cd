// The law as data, as one process reads it when it starts and takes it up again while it runs.

import Glibc
import Logging
package import Regulation
import Synchronization
import Vocabulary

/// Everything that a node holds of the regulations.
package struct Law: Sendable {
  package let profiles: ProfileSet
  package let calendar: WorkingCalendar
  /// By key: `specific-population`.
  package let taxonomies: [String: Taxonomy]

  package init(_ configuration: ServiceConfiguration) throws(LawFileProblems) {
    profiles = try PolicyFiles.load(
      policiesFolder: configuration.policiesFolder, governanceFile: configuration.governanceFile)
    calendar = try CalendarFiles.load(calendarsFolder: configuration.calendarsFolder)
    taxonomies = try TaxonomyFiles.load(taxonomiesFolder: configuration.taxonomiesFolder)
  }
}

/// The law that is in use now. A later state of the files is taken up whole, or not at all; and never one that forgets or
/// rewrites a version by which a running case is judged.
package final class LawWatch: Sendable {
  package enum Outcome: Sendable, Equatable {
    case unchanged
    case taken
    /// What was in use stays in use.
    case refused([LawFileProblem])
  }

  private struct State {
    var law: Law
    var seen: [String]
    var refused: [LawFileProblem]?
  }

  private let configuration: ServiceConfiguration
  private let state: Mutex<State>

  package init(_ configuration: ServiceConfiguration) throws(LawFileProblems) {
    self.configuration = configuration
    let seen = LawWatch.traces(configuration)
    state = Mutex(State(law: try Law(configuration), seen: seen))
  }

  package var current: Law { state.withLock { $0.law } }

  /// Looks at the files once; what it has seen before costs a glance at each.
  package func look() -> Outcome {
    // Before they are read: what changes meanwhile is met at the next turn.
    let traces = LawWatch.traces(configuration)
    let (old, known) = state.withLock { state in
      (state.law, state.seen == traces ? (state.refused.map(Outcome.refused) ?? .unchanged) : nil)
    }
    if let known { return known }
    let outcome = read(after: old)
    state.withLock { state in
      state.seen = traces
      state.refused = nil
      switch outcome {
      case .success(let law): state.law = law
      case .failure(let problems): state.refused = problems.problems
      }
    }
    switch outcome {
    case .success: return .taken
    case .failure(let problems): return .refused(problems.problems)
    }
  }

  private func read(after old: Law) -> Result<Law, LawFileProblems> {
    do throws(LawFileProblems) {
      let law = try Law(configuration)
      do throws(SuccessionProblem) {
        try law.profiles.checkSuccession(to: old.profiles)
        try law.calendar.checkSuccession(to: old.calendar)
      } catch {
        let isCalendar =
          switch error {
          case .yearVanished, .yearChangedUnnumbered: true
          case .versionVanished, .versionChanged: false
          }
        return .failure(
          LawFileProblems([
            LawFileProblem(
              file: isCalendar ? configuration.calendarsFolder : configuration.policiesFolder,
              line: 0, sentence: error.sentence)
          ]))
      }
      return .success(law)
    } catch {
      return .failure(error)
    }
  }

  /// Of each file what changes with its content: name, inode, size, time.
  private static func traces(_ configuration: ServiceConfiguration) -> [String] {
    var paths = [configuration.governanceFile]
    for folder in [
      configuration.policiesFolder, configuration.calendarsFolder, configuration.taxonomiesFolder,
    ] {
      paths += (try? LawFiles.paths(in: folder)) ?? []
    }
    return paths.map { path in
      var found = stat()
      guard stat(path, &found) == 0 else { return path }
      return
        "\(path) \(found.st_ino) \(found.st_size) \(found.st_mtim.tv_sec).\(found.st_mtim.tv_nsec)"
    }
  }
}

extension ServiceEnvironment {
  /// The health part that turns while files of the law are not taken up.
  static let lawPart = "law"

  /// The law in use at this moment; ask again rather than keep it.
  package var law: Law { lawWatch.current }

  /// Takes new files of the law up until cancelled; what cannot be taken is told once, and the former law stays.
  func watchLaw() async throws {
    health.set(part: Self.lawPart, isServing: true)
    var told: [LawFileProblem] = []
    while true {
      try await Task.sleep(for: .seconds(1))
      switch lawWatch.look() {
      case .unchanged: continue
      case .taken:
        told = []
        let law = law
        log.notice(
          "law taken",
          metadata: [
            "profiles":
              "\(law.profiles.all.map { "\($0.key)@\($0.version)" }.joined(separator: " "))",
            "calendar": "\(law.calendar.version)",
          ])
      case .refused(let problems):
        if problems == told { continue }
        told = problems
        log.critical(
          "new files of the law are not used",
          metadata: ["cause": "\(LawFileProblems(problems))"])
      }
      health.set(part: Self.lawPart, isServing: told.isEmpty)
    }
  }
}
