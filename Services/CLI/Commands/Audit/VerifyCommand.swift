// weir audit verify: the whole log or one receipt, offline, with nothing but what the verifier holds.

import ArgumentParser
import Access
import Boot
import Crypto
import Integrity
import Vocabulary

struct AuditVerify: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "verify", "离线验证整个日志或一份回执。", "Verify the whole log, or one receipt, offline.",
      more: VerifierOptions.promise,
      examples: "audit verify --log ./log --root-key root.key --last-checkpoint last.checkpoint",
      "audit verify --log ./log --root-key root.key --witness-policy witnesses.policy",
      "audit verify --receipt receipt.json --root-key root.key --last-checkpoint last.checkpoint",
      "audit verify --receipt receipt.json --root-key root.key --department-root departments.pem")
  }
  @OptionGroup var options: CommonOptions
  @OptionGroup var verifier: VerifierOptions
  @Option(help: hint("日志目录。", "The log's folder.", "dir")) var log: String?
  @Option(help: hint("回执文件。", "The receipt.", "file")) var receipt: String?
  @Option(
    help: hint("上次留存的检查点；验证后更新。", "The checkpoint kept before; renewed when all is well.", "file"))
  var lastCheckpoint: String?
  @Option(
    help: hint(
      "自己留存的部门根证书；据此验证回执中签署人的证书。",
      "The departments' root of one's own, to which the certificate of who decided is held.", "file"
    ))
  var departmentRoot: String?

  func validate() throws {
    guard log != nil || receipt != nil else {
      throw ValidationError(spoken("请给出 --log 或 --receipt。", "Give --log or --receipt."))
    }
  }

  func run() async throws {
    let verifier = try verifier.judge()
    let copy = log.map { VerifierFiles.log($0) }
    let held = try lastCheckpoint.flatMap { try VerifierFiles.heldCheckpoint($0) }
    let whole = try copy.map { try verifier.verify($0, held: held) }
    var lines: [Console.Field] = []
    if let whole {
      if held == nil {
        options.console.note(
          BilingualText(
            "没有留存的检查点可比：只能证明日志自身完整，不能证明未被整体重写。",
            "No kept checkpoint: the log is whole by itself; that it was not rewritten is not shown."
          ))
      }
      lines += fields(of: whole, isCompared: held != nil)
    } else if lastCheckpoint != nil, held == nil {
      options.console.note(
        BilingualText("没有留存的检查点可比。", "There is no kept checkpoint to compare with."))
    }
    if let receipt { lines += try verified(receipt, verifier, copy, whole, held) }
    if let lastCheckpoint, let whole {
      try Files.write(whole.checkpointNote.encoded, to: lastCheckpoint, isPrivate: false)
    }
    lines.append(("verified", BilingualText("验证通过", "verified"), true))
    options.console.show(lines)
  }

  private func fields(of log: VerifiedLog, isCompared: Bool) -> [Console.Field] {
    var lines: [Console.Field] = []
    if isCompared {
      let held = log.checkpoint.size - log.newEntries
      lines.append(
        ("held", BilingualText("留存检查点", "kept checkpoint"), .integer(Int(clamping: held))))
    }
    return lines + [
      ("log", BilingualText("日志", "log"), .text(log.checkpoint.origin)),
      ("entries", BilingualText("条目数", "entries"), .integer(Int(clamping: log.checkpoint.size))),
      ("root", BilingualText("根值", "root"), .text(Hex.encode(log.checkpoint.root))),
    ]
  }

  /// A receipt by itself, in the log where one was given and verified, and against the kept checkpoint where there is none.
  private func verified(
    _ path: String, _ verifier: LogVerifier, _ copy: LogCopy?, _ log: VerifiedLog?,
    _ held: SignedNote?
  ) throws -> [Console.Field] {
    var receipt = try VerifierFiles.receipt(path)
    let verified: VerifiedReceipt
    do {
      if let copy, let log { receipt = try verifier.upgrade(receipt, in: copy, log) }
      if log == nil, let held {
        verified = try verifier.verify(receipt, held: held)
      } else {
        verified = try receipt.verify(root: try self.verifier.root(), laterKeys: log?.keys)
      }
      if verifier.asksForWitnesses {
        guard let log = receipt.log else { throw ReceiptError.notInLogYet }
        try verifier.requireWitnessed(log.checkpoint)
      }
    } catch let error as ReceiptError where [.notCompared, .notInLogYet].contains(error) {
      throw VerifierFiles.unproved(error)
    } catch let error as ReceiptError {
      throw VerifierFiles.broken(path, error.sentence)
    } catch let finding as LogFinding {
      throw VerifierFiles.broken(path, finding.sentence)
    }
    return [
      ("origin", BilingualText("出具服务", "issued by"), .text(verified.origin.text)),
      ("sequence", BilingualText("顺序号", "sequence"), .integer(Int(clamping: verified.sequence))),
      (
        "payload", BilingualText("内容", "contents"),
        .text(String(decoding: CanonicalJSON.encode(verified.payload), as: UTF8.self))
      ),
      (
        "in_log", BilingualText("已入日志", "in the log"), .flag(verified.checkpoint != nil)
      ),
    ] + (try decision(in: verified.payload, path))
  }

  /// Who decided what the receipt tells of, by his own signature; nothing where no person did.
  private func decision(in payload: JSONValue, _ path: String) throws -> [Console.Field] {
    let root = try departmentRoot.map {
      try Certificate.all(pem: String(decoding: try readBytes($0), as: UTF8.self))
    }
    do throws(DecisionRefusal) {
      return try PersonsSignature(in: payload, root: root)?.fields ?? []
    } catch {
      throw VerifierFiles.broken(path, error.sentence)
    }
  }
}

