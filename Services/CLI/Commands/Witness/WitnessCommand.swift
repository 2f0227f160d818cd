// weir witness: an office of its own that signs what it has seen of the log, so that nobody can be shown another one.

import ArgumentParser
import Boot
import Crypto
import Integrity
import RPC
import Vocabulary

struct WitnessCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "witness", "见证：为日志检查点会签，使日志无法对不同的人出示不同的内容。",
      "Witness a log: cosign its checkpoints, so that it cannot show two faces.",
      more: BilingualText(
        "数据局、审计局、纪检各运行一个；只记住每个日志最新的检查点。协议为 C2SP tlog-witness，任何同协议的见证者都可互换。",
        "One each for the data bureau, the audit bureau and discipline inspection. It keeps the newest checkpoint of each log and nothing else. The protocol is C2SP tlog-witness; any witness that speaks it will do."
      ),
      examples:
        "witness init --data ./witness --name witness.audit-bureau.example --host 10.1.0.7 --key-list keylist.note --root-key root.key",
      "witness run --data ./witness --listen 10.1.0.7:7500", "witness show --data ./witness",
      subcommands: [WitnessInit.self, WitnessWatch.self, WitnessRun.self, WitnessShow.self])
  }
}

/// The witness's folder.
struct WitnessOptions: ParsableArguments {
  @OptionGroup var common: CommonOptions
  @Option(name: .customLong("data"), help: hint("见证者的目录。", "The witness's folder.", "dir"))
  var dataFolder: String

  var folder: WitnessFolder { WitnessFolder(path: dataFolder) }

  func show() throws {
    let key = try folder.publicKey()
    let rows = try folder.logs().map { log -> [OutputValue] in
      let seen = try folder.seen(log.name).flatMap { Checkpoint(text: $0.text) }
      return [
        .text(log.name), .text(log.text), .integer(Int(clamping: seen?.size ?? 0)),
        .text(seen.map { Hex.encode($0.root) } ?? ""),
      ]
    }
    common.console.show(
      [
        ("name", BilingualText("名称", "name"), .text(key.name)),
        ("key", BilingualText("公钥", "key"), .text(key.text)),
        ("trust", BilingualText("证书根", "certificate root"), .text(folder.trustFile)),
        (
          "faces", BilingualText("矛盾的检查点", "contradictions"),
          .integer(try folder.faces().count)
        ),
      ],
      tables: [
        (
          "logs",
          Table(
            columns: [
              .init("origin", BilingualText("日志", "log")),
              .init("key", BilingualText("公钥", "key")),
              .init("size", BilingualText("条目数", "entries"), alignment: .right),
              .init("root", BilingualText("根值", "root")),
            ], rows: rows)
        )
      ])
  }
}

/// Which logs to watch: a verifier key as it is, or those of a key list that the evidence root signed.
struct WatchedLogs: ParsableArguments {
  @Option(
    name: .customLong("log-key"),
    help: hint("日志公钥 名称+散列+密钥，可重复。", "A log's verifier key; may be repeated.", "key"))
  var keys: [String] = []
  @Option(help: hint("密钥清单，须同时给出 --root-key。", "A key list; needs --root-key.", "file"))
  var keyList: String?
  @Option(help: hint("证据根公钥。", "The evidence root's public key.", "file")) var rootKey: String?

  func validate() throws {
    guard (keyList == nil) == (rootKey == nil) else {
      throw ValidationError(
        spoken("--key-list 与 --root-key 须同时给出。", "--key-list and --root-key go together."))
    }
  }

  func verifiers() throws -> [NoteVerifier] {
    var found = try keys.map { text in
      guard let key = try? NoteVerifier(text: text), key.algorithm == .ed25519 else {
        throw CommandFailure(
          .usage, spoken("\(text) 不是日志公钥。", "\(text) is no log's verifier key."))
      }
      return key
    }
    if let keyList, let rootKey {
      let (note, root) = (try VerifierFiles.note(keyList), try VerifierFiles.root(rootKey))
      do throws(SignedNoteError) {
        let list = try KeyList(verifying: note, by: root)
        found += list.entries(named: KeyList.auditName(list.domain)).map(\.verifier)
      } catch {
        throw LogFinding.keysForged(error)
      }
    }
    return found
  }
}

