// weir keys: the keys of the registers, their versions and suites, and new ones while everything is served.

import ArgumentParser
import Contracts
import Telemetry
import Vocabulary

struct KeysCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "keys", "登记册密钥：查看、轮换、更换密码套件。",
      "The registers' keys: see them, give a register new ones or another suite.",
      examples: "keys list --as operations/zhou",
      "keys rotate E-1 --suite sm4-ctr-hmac-sm3 --reason 年度轮换 --as operations/zhou",
      subcommands: [KeysList.self, KeysRotate.self])
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

struct KeysRotate: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "rotate", "为一个登记册换用新密钥：新数据立即使用，旧数据在后台逐步重新加密，完成后销毁旧密钥。",
      "Give a register new keys: at once for what comes, in the background for what lies there; then the old keys are destroyed.",
      more: BilingualText(
        "查询和比对不中断。此前的备份只能用当时的密钥恢复；令牌密钥泄露后，还应由数源部门重新提交全量数据。",
        "Look-ups and comparisons go on. A backup of before opens with the keys of its time alone; after a token key leaked, the source "
          + "also delivers its stock anew."
      ),
      examples: "keys rotate E-1 --reason 年度轮换 --as operations/zhou",
      "keys rotate E-1 --suite sm4-ctr-hmac-sm3 --reason 改用商用密码 --as operations/zhou")
  }
  @OptionGroup var caller: CallerOptions
  @Option(
    help: hint(
      "密码套件：aes-256-gcm 或 sm4-ctr-hmac-sm3；默认为节点配置。",
      "The suite: aes-256-gcm or sm4-ctr-hmac-sm3; the node's own unless given.", "suite"))
  var suite: String?
  @Option(help: hint("理由。", "Why.", "text")) var reason: String
  @Argument(help: hint("条目。", "The entry.", "entry")) var entry: String

  func call(_ session: Session) async throws {
    try session.show(
      try await session.ingest.rotateKeys(
        .init(
          entry: resource("entries", entry), suite: suite ?? "", reason: reason,
          requestID: session.newRequest()), session.options))
  }
}
