// What Audit takes from an origin: each entry once, in order, exactly as its chain says.

package import Vocabulary

/// How far the log has an origin.
package struct HeldOrigin: Hashable, Sendable {
  /// `service/replica/incarnation`.
  package let name: String
  /// The last sequence in the log; 0 before the first.
  package let sequence: UInt64
  /// The hash of the origin's chain at that entry.
  package let head: [UInt8]

  package init(name: String, sequence: UInt64, head: [UInt8]) {
    self.name = name
    self.sequence = sequence
    self.head = head
  }
}

/// An entry as it arrived, with what was computed again from its salt and payload.
package struct ArrivedEntry: Hashable, Sendable {
  package let sequence: UInt64
  /// The commitment that the origin states.
  package let leaf: [UInt8]
  /// The commitment of the salt and payload that came with it; `nil` when they make none.
  package let computedLeaf: [UInt8]?
  /// The chain's hash that the origin states.
  package let chain: [UInt8]

  package init(sequence: UInt64, leaf: [UInt8], computedLeaf: [UInt8]?, chain: [UInt8]) {
    self.sequence = sequence
    self.leaf = leaf
    self.computedLeaf = computedLeaf
    self.chain = chain
  }
}

/// What to do with an entry that is in order.
package enum Continuity: Hashable, Sendable {
  /// It follows the last one.
  case next
  /// It is in the log already.
  case held
}

/// Whether an arrived entry continues what the log holds of its origin (AC-70; `hebi-2021/13.3`: what was provided and
/// obtained stays traceable, so that nothing may be left out, doubled or rewritten on the way).
///
/// Precedence: content that is not what its leaf says, then another entry at a sequence that is taken, then a gap, then a
/// chain that does not follow.
///
/// - Parameters:
///   - heldLeaf: The log's own leaf at this sequence, when it has one.
///   - nextChain: The chain's hash of this entry after the held head.
package func continuity(
  of entry: ArrivedEntry, after held: HeldOrigin, heldLeaf: [UInt8]?, nextChain: [UInt8]
) throws(OriginRefusal) -> Continuity {
  guard entry.computedLeaf == entry.leaf else {
    throw OriginRefusal(.badLeaf, origin: held.name, sequence: entry.sequence)
  }
  if entry.sequence <= held.sequence {
    guard heldLeaf == entry.leaf else {
      throw OriginRefusal(.fork, origin: held.name, sequence: entry.sequence)
    }
    return .held
  }
  guard entry.sequence == held.sequence + 1 else {
    throw OriginRefusal(.gap, origin: held.name, sequence: held.sequence + 1)
  }
  guard entry.chain == nextChain else {
    throw OriginRefusal(.fork, origin: held.name, sequence: entry.sequence)
  }
  return .next
}

/// Whether an origin still has all that the log has of it: an outbox whose newest sequence is behind was set back
/// (AC-70; `hebi-2021/13.3`).
///
/// - Parameter newest: The sequence that the origin says is its last.
package func requireNotRolledBack(
  _ held: HeldOrigin, newest: UInt64
) throws(OriginRefusal) {
  guard newest >= held.sequence else {
    throw OriginRefusal(.rolledBack, origin: held.name, sequence: held.sequence)
  }
}

/// Why entries of an origin are not taken. Each is recorded as an alarm; other origins go on.
package struct OriginRefusal: Refusal, Hashable {
  package let alarm: AlarmKind
  package let origin: String
  /// Where: the entry at fault, the first one that is missing, or the last one that the origin no longer has.
  package let sequence: UInt64

  package init(_ alarm: AlarmKind, origin: String, sequence: UInt64) {
    self.alarm = alarm
    self.origin = origin
    self.sequence = sequence
  }

  package var reason: String { "audit.origin_\(alarm.rawValue)" }
  package var kind: RefusalKind { .wrongState }
  package var citation: Citation? { alarm.citation }
  package var nextStep: BilingualText? { alarm.nextStep }
  package var sentence: BilingualText {
    alarm.sentence(origin: origin, sequence: sequence, call: "")
  }
}
