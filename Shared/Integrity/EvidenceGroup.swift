// A group commit: many entries of an outbox under one signature.

import Crypto

/// What a service signs for a group of entries.
///
/// The note's text: `weir-receipt/1`, the origin, the first and the last sequence, and in Base64 the RFC 6962 root over the
/// entries' commitments in the order of their sequence.
package struct EvidenceGroup: Sendable, Equatable {
  static let label = "weir-receipt/1"

  package let origin: Origin
  package let first: UInt64
  package let last: UInt64
  package let root: [UInt8]

  /// nil when the range is empty or the root has not 32 bytes.
  package init?(origin: Origin, first: UInt64, last: UInt64, root: [UInt8]) {
    guard first > 0, first <= last, root.count == SHA256.byteCount else { return nil }
    self.origin = origin
    self.first = first
    self.last = last
    self.root = root
  }

  package var text: String {
    "\(Self.label)\n\(origin.text)\n\(first)\n\(last)\n\(Base64.encode(root))\n"
  }

  /// nil when the text is not exactly a group's.
  package init?(text: String) {
    guard var lines = NoteLines(text), lines.takes(Self.label),
      let origin = lines.next().flatMap({ Origin(text: $0) }), let first = lines.number(),
      let last = lines.number(), let root = lines.next().flatMap({ Base64.decode($0) }),
      lines.isAtEnd
    else { return nil }
    self.init(origin: origin, first: first, last: last, root: root)
  }

  package var size: UInt64 { last - first + 1 }

  package func signed(by signer: NoteSigner) throws(SignedNoteError) -> SignedNote {
    try SignedNote(text: text, signers: [signer])
  }
}

/// A group about to be signed, or just signed: its tree, from which every entry's receipt is made.
package struct GroupCommit: Sendable {
  package let group: EvidenceGroup
  private let tree: MemoryTree

  /// nil for a group without entries.
  package init?(origin: Origin, first: UInt64, commitments: [[UInt8]]) {
    tree = MemoryTree(entries: commitments)
    guard tree.size > 0,
      let group = EvidenceGroup(
        origin: origin, first: first, last: first + tree.size - 1, root: tree.root)
    else { return nil }
    self.group = group
  }

  /// The receipt of one entry of the group, whose note and key list the caller has signed or stored.
  package func receipt(
    for leaf: Leaf, sequence: UInt64, note: SignedNote, keys: SignedNote
  ) -> Receipt {
    precondition((group.first...group.last).contains(sequence), "an entry lies in its group")
    return Receipt(
      keys: keys, note: note, sequence: sequence, leaf: leaf,
      path: tree.inclusionProof(index: sequence - group.first))
  }
}
