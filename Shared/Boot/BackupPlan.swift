// When a node is backed up and where to: regular, to one or two places, keys apart (meizhou-public-2023/38b, hebi-2021/23b; D36).

package import Vocabulary
import Foundation

/// `backup:` in `DIR/weir.yaml`.
package struct BackupPlan: Codable, Equatable, Sendable {
  package var everyHours: Int64
  /// How many good backups stay at each place; older ones go when a newer one is there.
  package var keep: Int
  /// One or two folders, better on other disks; each backup is a folder of its own in it.
  package var to: [String]
  /// A folder for the keys, never beside the data; without it the operator keeps `keys` and `pki` himself.
  package var keysTo: String?

  package init(everyHours: Int64, keep: Int, to: [String], keysTo: String? = nil) {
    self.everyHours = everyHours
    self.keep = keep
    self.to = to
    self.keysTo = keysTo
  }

  /// Checks what an operator wrote.
  ///
  /// - Parameters:
  ///   - folder: The data folder.
  ///   - file: What is named in the error.
  package func check(for folder: String, file: String) throws(ConfigurationError) {
    func refuse(_ detail: String) -> ConfigurationError {
      .malformed(path: file, detail: "backup: \(detail)")
    }
    guard (1...8_760).contains(everyHours) else { throw refuse("everyHours is 1 to 8760") }
    guard (1...1_000).contains(keep) else { throw refuse("keep is 1 to 1000") }
    guard (1...2).contains(to.count) else { throw refuse("to names one or two folders") }
    let places = to + (keysTo.map { [$0] } ?? [])
    guard places.allSatisfy({ $0.hasPrefix("/") }) else { throw refuse("folders begin with /") }
    let all = ([folder] + places).map { $0.hasSuffix("/") ? $0 : $0 + "/" }
    for (index, place) in all.enumerated() {
      for other in all.dropFirst(index + 1) where place.hasPrefix(other) || other.hasPrefix(place) {
        throw refuse("the data folder, the places of backups and that of the keys lie apart")
      }
    }
  }

  // MARK: Names

  /// The name of a backup by its moment, `weir-20240304-040000-123`: it sorts by time, nothing else in the folder has such a name, and as an
  /// argument it looks like nobody's number.
  static func name(at time: Instant) -> String {
    let digits = time.rfc3339.filter(\.isNumber)
    return "weir-\(digits.prefix(8))-\(digits.dropFirst(8).prefix(6))-\(digits.dropFirst(14))"
  }

  /// The backups in a folder, the oldest first; those that were not finished have other names.
  package static func names(in folder: String) -> [String] {
    let found = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return found.filter { $0.wholeMatch(of: /weir-[0-9]{8}-[0-9]{6}-[0-9]{3}/) != nil }.sorted()
  }
}

/// What became of a backup that was due at one place.
package struct BackupOutcome: Sendable {
  package let place: String
  package let result: Result<BackupManifest, any Error>

  /// `nil` where it succeeded.
  package var fault: String? {
    if case .failure(let error) = result { "\(error)" } else { nil }
  }

  /// For the operator's log.
  package var line: String {
    switch result {
    case .success(let manifest):
      "backed up to \(place): \(manifest.files.count) files, \(manifest.sizeBytes) bytes"
    case .failure(let error): "the backup to \(place) failed: \(error)"
    }
  }
}

/// Keeps a node's plan.
package struct BackupKeeper: Sendable {
  /// Writes a backup into a new folder, and the keys into another one where one is given.
  package typealias Writer =
    @Sendable (_ target: String, _ keysTarget: String?, _ now: Instant) throws -> BackupManifest

  private let plan: BackupPlan
  /// The time of the last good backup in a folder that is one; `nil` for one that is not what was signed.
  private let moment: @Sendable (_ backup: String) -> Instant?
  private let write: Writer
  private let now: @Sendable () -> Instant

  package init(
    plan: BackupPlan, moment: @escaping @Sendable (String) -> Instant?, write: @escaping Writer,
    now: @escaping @Sendable () -> Instant
  ) {
    self.plan = plan
    self.moment = moment
    self.write = write
    self.now = now
  }

  /// For the backups of a data folder.
  package init(
    plan: BackupPlan, of folder: String, domain: String, now: @escaping @Sendable () -> Instant
  ) {
    let backup = Backup(of: folder, domain: domain)
    self.init(
      plan: plan, moment: { backup.moment(of: $0) },
      write: { try backup.write(to: $0, keysTo: $1, now: $2) }, now: now)
  }

  /// When the last good backup at a place was made; `nil` where there is none.
  package func lastGood(at place: String) -> Instant? {
    BackupPlan.names(in: place).reversed().lazy.compactMap { moment("\(place)/\($0)") }.first
  }

  /// Backs up to every place where it is due; one that fails does not keep the other from its own.
  ///
  /// - Parameter always: Whether to back up although nothing is due.
  package func run(always: Bool = false) -> [BackupOutcome] {
    var outcomes: [BackupOutcome] = []
    var keysTo = plan.keysTo
    for place in plan.to where always || isDue(at: place) {
      let time = now()
      let name = BackupPlan.name(at: time)
      let result = Result {
        try Files.makeFolder(place)
        if let keysTo { try Files.makeFolder(keysTo) }
        let manifest = try write("\(place)/\(name)", keysTo.map { "\($0)/\(name)" }, time)
        try prune(place)
        if let keysTo { try prune(keysTo) }
        return manifest
      }
      // The keys once, with the first backup that succeeds.
      if case .success = result { keysTo = nil }
      outcomes.append(BackupOutcome(place: place, result: result))
    }
    return outcomes
  }

  private func isDue(at place: String) -> Bool {
    guard let last = lastGood(at: place) else { return true }
    return now() >= last.adding(milliseconds: plan.everyHours * 3_600_000)
  }

  private func prune(_ folder: String) throws {
    for name in BackupPlan.names(in: folder).dropLast(plan.keep) {
      try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
  }
}