/// What every command that judges evidence needs from the person.
struct VerifierOptions: ParsableArguments {
  static var promise: BilingualText {
    BilingualText(
      "只信任自己持有的根公钥和上次留存的检查点。证据有误时退出码为 7。",
      "Trusts the root key and the kept checkpoint of one's own, nothing else. Broken evidence ends with 7."
    )
  }

  @Option(
    help: hint(
      "自己留存的证据根公钥文件。", "The evidence root's public key, from a file of one's own.", "file"))
  var rootKey: String

  @Option(
    help: hint(
      "见证策略文件（C2SP tlog-policy）；检查点须有足够见证者会签。",
      "A witness policy (C2SP tlog-policy); its quorum must have signed the checkpoint.", "file"))
  var witnessPolicy: String?

  func root() throws -> NoteVerifier { try VerifierFiles.root(rootKey) }

  func judge() throws -> LogVerifier {
    let policy = try witnessPolicy.map {
      try WitnessPolicy(text: String(decoding: try readBytes($0), as: UTF8.self))
    }
    return LogVerifier(root: try root(), policy: policy)
  }
}

/// Files that a verifier holds.
enum VerifierFiles {
  /// A folder of `checkpoint`, `keys` and `tile/…`.
  static func log(_ folder: String) -> LogCopy {
    LogCopy { path in
      let file = folder + "/" + path
      return Files.exists(file) ? try readBytes(file) : nil
    }
  }

  static func root(_ path: String) throws -> NoteVerifier {
    let text = String(decoding: try readBytes(path), as: UTF8.self)
    guard let verifier = try? NoteVerifier(text: text.filter { !$0.isNewline }) else {
      throw CommandFailure(
        .usage, spoken("\(path) 不是证据根公钥。", "\(path) holds no evidence root key."))
    }
    return verifier
  }

  /// The checkpoint of a file; `nil` where there is none yet.
  static func heldCheckpoint(_ path: String) throws -> SignedNote? {
    guard Files.exists(path) else { return nil }
    return try note(path)
  }

  /// A signed note of a file.
  static func note(_ path: String) throws -> SignedNote {
    let text = String(decoding: try readBytes(path), as: UTF8.self)
    guard let note = try? SignedNote(text) else {
      throw CommandFailure(
        .usage, spoken("\(path) 不是签名文书。", "\(path) is no signed note."))
    }
    return note
  }

  static func receipt(_ path: String) throws -> Receipt {
    guard Files.exists(path) else {
      throw CommandFailure(.usage, spoken("没有文件 \(path)。", "There is no file \(path)."))
    }
    let file = try readBytes(path)
    do throws(ReceiptError) { return try Receipt(file) } catch {
      throw broken(path, error.sentence)
    }
  }

  /// Nothing is wrong with a receipt, but what would show that it is right is not at hand.
  static func unproved(_ error: ReceiptError) -> CommandFailure {
    let sentence = error.sentence
    return CommandFailure(
      .usage,
      BilingualText(
        "\(sentence.chinese)请同时给出 --log，或先运行 weir audit prove --last-checkpoint。",
        "\(sentence.english) Give --log too, or run weir audit prove --last-checkpoint first."),
      in: Surroundings.current.language)
  }

  /// Evidence in a file that does not hold.
  static func broken(_ path: String, _ sentence: BilingualText) -> CommandFailure {
    CommandFailure(
      .evidenceBroken,
      BilingualText("\(path)：\(sentence.chinese)", "\(path): \(sentence.english)"),
      in: Surroundings.current.language)
  }
}
