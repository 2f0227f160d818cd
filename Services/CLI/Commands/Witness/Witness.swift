// A witness at work: judges, keeps, signs, in this order and one at a time.

package import Boot
import Crypto
package import Integrity
import Synchronization
package import Vocabulary

/// Answers `POST /add-checkpoint` (C2SP tlog-witness).
package final class Witness: Sendable {
  package let signer: CosignatureSigner
  private let folder: WitnessFolder
  private let logs: [NoteVerifier]
  private let now: @Sendable () -> Instant
  private let report: @Sendable (BilingualText) -> Void
  /// Held while one request is judged and what it brings is kept: no other may be judged by what is about to be replaced.
  private let turn = Mutex(())

  /// - Parameters:
  ///   - now: Real time, which stands in the cosignatures.
  ///   - report: Told what the witness's office should hear: two faces, faults.
  package init(
    _ folder: WitnessFolder, now: @escaping @Sendable () -> Instant,
    report: @escaping @Sendable (BilingualText) -> Void
  ) throws {
    self.folder = folder
    self.now = now
    self.report = report
    signer = try folder.signer()
    logs = try folder.logs()
    // What cannot be read is found now, and not when a log comes.
    for log in logs { _ = try folder.seen(log.name) }
  }

  /// A request's answer.
  package func answer(_ request: HTTPRequest) -> HTTPReply {
    guard request.path == "/add-checkpoint" else { return HTTPReply(status: 404) }
    guard request.method == "POST" else { return HTTPReply(status: 405) }
    guard let asked = AddCheckpoint(request.body) else {
      return HTTPReply(status: 400, "no add-checkpoint request\n")
    }
    do {
      return HTTPReply(status: 200, try turn.withLock { _ in try cosignature(asked) }.line)
    } catch let refusal as WitnessRefusal {
      switch refusal {
      case .otherSize(let size), .otherRoot(let size):
        return HTTPReply(
          status: refusal.status, contentType: "text/x.tlog.size", "\(size)\n")
      default: return HTTPReply(status: refusal.status)
      }
    } catch {
      report(
        BilingualText("未能签署：\(error)", "Nothing was signed: \(error)"))
      return HTTPReply(status: 500)
    }
  }

  /// Judges; keeps, durable; then signs.
  private func cosignature(_ asked: AddCheckpoint) throws -> SignedNote.Signature {
    let checkpoint: Checkpoint
    do {
      checkpoint = try asked.judged(logs: logs) { origin in
        try folder.seen(origin).flatMap { Checkpoint(text: $0.text) }
      }
    } catch let refusal as WitnessRefusal {
      if refusal.isFork { try noteFork(asked) }
      throw refusal
    }
    try folder.keep(asked.note, of: checkpoint.origin)
    return try signer.sign(
      asked.note.text, time: UInt64(max(0, now().milliseconds / 1000)))
  }

  /// Both checkpoints bear the log's signature. Of one size and with two roots they prove two faces by themselves; of two sizes
  /// they do so unless the proof alone was wrong.
  private func noteFork(_ asked: AddCheckpoint) throws {
    guard let other = Checkpoint(text: asked.note.text), let seen = try folder.seen(other.origin),
      let kept = Checkpoint(text: seen.text)
    else { return }
    try folder.keepFaces(seen, asked.note)
    report(
      kept.size == other.size
        ? BilingualText(
          "分叉：\(other.origin) 在 \(kept.size) 条处有两个不同的根，两份均有日志签名，已存入 faces。",
          "FORK: \(other.origin) shows two roots of \(kept.size) entries, both signed; kept in faces."
        )
        : BilingualText(
          "疑似分叉：\(other.origin) 的 \(other.size) 条未能证明以已见证的 \(kept.size) 条开头，已存入 faces。",
          "FORK SUSPECTED: \(other.origin) does not prove that its \(other.size) entries begin with the \(kept.size) that were witnessed; kept in faces."
        ))
  }
}
