// The entries of one transaction, from the body's `append` to the signature before COMMIT.

import Crypto
import Integrity
import Vocabulary

/// Collects the entries of a group commit on the writer's thread, and writes them at its end: one statement for all entries,
/// one signature, and the chain's new head.
final class OutboxGroup {
  struct Draft {
    let sequence: UInt64
    let topic: String
    let isRefusal: Bool
    let leaf: Leaf
    let commitment: [UInt8]
    let chain: [UInt8]
  }

  /// A point to which a member that fails is undone.
  struct Mark {
    fileprivate let count: Int
    fileprivate let chain: OutboxChain?
  }

  private let core: OutboxCore
  private let connection: any Connection
  /// Where the chain stands; nil until the first entry asks the database.
  private var chain: OutboxChain?
  private(set) var drafts: [Draft] = []

  init(_ core: OutboxCore, _ connection: any Connection) {
    self.core = core
    self.connection = connection
  }

  var mark: Mark { Mark(count: drafts.count, chain: chain) }

  func undo(to mark: Mark) {
    drafts.removeSubrange(mark.count...)
    chain = mark.chain
  }

  func append(topic: String, payload: JSONValue, isRefusal: Bool) throws(DatabaseError) -> UInt64 {
    var chain: OutboxChain
    if let known = self.chain { chain = known } else { chain = try storedChain() }
    let leaf = Leaf(payload.named(topic), random: core.configuration.random)
    guard leaf.payload.count <= CanonicalJSON.sizeLimitBytes else {
      throw .misuse("the payload of an entry is larger than 1 MiB")
    }
    let commitment = leaf.commitment
    chain.append(commitment: commitment)
    drafts.append(
      Draft(
        sequence: chain.sequence, topic: topic, isRefusal: isRefusal, leaf: leaf,
        commitment: commitment, chain: chain.head))
    self.chain = chain
    return chain.sequence
  }

  /// Whether one more refusal fits into the refusals' share.
  var hasRoomForRefusal: Bool {
    core.uncoveredRefusals + drafts.count(where: \.isRefusal)
      < core.configuration.limits.uncoveredRefusals
  }

  /// Writes everything, as the transaction's last act.
  ///
  /// - Returns: nil when there is nothing.
  func seal(now: Instant) throws(DatabaseError) -> SignedGroup? {
    guard let first = drafts.first, let chain else { return nil }
    let origin = core.origin
    guard
      let commit = GroupCommit(
        origin: origin, first: first.sequence, commitments: drafts.map(\.commitment))
    else { return nil }
    let note: SignedNote
    do {
      note = try commit.group.signed(by: core.configuration.signer)
    } catch {
      throw .evidence("a group of entries could not be signed")
    }
    let (replica, last) = (SQLValue.text(origin.replica), Int64(clamping: commit.group.last))
    let start = Int64(clamping: first.sequence)
    // First the head, so that a conflict shows as one and not as a taken key.
    let changed = try connection.execute(
      """
      UPDATE outbox_origin SET sequence = ?2, head = ?3 WHERE replica = ?1 AND sequence = ?4
      """, [replica, .integer(last), .blob(chain.head), .integer(start - 1)])
    guard changed == 1 else { throw .evidence("the head of the outbox has moved") }
    try insert(now)
    _ = try connection.execute(
      "INSERT INTO outbox_group (replica, last, first, root, note) VALUES (?1, ?2, ?3, ?4, ?5)",
      [replica, .integer(last), .integer(start), .blob(commit.group.root), .text(note.encoded)])
    return SignedGroup(commit: commit, note: note, writtenAt: now, drafts: drafts)
  }

  private func insert(_ now: Instant) throws(DatabaseError) {
    let seal = try OutboxSeal(core, on: connection)
    var rows: [[SQLValue]] = []
    rows.reserveCapacity(drafts.count)
    for draft in drafts {
      rows.append([
        .text(core.origin.replica), .integer(Int64(clamping: draft.sequence)), .text(draft.topic),
        draft.isRefusal.sqlValue, .blob(draft.commitment), .blob(draft.chain),
        .blob(try seal.seal(draft, of: core.origin)), .integer(now.milliseconds),
      ])
    }
    _ = try connection.execute(
      """
      INSERT INTO outbox (replica, sequence, topic, is_refusal, commitment, chain, sealed, written_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
      """, each: rows)
  }

  private func storedChain() throws(DatabaseError) -> OutboxChain {
    let rows = try connection.query(
      "SELECT sequence, head FROM outbox_origin WHERE replica = ?1", [.text(core.origin.replica)],
      limit: 1)
    guard let row = rows.first else { throw .evidence("the outbox has lost its origin") }
    let sequence: Int64 = try row[0]
    let head: [UInt8] = try row[1]
    guard sequence >= 0, head.count == SHA256.byteCount else {
      throw .evidence("the head of the outbox is no hash")
    }
    return OutboxChain(origin: core.origin, sequence: UInt64(sequence), head: head)
  }
}

extension JSONValue {
  /// The payload with its topic as a member: what an entry is called is committed with it, so that nobody can show it under
  /// another name.
  fileprivate func named(_ topic: String) -> JSONValue {
    guard case .object(var object) = self else { return self }
    object["topic"] = .string(topic)
    return .object(object)
  }
}

/// A group whose note is signed; durable once its transaction is.
struct SignedGroup: Sendable {
  let commit: GroupCommit
  let note: SignedNote
  let writtenAt: Instant
  let drafts: [OutboxGroup.Draft]
}

extension OutboxGroup.Draft: Sendable {}