struct WitnessInit: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "init", "生成见证密钥与证书。", "Make the witness's key and certificate.",
      more: BilingualText(
        "把公钥（witness.pub）与证书根（tls/ca.pem）交给日志的运维人员；把公钥交给所有查验者。",
        "Give witness.pub and tls/ca.pem to the log's operator, and witness.pub to everybody who verifies."
      ),
      examples:
        "witness init --data ./witness --name witness.audit-bureau.example --host 10.1.0.7 --key-list keylist.note --root-key root.key",
      "witness init --data ./witness --name witness.audit-bureau.example --log-key meizhou.example/audit+…"
    )
  }
  @OptionGroup var witness: WitnessOptions
  @OptionGroup var watched: WatchedLogs
  @Option(help: hint("见证者名称（无协议的网址）。", "The witness's name, a URL without scheme.", "name"))
  var name: String
  @Option(
    name: .customLong("host"),
    help: hint("日志访问它的主机名或地址，可重复。", "A host name or address of it; may be repeated.", "host"))
  var hosts: [String] = ["localhost", "127.0.0.1", "::1"]

  func run() async throws {
    let keys = try watched.verifiers()
    try witness.folder.create(name: name, hosts: hosts, now: systemNow(), random: SystemRandom())
    try witness.folder.watch(keys)
    try witness.show()
  }
}

struct WitnessWatch: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "watch", "增加被见证的日志或日志的新密钥；重启后生效。",
      "Watch a further log, or a log's new key; from the next start on.",
      examples: "witness watch --data ./witness --key-list keylist.note --root-key root.key")
  }
  @OptionGroup var witness: WitnessOptions
  @OptionGroup var watched: WatchedLogs

  func run() async throws {
    _ = try witness.folder.publicKey()
    try witness.folder.watch(try watched.verifiers())
    try witness.show()
  }
}

struct WitnessRun: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "run", "运行见证服务（HTTPS，POST /add-checkpoint），按 Ctrl-C 停止。",
      "Serve POST /add-checkpoint over HTTPS; Ctrl-C stops it.",
      examples: "witness run --data ./witness --listen 127.0.0.1:7500")
  }
  @OptionGroup var witness: WitnessOptions
  @Option(help: hint("监听地址。", "Where to listen.", "host:port")) var listen: String
  @Flag(help: hint("随启动它的程序一同结束。", "End with the program that started it."))
  var endWithParent = false

  func run() async throws {
    let signals = StopSignals()
    if endWithParent { Boot.endWithParent() }
    guard let address = Address(listen) else {
      throw CommandFailure(
        .usage, spoken("\(listen) 不是 主机:端口。", "\(listen) is not host:port."))
    }
    let folder = witness.folder
    _ = try folder.publicKey()
    guard let lock = try FolderLock(folder: folder.path) else {
      throw WitnessFolderError.inUse(folder.path)
    }
    defer { lock.release() }
    let console = witness.common.console
    let serving = try Witness(folder, now: systemNow) { console.note($0) }
    let identity = try folder.identity()
    var tls = TLSConfiguration(
      certificateChainPEM: identity.certificate, privateKeyPEM: identity.key, trustRootsPEM: [])
    // The log proves itself by its signature under what it sends; C2SP tlog-witness asks for no more.
    tls.clientCertificates = .none
    let listener: HTTPListener
    do throws(HTTPError) {
      listener = try HTTPListener(
        address, tls: try Self.context(tls), bodyLimit: AddCheckpoint.sizeLimitBytes
      ) { serving.answer($0) }
    } catch {
      throw CommandFailure(.tryAgain, spoken("无法监听：\(error)", "Cannot listen: \(error)"))
    }
    console.show([
      ("name", BilingualText("名称", "name"), .text(serving.signer.verifier.name)),
      ("url", BilingualText("地址", "address"), .text("https://\(listener.address)")),
    ])
    await signals.first()
    listener.stop()
  }

  private static func context(_ tls: TLSConfiguration) throws(HTTPError) -> PlainTLSContext {
    do throws(TLSError) { return try PlainTLSContext(tls, forServer: true) } catch {
      throw .unreachable("\(error)")
    }
  }
}

struct WitnessShow: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "show", "显示见证者公钥、所见证的日志及最新检查点；有矛盾的检查点时退出码为 7。",
      "The witness's key, its logs and their newest checkpoints; ends with 7 where a log contradicted itself.",
      examples: "witness show --data ./witness --output json")
  }
  @OptionGroup var witness: WitnessOptions

  func run() async throws {
    try witness.show()
    if try !witness.folder.faces().isEmpty { throw ProgramEnd(exit: .evidenceBroken) }
  }
}
