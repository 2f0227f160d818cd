// Receipts: proof of one entry that verifies offline, for years, against keys that the verifier holds.

import Crypto
package import Vocabulary

/// Why a receipt does not prove its entry.
package enum ReceiptError: Error, Equatable, Sendable {
  /// The file is not a receipt.
  case malformed
  /// The receipt is of another domain than the root that the verifier holds.
  case foreign(domain: String)
  /// The key list is not the root's.
  case keyList(SignedNoteError)
  /// The group's note is not signed by a listed key of its service.
  case group(SignedNoteError)
  /// The entry is not in the group that was signed.
  case notInGroup
  /// The payload's time lies outside the term of the key that signed.
  case keyOutOfTerm
  /// The checkpoint is not signed by a listed key of the log.
  case checkpoint(SignedNoteError)
  /// The entry is not in the log that the checkpoint states.
  case notInLog
  /// The receipt has not been upgraded with a place in the log.
  case notInLogYet
  /// The receipt's checkpoint and the verifier's own are of different sizes, and nothing at hand proves one from the other.
  case notCompared
  /// The receipt's checkpoint and the verifier's own are not states of one growing log: **the log was rewritten**.
  case logRewritten

  /// For the person who holds it.
  package var sentence: BilingualText {
    switch self {
    case .malformed: BilingualText("不是回执，或已损坏。", "It is no receipt, or it is damaged.")
    case .foreign(let domain):
      BilingualText(
        "回执出自 \(domain)，与您持有的根密钥不属同一信任域。",
        "The receipt is of \(domain), not of the domain whose root key you hold.")
    case .keyList:
      BilingualText(
        "回执中的密钥清单不是由您持有的根密钥签发。",
        "The receipt's key list is not signed by the root key that you hold.")
    case .group:
      BilingualText(
        "回执的签名不是由清单中该服务的密钥所作。",
        "The receipt is not signed by a listed key of the service that it names.")
    case .notInGroup:
      BilingualText(
        "条目不在所签的一组之中：内容、盐值、序号或路径被改动。",
        "The entry is not in the group that was signed: payload, salt, sequence or path was changed."
      )
    case .keyOutOfTerm:
      BilingualText(
        "条目的时间不在签名密钥的有效期内。", "The entry's time lies outside the term of the key that signed.")
    case .checkpoint:
      BilingualText(
        "回执所附检查点不是由清单中的日志密钥签署。",
        "The receipt's checkpoint is not signed by a listed key of the log.")
    case .notInLog:
      BilingualText(
        "条目不在回执所附检查点的日志中。", "The entry is not in the log that the receipt's checkpoint states.")
    case .notInLogYet: BilingualText("回执尚无入日志的证明。", "The receipt has no place in the log yet.")
    case .notCompared:
      BilingualText(
        "回执中没有与您留存的检查点相连的证明。",
        "The receipt holds no proof that joins its checkpoint to the one that you kept.")
    case .logRewritten:
      BilingualText(
        "回执的检查点与您留存的检查点不是同一日志的先后状态：日志被改写。",
        "The receipt's checkpoint and yours are not states of one growing log: it was rewritten.")
    }
  }
}

/// One entry, and why to believe that it was written.
///
/// The file is RFC 8785 JSON: `format` ("weir-receipt/1"), `keys` and `note` (signed notes), `sequence`, `payload` (the exact
/// text), `salt` and `path` (Base64), and after an upgrade `log` with `checkpoint`, `index` and `path`, and perhaps `grown`.
package struct Receipt: Sendable, Equatable {
  /// The entry's place in the audit log.
  package struct LogProof: Sendable, Equatable {
    package let checkpoint: SignedNote
    package let index: UInt64
    package let path: [[UInt8]]
    /// That the log has only grown since a checkpoint which the receipt's holder kept.
    package var grown: Growth?

    package init(
      checkpoint: SignedNote, index: UInt64, path: [[UInt8]], grown: Growth? = nil
    ) {
      self.checkpoint = checkpoint
      self.index = index
      self.path = path
      self.grown = grown
    }
  }

  /// The consistency proof (RFC 6962 section 2.1.2) between the log at a size and the receipt's checkpoint.
  package struct Growth: Sendable, Equatable {
    package let size: UInt64
    package let path: [[UInt8]]

    package init(since size: UInt64, path: [[UInt8]]) {
      self.size = size
      self.path = path
    }
  }

  /// The key list of the time of writing.
  package let keys: SignedNote
  /// The group commit.
  package let note: SignedNote
  package let sequence: UInt64
  package let leaf: Leaf
  /// From the entry to the group's root.
  package let path: [[UInt8]]
  /// nil until the receipt is upgraded.
  package var log: LogProof?

  package init(
    keys: SignedNote, note: SignedNote, sequence: UInt64, leaf: Leaf, path: [[UInt8]],
    log: LogProof? = nil
  ) {
    self.keys = keys
    self.note = note
    self.sequence = sequence
    self.leaf = leaf
    self.path = path
    self.log = log
  }
}

