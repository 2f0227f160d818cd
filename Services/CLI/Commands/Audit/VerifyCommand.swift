// weir audit verify: the whole log or one receipt, offline, with nothing but what the verifier holds.

import ArgumentParser
import Boot
import Crypto
import Foundation
import Integrity
import Vocabulary

struct AuditVerify: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "verify", "离线验证整个日志或一份回执。", "Verify the whole log, or one receipt, offline.",
      more: BilingualText(
        "只信任自己持有的根公钥和上次留存的检查点。证据有误时退出码为 7。",
        "Trusts the root key and the kept checkpoint of one's own, nothing else. Broken evidence ends with 7."
      ),
      examples: "audit verify --log ./log --root-key root.key --last-checkpoint last.checkpoint",
      "audit verify --receipt receipt.json --root-key root.key")
  }
  @OptionGroup var options: CommonOptions
  @Option(help: hint("日志目录。", "The log's folder.", "dir")) var log: String?
  @Option(help: hint("回执文件。", "The receipt.", "file")) var receipt: String?
  @Option(help: hint("证据根公钥文件。", "The evidence root's public key.", "file")) var rootKey: String
  @Option(
    help: hint("上次留存的检查点；验证后更新。", "The checkpoint kept before; renewed when all is well.", "file"))
  var lastCheckpoint: String?

  func validate() throws {
    guard log != nil || receipt != nil else {
      throw ValidationError(spoken("请给出 --log 或 --receipt。", "Give --log or --receipt."))
    }
  }

  func run() async throws {
    let root = try LogCopy.verifier(rootKey)
    var lines: [Console.Field] = []
    if let log {
      let copy = try LogCopy(folder: log, root: root)
      if let held = try lastCheckpoint.flatMap({ try LogCopy.heldCheckpoint($0) }) {
        try copy.check(against: held)
        lines.append(
          ("held", BilingualText("留存检查点", "kept checkpoint"), .integer(Int(held.size))))
      } else {
        options.console.note(
          BilingualText(
            "没有留存的检查点可比：只能证明日志自身完整，不能证明未被整体重写。",
            "No kept checkpoint: the log is whole by itself; that it was not rewritten is not shown."
          ))
      }
      if let lastCheckpoint {
        try Files.write(copy.note, to: lastCheckpoint, isPrivate: false)
      }
      lines += [
        ("log", BilingualText("日志", "log"), .text(copy.checkpoint.origin)),
        ("entries", BilingualText("条目数", "entries"), .integer(Int(copy.checkpoint.size))),
        ("root", BilingualText("根值", "root"), .text(Hex.encode(copy.checkpoint.root))),
      ]
    }
    if let receipt { lines += try verified(try LogCopy.receipt(receipt), root) }
    lines.append(("verified", BilingualText("验证通过", "verified"), true))
    options.console.show(lines)
  }

  private func verified(_ receipt: Receipt, _ root: NoteVerifier) throws -> [Console.Field] {
    let verified: VerifiedReceipt
    do throws(ReceiptError) { verified = try receipt.verify(root: root) } catch {
      throw EvidenceFailure.receipt("\(error)").failure
    }
    return [
      ("origin", BilingualText("出具服务", "issued by"), .text(verified.origin.text)),
      ("sequence", BilingualText("顺序号", "sequence"), .integer(Int(verified.sequence))),
      (
        "payload", BilingualText("内容", "contents"),
        .text(String(decoding: CanonicalJSON.encode(verified.payload), as: UTF8.self))
      ),
      (
        "in_log", BilingualText("已入日志", "in the log"), .flag(verified.checkpoint != nil)
      ),
    ]
  }
}

/// A copy of the log that was found whole under a root key.
struct LogCopy: Sendable {
  let checkpoint: Checkpoint
  /// The signed checkpoint as it stands in the folder.
  let note: String
  private let entries: [[UInt8]]

  /// Reads a folder of `checkpoint`, `keys` and `tile/entries/…`, checks the signatures and computes the tree anew.
  init(folder: String, root: NoteVerifier) throws {
    note = String(decoding: try readBytes(folder + "/checkpoint"), as: UTF8.self)
    let list = String(decoding: try readBytes(folder + "/keys"), as: UTF8.self)
    let keys: KeyList
    do { keys = try KeyList(verifying: try SignedNote(list), by: root) } catch {
      throw EvidenceFailure.keyList("\(error)").failure
    }
    guard let signed = try? SignedNote(note) else {
      throw EvidenceFailure.unreadable("checkpoint").failure
    }
    let signers = keys.entries(named: KeyList.auditName(keys.domain)).map(\.verifier)
    guard
      let found = signers.lazy.compactMap({ try? Checkpoint(verifying: signed, by: $0) }).first
    else { throw EvidenceFailure.signature.failure }
    checkpoint = found
    entries = try Self.entries(of: folder, size: found.size)
    guard MemoryTree(entries: entries).root == found.root else {
      throw EvidenceFailure.root(size: found.size).failure
    }
  }

