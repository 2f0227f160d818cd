// weir keys: the keys of the registers, their versions and suites, and new ones while everything is served.

import ArgumentParser
import Contracts
import Telemetry
import Vocabulary

struct KeysCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "keys", "密钥：查看、轮换、更换密码套件；登记册的密钥，以及各服务封存内容的密钥。",
      "Keys: see them, have new ones or another suite; those of registers, and those of what services keep sealed.",
      examples: "keys list --as operations/zhou",
      "keys rotate E-1 --suite sm4-ctr-hmac-sm3 --reason 年度轮换 --as operations/zhou",
      "keys rotate --seals --reason 年度轮换 --as operations/zhou",
      subcommands: [KeysList.self, KeysSeals.self, KeysRotate.self])
  }
}

struct KeysList: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "list", "各登记册在用的密钥版本、密码套件，以及轮换还剩多少。",
      "The version and suite in use for each register, and what a rotation has left to do.",
      examples: "keys list --as operations/zhou --output json")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions

  func call(_ session: Session) async throws {
    let keys = try await session.list(limit) { size, token in
      let page = try await session.ingest.listRegisterKeys(
        .init(pageSize: size, pageToken: token), session.options)
      return (page.keys, page.nextPageToken)
    }
    try session.show(
      keys,
      columns: ["entry", "owner", "version", "suite", "since", "previous_version", "pending"])
  }
}

struct KeysSeals: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "seals", "各服务封存内容（待转发条目、核查主张、意见文本、披露清单）在用的密钥，以及轮换进度。",
      "The keys of what services keep sealed (waiting entries, claims, texts, manifests), and how far a rotation is.",
      more: BilingualText(
        "阶段：settled 已完成，resealing 正在重新加密，emptied 旧密钥即将销毁。damaged 不为零时旧密钥保留，请先从备份修复。",
        "Stages: settled; resealing; emptied, when the key before is about to go. While damaged is not zero the key before stays: restore those values first."
      ),
      examples: "keys seals --as operations/zhou --output json")
  }
  @OptionGroup var caller: CallerOptions
  @Option(help: hint("只看这个服务。", "This service alone.", "service")) var service: String?

  func call(_ session: Session) async throws {
    let keys = try await session.registry.listSealingKeys(
      .init(service: service ?? ""), session.options)
    try session.show(keys.seals, columns: sealColumns)
  }
}

struct KeysRotate: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "rotate", "为一个登记册、或为各服务封存的内容换用新密钥：新内容立即使用，旧内容在后台逐步重新加密，完成后销毁旧密钥。",
      "Give a register, or what services keep sealed, new keys: at once for what comes, in the background for what lies there; then the old keys are destroyed.",
      more: BilingualText(
        "查询和比对不中断，停止后自动继续。此前的备份只能用当时的密钥恢复；令牌密钥泄露后，还应由数源部门重新提交全量数据。假名密钥不轮换，见 DECISIONS.md。",
        "Look-ups and comparisons go on, and after a stop it goes on by itself. A backup of before opens with the keys of its time alone; after a token key leaked, "
          + "the source also delivers its stock anew. Keys of pseudonyms do not rotate: see DECISIONS.md."
      ),
      examples: "keys rotate E-1 --reason 年度轮换 --as operations/zhou",
      "keys rotate E-1 --suite sm4-ctr-hmac-sm3 --reason 改用商用密码 --as operations/zhou",
      "keys rotate --seals --reason 年度轮换 --as operations/zhou",
      "keys rotate --seals --service share --reason 密钥泄露 --as operations/zhou")
  }
  @OptionGroup var caller: CallerOptions
  @Option(
    help: hint(
      "密码套件：aes-256-gcm 或 sm4-ctr-hmac-sm3；登记册默认为节点配置，封存内容默认与原密钥相同。",
      "The suite: aes-256-gcm or sm4-ctr-hmac-sm3; for a register the node's own unless given, for seals that of the key before.",
      "suite"))
  var suite: String?
  @Option(help: hint("理由。", "Why.", "text")) var reason: String
  @Flag(help: hint("各服务封存的内容。", "What services keep sealed.")) var seals = false
  @Option(
    help: hint("只在这个服务；默认为全部。", "At this service alone; at all unless given.", "service"))
  var service: String?
  @Argument(help: hint("登记册的条目。", "The register's entry.", "entry")) var entry: String?

  func validate() throws {
    guard seals != (entry != nil), seals || service == nil else {
      throw ValidationError(
        spoken(
          "请给出条目或 --seals；--service 只用于 --seals。",
          "Give an entry or --seals; --service is for --seals alone."))
    }
  }

  func call(_ session: Session) async throws {
    if let entry {
      try session.show(
        try await session.ingest.rotateKeys(
          .init(
            entry: resource("entries", entry), suite: suite ?? "", reason: reason,
            requestID: session.newRequest()), session.options))
      return
    }
    let keys = try await session.registry.rotateSealingKeys(
      .init(
        service: service ?? "", suite: suite ?? "", reason: reason,
        requestID: session.newRequest()), session.options)
    try session.show(keys.seals, columns: sealColumns)
  }
}

private let sealColumns = [
  "service", "seal", "version", "suite", "stage", "since", "resealed", "damaged",
]