// MARK: - Verification

/// What a verified receipt proves.
package struct VerifiedReceipt: Sendable, Equatable {
  package let payload: JSONValue
  package let origin: Origin
  package let sequence: UInt64
  /// The key list that decided: the receipt's own, or the verifier's later one.
  package let keys: KeyList
  /// The log's state that holds the entry, when the receipt has been upgraded.
  package let checkpoint: Checkpoint?
}

extension Receipt {
  /// Verifies the receipt against the root key that the verifier holds.
  ///
  /// The payload's member `time` (milliseconds since 1970), where there is one, must lie in the term of the signing key. Where
  /// that term has ended there must be one; and as it is the signer's own word, which whoever took the key can give too, the
  /// entry must then stand in the log.
  ///
  /// - Parameter laterKeys: A key list that the verifier got since, so that keys which leaked are no longer believed.
  package func verify(
    root: NoteVerifier, laterKeys: KeyList? = nil
  ) throws(ReceiptError) -> VerifiedReceipt {
    let keys = try keyList(root: root, laterKeys: laterKeys)
    guard let group = EvidenceGroup(text: note.text) else { throw .malformed }
    guard (group.first...group.last).contains(sequence),
      MerkleTree.isIncluded(
        leafHash: MerkleTree.leafHash(leaf.commitment), index: sequence - group.first,
        size: group.size, root: group.root, proof: path)
    else { throw .notInGroup }
    guard let payload = try? CanonicalJSON.decodeCanonical(leaf.payload) else { throw .malformed }
    let name = KeyList.evidenceName(keys.domain, service: group.origin.service)
    let signer = try Self.signer(of: note, among: keys.entries(named: name), ReceiptError.group)
    if let time = payload["time"]?.integer {
      guard signer.isInTerm(at: time / 1_000) else { throw .keyOutOfTerm }
    } else if signer.notAfter != nil {
      throw .keyOutOfTerm
    }
    let checkpoint = try verifiedCheckpoint(keys)
    guard checkpoint != nil || signer.notAfter == nil else { throw .notInLogYet }
    return VerifiedReceipt(
      payload: payload, origin: group.origin, sequence: sequence, keys: keys,
      checkpoint: checkpoint)
  }

  /// Verifies an upgraded receipt, and that its log and the one the verifier last saw are one growing log.
  ///
  /// - Parameters:
  ///   - held: The checkpoint that the verifier kept.
  ///   - consistency: The proof between the smaller and the larger of the two checkpoints.
  package func verify(
    root: NoteVerifier, laterKeys: KeyList? = nil, against held: Checkpoint,
    consistency: [[UInt8]]
  ) throws(ReceiptError) -> VerifiedReceipt {
    let verified = try verify(root: root, laterKeys: laterKeys)
    guard let checkpoint = verified.checkpoint else { throw .notInLogYet }
    let isOneLog =
      checkpoint.size <= held.size
      ? checkpoint.isBegun(in: held, proof: consistency)
      : held.isBegun(in: checkpoint, proof: consistency)
    guard isOneLog else { throw .logRewritten }
    return verified
  }

  private func keyList(
    root: NoteVerifier, laterKeys: KeyList?
  ) throws(ReceiptError) -> KeyList {
    if let domain = KeyList.foreignDomain(of: keys, to: root) { throw .foreign(domain: domain) }
    do throws(SignedNoteError) {
      let own = try KeyList(verifying: keys, by: root)
      guard let laterKeys, laterKeys.domain == own.domain, laterKeys.number > own.number else {
        return own
      }
      return laterKeys
    } catch {
      throw .keyList(error)
    }
  }

