// The planted identifiers in memory, where every identifier that comes in is held to them.

import Access
import Contracts
import Crypto
import Database
import IngestRules
import IngestStore
import Integrity
import Synchronization
import Vocabulary

/// A planted identifier that was named.
struct CanaryTouch: Hashable, Sendable {
  let canary: Int64
  /// Its place among the identifiers that came with it.
  let row: Int
}

/// The canaries that stand, by the block of each.
final class Canaries: Sendable {
  private struct State {
    var version: [Int64] = []
    var blocks: [UInt128: Int64] = [:]
  }

  private let state = Mutex(State())

  func isCurrent(_ version: [Int64]) -> Bool { state.withLock { $0.version == version } }

  func replace(with blocks: [UInt128: Int64], version: [Int64]) {
    state.withLock { $0 = State(version: version, blocks: blocks) }
  }

  func contains(_ block: IdentifierBlock) -> Bool {
    state.withLock { $0.blocks[block.value] != nil }
  }

  /// Those among blocks of 16 bytes each.
  func touched(in blocks: [UInt8]) -> [CanaryTouch] {
    let planted = state.withLock(\.blocks)
    if planted.isEmpty { return [] }
    var touches: [CanaryTouch] = []
    for row in 0..<blocks.count / IdentifierBlock.byteCount {
      let start = row * IdentifierBlock.byteCount
      let value = blocks[start..<start + IdentifierBlock.byteCount]
        .reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
      if let canary = planted[value] { touches.append(CanaryTouch(canary: canary, row: row)) }
    }
    return touches
  }
}

extension IngestService {
  /// Under what Audit raises its alarms; nobody but who audits sees these entries.
  static let canaryTopic = "ingest.canary_named"
  static let enumerationTopic = "ingest.enumeration_suspected"

  /// Loads the canaries when others planted or removed some.
  package func loadCanaries() async throws {
    let version = try await database.read { try $0.canaryVersion() }
    if canaries.isCurrent(version) { return }
    let stored = try await database.read { transaction in
      (try transaction.canaryVersion(), try transaction.canaries())
    }
    var blocks: [UInt128: Int64] = [:]
    for canary in stored.1 where canary.removed == nil {
      let block = try keys.canaries.open(canary.sealed, at: .canary(canary.id))
      guard let block = IdentifierBlock(wire: block) else {
        throw UnreadableContent(what: "canary")
      }
      blocks[block.value] = canary.id
    }
    canaries.replace(with: blocks, version: stored.0)
  }

  /// The entries that tell of planted identifiers: which, by whom, in what.
  func touchEvents(
    _ touches: [CanaryTouch], _ call: CallContext, by department: String,
    _ members: [(String, JSONValue)]
  ) -> [JSONValue] {
    Set(touches.map(\.canary)).sorted().map { canary in
      event(
        call,
        [
          ("canary", .string(ResourceName.canary(canary).text)),
          ("department", .string(department)),
          ("method", .string(call.entryMethod)),
        ] + members)
    }
  }

  /// Tells of planted identifiers in a call of a department that discloses nothing.
  ///
  /// - Parameter blocks: Of 16 bytes each; documents are none, and nobody plants one.
  func tell(
    naming blocks: [UInt8], in members: [(String, JSONValue)], _ call: CallContext
  ) async throws {
    let touched = touchEvents(
      canaries.touched(in: blocks), call, by: call.caller.department.text, members)
    if touched.isEmpty { return }
    try await database.write { transaction in
      for touch in touched { try transaction.append(topic: Self.canaryTopic, payload: touch) }
    }
  }

  /// The grant of a call. One that does not cover it, or is none, does not keep secret what the call named.
  func grant(
    _ signed: IngestV1.SignedGrant?, naming blocks: [UInt8], in members: [(String, JSONValue)],
    for request: (Caller, GrantDocument) -> DataRequest, _ call: CallContext
  ) async throws -> OpenGrant {
    do {
      return try await grant(signed, for: request, call)
    } catch let refusal as DataRefusal {
      try await tell(naming: blocks, in: members, call)
      throw refusal
    }
  }
}