  /// Whether the log begins with what the verifier saw before.
  func check(against held: Checkpoint) throws {
    guard held.origin == checkpoint.origin else {
      throw EvidenceFailure.otherLog(held.origin).failure
    }
    guard held.size <= checkpoint.size else {
      throw EvidenceFailure.shorter(held: held.size, now: checkpoint.size).failure
    }
    guard MemoryTree(entries: Array(entries.prefix(Int(held.size)))).root == held.root else {
      throw EvidenceFailure.rewritten(size: held.size).failure
    }
  }

  private static func entries(of folder: String, size: UInt64) throws -> [[UInt8]] {
    var entries: [[UInt8]] = []
    let width = UInt64(Tile.fullWidth)
    for index in 0..<(size + width - 1) / width {
      let tile = Tile(
        kind: .entries, index: index, width: Int(min(width, size - index * width)))
      let path = folder + "/" + tile.path
      guard Files.exists(path), let bundle = EntryBundle.decode(try readBytes(path)),
        bundle.count == tile.width
      else { throw EvidenceFailure.unreadable(tile.path).failure }
      entries += bundle
    }
    return entries
  }

  // MARK: Files that a verifier holds

  static func verifier(_ path: String) throws -> NoteVerifier {
    let text = String(decoding: try readBytes(path), as: UTF8.self)
    guard let verifier = try? NoteVerifier(text: text.filter { !$0.isNewline }) else {
      throw CommandFailure(
        .usage, spoken("\(path) 不是证据根公钥。", "\(path) holds no evidence root key."))
    }
    return verifier
  }

  /// The checkpoint of a file; `nil` where there is none yet.
  static func heldCheckpoint(_ path: String) throws -> Checkpoint? {
    guard Files.exists(path) else { return nil }
    let text = String(decoding: try readBytes(path), as: UTF8.self)
    guard let note = try? SignedNote(text), let checkpoint = Checkpoint(text: note.text) else {
      throw CommandFailure(
        .usage, spoken("\(path) 不是检查点。", "\(path) is no checkpoint."))
    }
    return checkpoint
  }

  static func receipt(_ path: String) throws -> Receipt {
    guard let receipt = try? Receipt(try readBytes(path)) else {
      throw EvidenceFailure.unreadable(path).failure
    }
    return receipt
  }
}

/// Evidence that does not hold.
enum EvidenceFailure: Error, Equatable {
  case unreadable(String)
  case keyList(String)
  case signature
  case root(size: UInt64)
  case otherLog(String)
  case shorter(held: UInt64, now: UInt64)
  case rewritten(size: UInt64)
  case receipt(String)

  var failure: CommandFailure {
    let sentence =
      switch self {
      case .unreadable(let what): spoken("\(what) 缺失或损坏。", "\(what) is missing or damaged.")
      case .keyList(let why):
        spoken("密钥清单未由此根密钥签署（\(why)）。", "The key list is not signed by this root (\(why)).")
      case .signature:
        spoken("检查点没有日志密钥的有效签名。", "The checkpoint bears no valid signature of the log.")
      case .root(let size):
        spoken(
          "前 \(size) 条的内容与检查点不符：有条目被改动。",
          "The \(size) entries do not make up the checkpoint: one was changed.")
      case .otherLog(let origin):
        spoken("留存的检查点属于另一个日志 \(origin)。", "The kept checkpoint is of another log, \(origin).")
      case .shorter(let held, let now):
        spoken(
          "日志变短了：留存时 \(held) 条，现在 \(now) 条。",
          "The log has shrunk: \(held) entries when kept, \(now) now.")
      case .rewritten(let size):
        spoken(
          "日志被重写：前 \(size) 条与留存的检查点不符。",
          "The log was rewritten: its first \(size) entries are not those of the kept checkpoint.")
      case .receipt(let why): spoken("回执无效：\(why)。", "The receipt does not hold: \(why).")
      }
    return CommandFailure(.evidenceBroken, sentence)
  }
}