  private func verifiedCheckpoint(_ keys: KeyList) throws(ReceiptError) -> Checkpoint? {
    guard let log else { return nil }
    let name = KeyList.auditName(keys.domain)
    let signer = try Self.signer(
      of: log.checkpoint, among: keys.entries(named: name), ReceiptError.checkpoint)
    let checkpoint: Checkpoint
    do throws(SignedNoteError) {
      checkpoint = try Checkpoint(verifying: log.checkpoint, by: signer.verifier)
    } catch {
      throw .checkpoint(error)
    }
    guard
      MerkleTree.isIncluded(
        leafHash: MerkleTree.leafHash(leaf.commitment), index: log.index, size: checkpoint.size,
        root: checkpoint.root, proof: log.path)
    else { throw .notInLog }
    return checkpoint
  }

  /// The listed key that signed the note.
  private static func signer(
    of note: SignedNote, among entries: [KeyList.Entry],
    _ failure: (SignedNoteError) -> ReceiptError
  ) throws(ReceiptError) -> KeyList.Entry {
    do throws(SignedNoteError) {
      let signers = try note.verified(by: entries.map(\.verifier))
      guard let entry = entries.first(where: { signers.contains($0.verifier) }) else {
        throw .notSigned
      }
      return entry
    } catch {
      throw failure(error)
    }
  }
}

// MARK: - File

extension Receipt {
  /// The receipt as a file's bytes.
  package func encoded() -> [UInt8] {
    var object: JSONObject = [
      "format": .string(EvidenceGroup.label),
      "keys": .string(keys.encoded),
      "note": .string(note.encoded),
      "path": Self.json(path),
      "payload": .string(String(decoding: leaf.payload, as: UTF8.self)),
      "salt": .string(Base64.encode(leaf.salt)),
      "sequence": .integer(Int64(clamping: sequence)),
    ]
    if let log {
      var place: JSONObject = [
        "checkpoint": .string(log.checkpoint.encoded),
        "index": .integer(Int64(clamping: log.index)),
        "path": Self.json(log.path),
      ]
      if let grown = log.grown {
        place["grown"] = [
          "path": Self.json(grown.path), "size": .integer(Int64(clamping: grown.size)),
        ]
      }
      object["log"] = .object(place)
    }
    return CanonicalJSON.encode(.object(object))
  }

  /// Reads a file. Blanks and the order of members do not matter; other members are passed over.
  package init(_ file: [UInt8]) throws(ReceiptError) {
    guard let value = try? CanonicalJSON.decode(file),
      value["format"]?.string == EvidenceGroup.label,
      let keys = Self.note(value["keys"]), let note = Self.note(value["note"]),
      let sequence = Self.count(value["sequence"]), let path = Self.hashes(value["path"]),
      let payload = value["payload"]?.string,
      let salt = value["salt"]?.string.flatMap({ Base64.decode($0) }),
      let leaf = Leaf(salt: salt, payload: Array(payload.utf8))
    else { throw .malformed }
    self.init(keys: keys, note: note, sequence: sequence, leaf: leaf, path: path)
    guard let log = value["log"] else { return }
    guard let checkpoint = Self.note(log["checkpoint"]), let index = Self.count(log["index"]),
      let logPath = Self.hashes(log["path"])
    else { throw .malformed }
    self.log = LogProof(checkpoint: checkpoint, index: index, path: logPath)
    guard let grown = log["grown"] else { return }
    guard let size = Self.count(grown["size"]), let path = Self.hashes(grown["path"]) else {
      throw .malformed
    }
    self.log?.grown = Growth(since: size, path: path)
  }

  private static func json(_ hashes: [[UInt8]]) -> JSONValue {
    .array(hashes.map { .string(Base64.encode($0)) })
  }

  private static func note(_ value: JSONValue?) -> SignedNote? {
    value?.string.flatMap { try? SignedNote($0) }
  }

  private static func count(_ value: JSONValue?) -> UInt64? {
    value?.integer.flatMap { UInt64(exactly: $0) }
  }

  /// At most 64 hashes: a longer path belongs to no tree.
  private static func hashes(_ value: JSONValue?) -> [[UInt8]]? {
    guard let array = value?.array, array.count <= 64 else { return nil }
    var hashes: [[UInt8]] = []
    for item in array {
      guard let hash = item.string.flatMap({ Base64.decode($0) }), hash.count == SHA256.byteCount
      else { return nil }
      hashes.append(hash)
    }
    return hashes
  }
}
