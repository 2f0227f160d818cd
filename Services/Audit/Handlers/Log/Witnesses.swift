// Asking the witnesses to cosign a checkpoint (C2SP tlog-witness), and naming what they find.

import AuditRules
import AuditStore
package import Integrity
import Synchronization

/// A witness's answer, as HTTP gave it.
package struct WitnessAnswer: Sendable, Equatable {
  package let status: Int
  package let contentType: String
  package let body: [UInt8]

  package init(status: Int, contentType: String, body: [UInt8]) {
    self.status = status
    self.contentType = contentType
    self.body = body
  }
}

/// Why a witness has not signed.
package enum WitnessFinding: Error, Equatable, Sendable {
  /// It gave no answer of the protocol.
  case silent(String)
  /// It does not know this log or its key, or takes the request for none of the protocol.
  case refused(status: Int)
  /// Its signature does not hold under the key that the policy has for it.
  case badSignature
  /// It has signed a larger log under this name: this one was set back.
  case ahead(size: UInt64)
  /// **Two faces**: what it has signed of this size is not how this log begins.
  case forked(size: UInt64)

  /// What is on record beyond the operator's notice.
  var alarm: AlarmKind? {
    switch self {
    case .ahead: .logRolledBack
    case .forked: .logForked
    default: nil
    }
  }

  /// The size that the witness has signed, where that is the point.
  var size: UInt64 {
    switch self {
    case .ahead(let size), .forked(let size): size
    default: 0
    }
  }
}

/// The witnesses of a log.
package final class Witnesses: Sendable {
  package typealias Ask =
    @Sendable (WitnessPolicy.Witness, [UInt8]) async throws -> WitnessAnswer
  package typealias Report = @Sendable (WitnessPolicy.Witness, WitnessFinding?) -> Void

  /// How long those that have not answered yet are waited for when enough have.
  private static let grace = Duration.milliseconds(200)
  /// A witness that another request of ours overtook is asked again.
  private static let tries = 3

  private let policy: WitnessPolicy
  private let ask: Ask
  private let report: Report
  /// What each is known to have signed last, and what was last reported of it.
  private let known = Mutex<[String: (size: UInt64, finding: WitnessFinding?)]>([:])

  /// - Parameters:
  ///   - ask: Posts a body to a witness's `add-checkpoint`.
  ///   - report: Told whenever a witness begins or ceases to fail.
  package init(policy: WitnessPolicy, ask: @escaping Ask, report: @escaping Report) {
    self.policy = policy
    self.ask = ask
    self.report = report
  }

  /// Lets the witnesses sign a checkpoint.
  ///
  /// - Parameter proof: The consistency proof from an earlier size to the checkpoint's.
  /// - Returns: The note with the cosignatures that came; whether they are enough; and what contradicts the log.
  func cosign(
    _ note: SignedNote, size: UInt64, proof: @escaping @Sendable (UInt64) async throws -> [[UInt8]]
  ) async -> (note: SignedNote, isQuorum: Bool, findings: [(WitnessPolicy.Witness, WitnessFinding)])
  {
    var signed: [WitnessPolicy.Witness] = []
    var cosigned = note
    var findings: [(WitnessPolicy.Witness, WitnessFinding)] = []
    await withTaskGroup(of: Answer?.self) { group in
      for witness in policy.witnesses {
        group.addTask { await self.answer(of: witness, note, size: size, proof: proof) }
      }
      var waiting = policy.witnesses.count
      var isGraceRunning = false
      for await answer in group {
        guard let answer else {
          group.cancelAll()
          break
        }
        waiting -= 1
        switch answer.result {
        case .success(let signature):
          signed.append(answer.witness)
          cosigned.add(signature)
        case .failure(let finding): findings.append((answer.witness, finding))
        }
        if waiting == 0 {
          group.cancelAll()
        } else if policy.isQuorum(signed), !isGraceRunning {
          isGraceRunning = true
          group.addTask {
            try? await Task.sleep(for: Self.grace)
            return nil
          }
        }
      }
    }
    return (cosigned, policy.isQuorum(signed), findings)
  }

  // MARK: One witness

  private struct Answer: Sendable {
    let witness: WitnessPolicy.Witness
    let result: Result<SignedNote.Signature, WitnessFinding>
  }

  private func answer(
    of witness: WitnessPolicy.Witness, _ note: SignedNote, size: UInt64,
    proof: @Sendable (UInt64) async throws -> [[UInt8]]
  ) async -> Answer {
    do throws(WitnessFinding) {
      let signature = try await cosignature(of: witness, note, size: size, proof: proof)
      remember(witness, size: size, finding: nil)
      return Answer(witness: witness, result: .success(signature))
    } catch {
      // Nobody's fault: enough others had signed.
      if !Task.isCancelled { remember(witness, size: nil, finding: error) }
      return Answer(witness: witness, result: .failure(error))
    }
  }

  private func cosignature(
    of witness: WitnessPolicy.Witness, _ note: SignedNote, size: UInt64,
    proof: @Sendable (UInt64) async throws -> [[UInt8]]
  ) async throws(WitnessFinding) -> SignedNote.Signature {
    var old = min(known.withLock { $0[witness.name]?.size ?? 0 }, size)
    for _ in 0..<Self.tries {
      let answer: WitnessAnswer
      do {
        let request = AddCheckpoint(oldSize: old, proof: try await proof(old), note: note)
        answer = try await ask(witness, request.body)
      } catch {
        throw .silent("\(error)")
      }
      switch answer.status {
      case 200: return try Self.signature(in: answer, of: witness, under: note)
      case 409:
        guard let own = Self.size(in: answer) else {
          throw old == size ? .forked(size: size) : .refused(status: 409)
        }
        // It has signed what it says; that this size is refused too can only be for its root.
        if own == old { throw .forked(size: own) }
        if own > size { throw .ahead(size: own) }
        old = own
      case 422: throw .forked(size: old)
      default: throw .refused(status: answer.status)
      }
    }
    throw .silent("overtaken \(Self.tries) times")
  }

  private static func size(in answer: WitnessAnswer) -> UInt64? {
    guard answer.contentType.prefix(while: { $0 != ";" }) == "text/x.tlog.size",
      let text = String(validating: answer.body, as: UTF8.self), text.utf8.count <= 21,
      let size = UInt64(text.filter { !$0.isNewline })
    else { return nil }
    return size
  }

  /// The witness's line; what else stands in the answer is passed over.
  private static func signature(
    in answer: WitnessAnswer, of witness: WitnessPolicy.Witness, under note: SignedNote
  ) throws(WitnessFinding) -> SignedNote.Signature {
    let lines = String(decoding: answer.body, as: UTF8.self)
    guard let signed = try? SignedNote(note.text + "\n" + lines) else {
      throw .silent("no signature lines")
    }
    let own = signed.signatures.first {
      $0.name == witness.key.name && $0.keyHash == witness.key.keyHash
        && witness.key.isValid($0.bytes, of: note.text)
    }
    guard let own else { throw .badSignature }
    return own
  }

  private func remember(
    _ witness: WitnessPolicy.Witness, size: UInt64?, finding: WitnessFinding?
  ) {
    let isNews = known.withLock { known in
      let before = known[witness.name] ?? (size: 0, finding: nil)
      // Answers of two requests may come in either order.
      known[witness.name] = (max(before.size, size ?? 0), finding)
      return before.finding != finding
    }
    if isNews { report(witness, finding) }
  }
}
