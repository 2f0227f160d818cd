// What a witness is asked, and how it judges (C2SP tlog-witness): pure, so that nothing decides beside it.

import Crypto

/// The body of a request to cosign: `old <size>`, the consistency proof, an empty line, the checkpoint.
package struct AddCheckpoint: Sendable, Equatable {
  /// A proof never needs more (C2SP tlog-witness, add-checkpoint).
  package static let proofLimit = 63
  /// More than such a body ever has: 63 hashes, and a checkpoint with a hundred signatures.
  package static let sizeLimitBytes = 64 << 10

  /// The size of the checkpoint that the witness signed last; 0 where it signed none.
  package let oldSize: UInt64
  /// RFC 6962 section 2.1.2.
  package let proof: [[UInt8]]
  package let note: SignedNote

  package init(oldSize: UInt64, proof: [[UInt8]], note: SignedNote) {
    self.oldSize = oldSize
    self.proof = proof
    self.note = note
  }

  /// nil when the bytes are not exactly such a body.
  package init?(_ body: [UInt8]) {
    guard body.count <= Self.sizeLimitBytes, let text = String(validating: body, as: UTF8.self)
    else { return nil }
    var rest = body[...]
    func line() -> String? {
      guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
      defer { rest = rest[(end + 1)...] }
      return String(decoding: rest[..<end], as: UTF8.self)
    }
    guard let first = line(), first.hasPrefix("old "),
      let size = NoteLines.number(first.dropFirst(4))
    else { return nil }
    var proof: [[UInt8]] = []
    while let hash = line() {
      if hash.isEmpty { break }
      guard proof.count < Self.proofLimit, let bytes = Base64.decode(hash), bytes.count == 32
      else { return nil }
      proof.append(bytes)
    }
    let note = String(decoding: Array(text.utf8)[rest.startIndex...], as: UTF8.self)
    guard let note = try? SignedNote(note) else { return nil }
    self.init(oldSize: size, proof: proof, note: note)
  }

  package var body: [UInt8] {
    let lines = ["old \(oldSize)"] + proof.map { Base64.encode($0) } + [""]
    return Array((lines.map { $0 + "\n" }.joined() + note.encoded).utf8)
  }
}

/// Why a witness does not sign.
package enum WitnessRefusal: Error, Equatable, Sendable {
  /// The body is none of the protocol, or says that the log shrank.
  case malformed
  /// The witness does not watch a log of this name.
  case unknownLog
  /// None of the log's keys has signed.
  case notSigned
  /// The witness signed another size last; the caller shall prove from there.
  case otherSize(UInt64)
  /// **Two faces**: the log shows another root for the size that the witness has signed.
  case otherRoot(size: UInt64)
  /// **Two faces**, or a wrong proof: the tree does not begin with what the witness has signed.
  case notGrown(from: UInt64)

  /// The status of the answer.
  package var status: Int {
    switch self {
    case .malformed: 400
    case .notSigned: 403
    case .unknownLog: 404
    case .otherSize, .otherRoot: 409
    case .notGrown: 422
    }
  }

  /// Whether the log's own signature stands under what contradicts an earlier one.
  package var isFork: Bool {
    switch self {
    case .otherRoot, .notGrown: true
    default: false
    }
  }
}

extension AddCheckpoint {
  /// What a witness does with a request: the checks of C2SP tlog-witness, in their order.
  ///
  /// - Parameters:
  ///   - logs: The keys of the logs that it watches, each named by its log's origin.
  ///   - latest: The newest checkpoint of an origin that the witness signed; `nil` before the first.
  /// - Returns: The checkpoint to be kept, durable, before it is signed.
  package func judged(
    logs: [NoteVerifier], latest: (String) throws -> Checkpoint?
  ) throws -> Checkpoint {
    guard let checkpoint = Checkpoint(text: note.text) else { throw WitnessRefusal.malformed }
    let keys = logs.filter { $0.name == checkpoint.origin }
    guard !keys.isEmpty else { throw WitnessRefusal.unknownLog }
    guard (try? note.verified(by: keys)) != nil else { throw WitnessRefusal.notSigned }
    guard oldSize <= checkpoint.size else { throw WitnessRefusal.malformed }
    let old = try latest(checkpoint.origin)
    let size = old?.size ?? 0
    guard oldSize == size else { throw WitnessRefusal.otherSize(size) }
    let root = old?.root ?? MerkleTree.emptyRoot
    guard size < checkpoint.size || root == checkpoint.root else {
      throw WitnessRefusal.otherRoot(size: size)
    }
    guard
      MerkleTree.isConsistent(
        oldSize: size, oldRoot: root, size: checkpoint.size, root: checkpoint.root, proof: proof)
    else { throw WitnessRefusal.notGrown(from: size) }
    return checkpoint
  }
}
