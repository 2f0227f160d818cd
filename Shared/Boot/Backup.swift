// A backup of a node's data folder while it runs, and the way back into a new folder.

import Crypto
import Database
import Foundation
package import Integrity
package import Vocabulary

/// Writes and reads backups of a data folder as `weir up` lays it out.
///
/// A backup holds the databases, the law as data and what the folder is. It holds **no key**: keys go to a folder of their own,
/// never into one archive with data (DESIGN.md, section 7). Token indexes and the log's published files are derived from the
/// databases and made anew at the next start; a copy of them could only disagree.
package struct Backup: Sendable {
  private let folder: String
  private let keys: KeyFolder

  private static let lawFolders = ["calendars", "policies", "taxonomies"]
  private static let plainFiles = ["weir.yaml", "founding.yaml", "governance.yaml", "demo-clock"]
  private static let keyFolders = ["keys", "pki"]
  private static let keyTries = 5

  /// - Parameter folder: The data folder, whose node may be running.
  package init(of folder: String, domain: String) {
    self.folder = folder
    keys = KeyFolder(path: folder + "/pki", domain: domain)
  }

  // MARK: Writing

  /// Writes a backup; it is there whole, or not at all.
  ///
  /// - Parameters:
  ///   - target: A folder that does not exist yet.
  ///   - keyTarget: Another, for the keys; without it no key is copied.
  package func write(
    to target: String, keysTo keyTarget: String?, now: Instant
  ) throws -> BackupManifest {
    for path in [target] + (keyTarget.map { [$0] } ?? []) where Files.exists(path) {
      throw BackupError.exists(path: path)
    }
    let draft = try Draft(of: target)
    // Before the databases, so that the copied log has grown to it at least.
    let checkpoint = (try? readText("\(folder)/audit/log/checkpoint")) ?? ""
    let positions = try OnlineCopy.copy(
      databases().map { (from: "\(folder)/\($0)", to: "\(draft.path)/\($0)") })
    for name in try lawAndDescription() {
      try Files.makeFolder(parent(of: "\(draft.path)/\(name)"))
      try Files.write(
        try readBytes("\(folder)/\(name)"), to: "\(draft.path)/\(name)", isPrivate: true)
    }
    let manifest = BackupManifest(
      domain: keys.domain, time: now, checkpoint: checkpoint,
      origins: Dictionary(
        positions.map { ($0.origin.text, $0.sequence) }, uniquingKeysWith: max),
      files: try Self.files(in: draft.path).map { try Self.described($0, in: draft.path) })
    let signer = try NoteSigner(
      name: KeyList.auditName(keys.domain),
      key: try Ed25519PrivateKey(pem: try readText(keys.evidenceKey("audit"))))
    try Files.write(
      try manifest.signed(by: signer), to: "\(draft.path)/\(BackupManifest.fileName)",
      isPrivate: true)
    // After the databases, so that there is a key for all that they hold.
    if let keyTarget { try copyKeys(to: keyTarget) }
    try draft.keep(as: target)
    return manifest
  }

  /// When a backup was made; `nil` for a folder whose list is not what this node signed.
  package func moment(of backup: String) -> Instant? {
    guard let note = try? readText("\(backup)/\(BackupManifest.fileName)"),
      let list = try? Self.keyList(keys)
    else { return nil }
    return try? BackupManifest(note, keys: list).time
  }

  private func databases() throws -> [String] {
    var names: [String] = []
    for service in ServiceConfiguration.services {
      let found = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(service)")
        .filter { $0.hasSuffix(".sqlite") }.sorted()
      guard !found.isEmpty else { throw BackupError.notANode(path: "\(folder)/\(service)") }
      names += found.map { "\(service)/\($0)" }
    }
    return names
  }

  private func lawAndDescription() throws -> [String] {
    var names = Self.plainFiles.filter { Files.exists("\(folder)/\($0)") }
    for law in Self.lawFolders {
      names += try Self.files(in: "\(folder)/\(law)").map { "\(law)/\($0)" }
    }
    return names
  }

  /// Keyring and epoch key are replaced one after the other, so they are copied until nothing changed meanwhile.
  private func copyKeys(to target: String) throws {
    for _ in 0..<Self.keyTries {
      let draft = try Draft(of: target)
      var copied: [String: [UInt8]] = [:]
      for kind in Self.keyFolders {
        for name in try Self.files(in: "\(folder)/\(kind)").map({ "\(kind)/\($0)" }) {
          copied[name] = try readBytes("\(folder)/\(name)")
        }
      }
      guard try copied.allSatisfy({ try readBytes("\(folder)/\($0.key)") == $0.value }) else {
        continue
      }
      for (name, bytes) in copied {
        try Files.makeFolder(parent(of: "\(draft.path)/\(name)"))
        try Files.write(bytes, to: "\(draft.path)/\(name)", isPrivate: true)
      }
      return try draft.keep(as: target)
    }
    throw BackupError.keysUnsteady
  }

  // MARK: Restoring

  /// Makes a data folder from a backup that is what was signed.
  ///
  /// - Parameters:
  ///   - keyFolder: Holds `keys` and `pki`, as a backup of the keys or the old data folder does.
  ///   - target: A folder that does not exist yet.
  ///   - held: A checkpoint that the operator or an auditor holds. One that is newer than the backup refuses it: the log would
  ///     go on from an earlier state, and who holds that checkpoint would find it rewritten.
  package static func restore(
    from backup: String, keys keyFolder: String, to target: String, held: SignedNote?
  ) throws -> BackupManifest {
    guard !Files.exists(target) else { throw BackupError.exists(path: target) }
    let keys = KeyFolder(path: keyFolder + "/pki", domain: "")
    let list = try keyList(keys)
    let manifest = try BackupManifest(
      try readText("\(backup)/\(BackupManifest.fileName)"), keys: list)
    try check(manifest, in: backup)
    if let held { try check(manifest, against: held, list) }
    let draft = try Draft(of: target)
    for name in manifest.files.map(\.name) {
      try copy("\(backup)/\(name)", to: "\(draft.path)/\(name)")
    }
    for kind in keyFolders {
      for name in try files(in: "\(keyFolder)/\(kind)") {
        try copy("\(keyFolder)/\(kind)/\(name)", to: "\(draft.path)/\(kind)/\(name)")
      }
    }
    try draft.keep(as: target)
    return manifest
  }

  private static func keyList(_ keys: KeyFolder) throws -> KeyList {
    let root = try NoteVerifier(
      text: String(try readText(keys.evidenceRootPublicKey).prefix { $0 != "\n" }))
    return try KeyList(verifying: try SignedNote(try readText(keys.keyList)), by: root)
  }

  private static func check(_ manifest: BackupManifest, in backup: String) throws {
    let found = Set(try files(in: backup)).subtracting([BackupManifest.fileName])
    let named = Set(manifest.files.map(\.name))
    if let odd = found.symmetricDifference(named).sorted().first {
      throw BackupError.altered(what: odd)
    }
    for file in manifest.files where try described(file.name, in: backup) != file {
      throw BackupError.altered(what: file.name)
    }
  }

  private static func check(
    _ manifest: BackupManifest, against held: SignedNote, _ keys: KeyList
  ) throws {
    func checkpoint(_ note: SignedNote) -> Checkpoint? {
      keys.entries(named: KeyList.auditName(keys.domain)).lazy
        .compactMap { try? Checkpoint(verifying: note, by: $0.verifier) }.first
    }
    guard let held = checkpoint(held) else { throw BackupError.otherLog }
    let own = (try? SignedNote(manifest.checkpoint)).flatMap { checkpoint($0) }
    let size = own?.size ?? 0
    guard held.size <= size else { throw BackupError.olderThanHeld(held: held.size, own: size) }
    if held.size == size, held.root != own?.root { throw BackupError.otherLog }
  }

  // MARK: Files

  /// Names of all files under a folder, sorted.
  private static func files(in folder: String) throws -> [String] {
    guard let all = FileManager.default.enumerator(atPath: folder) else {
      throw BackupError.notANode(path: folder)
    }
    var names: [String] = []
    for case let name as String in all {
      if all.fileAttributes?[.type] as? FileAttributeType == .typeRegular { names.append(name) }
    }
    return names.sorted()
  }

  private static func described(_ name: String, in folder: String) throws -> BackupManifest.File {
    let file = try FileHandle(forReadingFrom: URL(filePath: "\(folder)/\(name)"))
    defer { try? file.close() }
    var hash = SHA256()
    var size: Int64 = 0
    while let part = try file.read(upToCount: 1 << 20), !part.isEmpty {
      hash.update([UInt8](part))
      size += Int64(part.count)
    }
    return BackupManifest.File(name: name, sizeBytes: size, sha256: hash.digest())
  }

  private static func copy(_ source: String, to target: String) throws {
    try Files.makeFolder(parent(of: target))
    try FileManager.default.copyItem(atPath: source, toPath: target)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: target)
  }
}

private func parent(of path: String) -> String {
  path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
}

/// A folder that is filled beside its place and put there whole; what an interrupted try left is begun anew.
private struct Draft {
  let path: String

  init(of target: String) throws {
    path = target + ".partial"
    if Files.exists(path) { try FileManager.default.removeItem(atPath: path) }
    try Files.makeFolder(path)
  }

  func keep(as target: String) throws {
    try FileManager.default.moveItem(atPath: path, toPath: target)
  }
}
