// Checkpoints of the log (C2SP tlog-checkpoint), and holding a log to what one has seen.

import Crypto

/// The size and root of a log, as its note says them: origin, size, root in Base64, one line each, then extension lines.
package struct Checkpoint: Sendable, Equatable {
  /// The log's name, the name of its key too: `<domain>/audit`.
  package let origin: String
  package let size: UInt64
  /// 32 bytes.
  package let root: [UInt8]
  package let extensions: [String]

  package init(origin: String, size: UInt64, root: [UInt8], extensions: [String] = []) {
    precondition(root.count == SHA256.byteCount, "a root is a SHA-256")
    self.origin = origin
    self.size = size
    self.root = root
    self.extensions = extensions
  }

  /// The text of a note; nil when it is not a checkpoint's.
  package init?(text: String) {
    guard var lines = NoteLines(text), let origin = lines.next(), !origin.isEmpty,
      let size = lines.number(), let root = lines.next().flatMap({ Base64.decode($0) }),
      root.count == SHA256.byteCount
    else { return nil }
    var extensions: [String] = []
    while let line = lines.next() {
      guard !line.isEmpty else { return nil }
      extensions.append(String(line))
    }
    self.init(origin: String(origin), size: size, root: root, extensions: extensions)
  }

  package var text: String {
    ([origin, String(size), Base64.encode(root)] + extensions).map { $0 + "\n" }.joined()
  }

  /// Signs the checkpoint; the signer's name must be the origin.
  package func signed(by signer: NoteSigner) throws(SignedNoteError) -> SignedNote {
    guard signer.verifier.name == origin else { throw .badName }
    return try SignedNote(text: text, signers: [signer])
  }

  /// The checkpoint of a note that this key signed and that bears its name.
  package init(
    verifying note: SignedNote, by key: NoteVerifier
  ) throws(SignedNoteError) {
    try note.verified(by: [key])
    guard let checkpoint = Checkpoint(text: note.text) else { throw .malformed }
    guard checkpoint.origin == key.name else { throw .badName }
    self = checkpoint
  }

  /// Whether the newer checkpoint's tree begins with this one's.
  package func isBegun(in newer: Checkpoint, proof: [[UInt8]]) -> Bool {
    origin == newer.origin
      && MerkleTree.isConsistent(
        oldSize: size, oldRoot: root, size: newer.size, root: newer.root, proof: proof)
  }
}
