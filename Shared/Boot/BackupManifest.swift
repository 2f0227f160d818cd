// What a backup says of itself, signed: every file with its hash, and how far the log and each outbox had come.

import Crypto
package import Integrity
package import Vocabulary

/// The signed list of a backup's files.
package struct BackupManifest: Sendable, Equatable {
  package struct File: Sendable, Equatable {
    /// Within the backup: `ingest/ingest.sqlite`.
    package let name: String
    package let sizeBytes: Int64
    package let sha256: [UInt8]
  }

  package static let fileName = "manifest.note"
  private static let format = "weir-backup/1"

  package let domain: String
  package let time: Instant
  /// The newest published checkpoint that the copied log surely holds; a signed note, or empty.
  package let checkpoint: String
  /// The last sequence of each origin.
  package let origins: [String: UInt64]
  package let files: [File]

  package var sizeBytes: Int64 { files.reduce(0) { $0 + $1.sizeBytes } }

  package init(
    domain: String, time: Instant, checkpoint: String, origins: [String: UInt64], files: [File]
  ) {
    self.domain = domain
    self.time = time
    self.checkpoint = checkpoint
    self.origins = origins
    self.files = files
  }

  /// RFC 8785 JSON on one line.
  private var text: String {
    let json = JSONValue.object([
      "format": .string(Self.format), "domain": .string(domain),
      "time": .integer(time.milliseconds), "checkpoint": .string(checkpoint),
      "origins": .object(
        JSONObject(origins.map { ($0.key, .integer(Int64(clamping: $0.value))) })),
      "files": .array(
        files.map { file in
          [
            "name": .string(file.name), "bytes": .integer(file.sizeBytes),
            "sha256": .string(Hex.encode(file.sha256)),
          ]
        }),
    ])
    return String(decoding: CanonicalJSON.encode(json), as: UTF8.self) + "\n"
  }

  package func signed(by signer: NoteSigner) throws -> String {
    try SignedNote(text: text, signers: [signer]).encoded
  }

  /// - Throws: ``BackupError/altered(what:)`` where it is not what a key of the list signed.
  init(_ note: String, keys: KeyList) throws(BackupError) {
    let signers = keys.entries(named: KeyList.auditName(keys.domain)).map(\.verifier)
    let text: String
    do {
      let note = try SignedNote(note)
      try note.verified(by: signers)
      text = note.text
    } catch {
      throw .altered(what: Self.fileName)
    }
    guard let json = try? CanonicalJSON.decode(Array(text.utf8)),
      json["format"]?.string == Self.format, let domain = json["domain"]?.string,
      let time = json["time"]?.integer, let checkpoint = json["checkpoint"]?.string,
      let origins = json["origins"]?.object, let files = json["files"]?.array
    else { throw .altered(what: Self.fileName) }
    self.domain = domain
    self.time = Instant(milliseconds: time)
    self.checkpoint = checkpoint
    self.origins = Dictionary(
      uniqueKeysWithValues: origins.members.map { ($0.name, UInt64(max(0, $0.value.integer ?? 0))) }
    )
    self.files = files.compactMap { file in
      guard let name = file["name"]?.string, let size = file["bytes"]?.integer,
        let hash = file["sha256"]?.string.flatMap({ Hex.decode($0) })
      else { return nil }
      return File(name: name, sizeBytes: size, sha256: hash)
    }
    guard self.files.count == files.count else { throw .altered(what: Self.fileName) }
  }
}

/// Why a folder was not backed up or not restored.
package enum BackupError: Error, Sendable, Equatable {
  /// Nothing is written over.
  case exists(path: String)
  /// A part of a data folder, or of a backup of one, is missing.
  case notANode(path: String)
  /// Not what was signed: a file that differs, is missing or is one too many.
  case altered(what: String)
  /// A checkpoint that somebody holds is newer than the backup's log: restored, the log would go on from an earlier state.
  case olderThanHeld(held: UInt64, own: UInt64)
  /// The held checkpoint is of another log, or of one that was rewritten.
  case otherLog
  /// Keys were changed again and again while they were copied.
  case keysUnsteady
}
