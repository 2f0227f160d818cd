// What a caller gets after a commit: its result, and the entries from which receipts are made.

package import Integrity

/// The result of a write, durable.
package struct Committed<T: Sendable>: Sendable {
  package let value: T
  /// The entries that this body appended; nil when it appended none.
  package let evidence: CommittedEvidence?
}

/// One entry as it was committed.
package struct CommittedEntry: Sendable {
  package let sequence: UInt64
  package let topic: String
  package let leaf: Leaf
  /// The hash of the outbox's chain at this entry.
  package let chain: [UInt8]
}

/// The entries of one body within the group that was signed once for all.
package struct CommittedEvidence: Sendable {
  private let signed: SignedGroup
  private let range: Range<Int>

  init?(_ signed: SignedGroup, _ range: Range<Int>) {
    if range.isEmpty { return nil }
    self.signed = signed
    self.range = range
  }

  /// In the order in which they were appended.
  package var entries: [CommittedEntry] {
    signed.drafts[range].map {
      CommittedEntry(sequence: $0.sequence, topic: $0.topic, leaf: $0.leaf, chain: $0.chain)
    }
  }

  package var origin: Origin { signed.commit.group.origin }
  /// The signed note of the whole group.
  package var note: SignedNote { signed.note }

  /// The receipt of each entry, in order.
  ///
  /// - Parameter keys: The domain's current key list, which says whose the signature is.
  package func receipts(keys: SignedNote) -> [Receipt] {
    signed.drafts[range].map {
      signed.commit.receipt(for: $0.leaf, sequence: $0.sequence, note: signed.note, keys: keys)
    }
  }
}
