// weir catalog gate: what a project must show at its checkpoints, and what the bodies decide there.

import ArgumentParser
import Contracts
import Vocabulary

struct CatalogGate: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "gate", "信息化项目核查：各环节须具备什么、还缺什么、由谁考核。",
      "The gate of projects: what each checkpoint asks for, what is missing, who decides.",
      more: BilingualText(
        "项目先登记：weir register add project.yaml；样例见 deploy/examples/registers。",
        "A project is registered first: weir register add project.yaml; see deploy/examples/registers."
      ),
      examples: "catalog gate show L-3", "catalog gate pass L-3 initiation --as data-bureau/chen",
      subcommands: [GateShow.self, GatePass.self, GateReturn.self])
  }
}

struct GateShow: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "show", "显示一个环节的核查报告，由节点签名；不通过的写明所缺内容和后果。",
      "Show the report of a checkpoint, signed by the node: pass, or what is missing and what follows.",
      examples: "catalog gate show L-3 --as civil-affairs/li",
      "catalog gate show L-3 --checkpoint acceptance --output json")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("项目。", "The project.", "listing")) var project: String
  @Option(
    help: hint("环节；默认为尚未通过的第一个。", "The checkpoint; the first not passed unless given.", "word"))
  var checkpoint = ""

  func call(_ session: Session) async throws {
    try session.show(
      try await session.catalog.getGateReport(
        .init(
          project: resource("listings", project), checkpoint: checkpoint.replacing("-", with: "_")),
        session.options))
  }
}

struct GatePass: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "pass", "通过一个环节；条件未具备而办法允许破例的，用 --override 并写明理由。",
      "Let a project pass a checkpoint; where conditions are not met and the text allows it, --override with the reason.",
      examples: "catalog gate pass L-3 project_approval --as development-reform/sun",
      "catalog gate pass L-3 acceptance --override --reason 应急工程 --as data-bureau/chen")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("项目。", "The project.", "listing")) var project: String
  @Argument(help: hint("环节。", "The checkpoint.", "word")) var checkpoint: String
  @Flag(help: hint("条件未具备也通过。", "Although conditions are not met.")) var override = false
  @Option(help: hint("理由。", "Why.", "text")) var reason = ""

  func call(_ session: Session) async throws {
    try await session.decide(
      .pass, project, checkpoint, reason: reason, isOverride: override)
  }
}

struct GateReturn: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "return", "退回，写明理由；补齐后可再办理。",
      "Send a project back with the reason; it may be decided again.",
      examples: "catalog gate return L-3 planning --reason 未列数据清单 --as data-bureau/chen")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("项目。", "The project.", "listing")) var project: String
  @Argument(help: hint("环节。", "The checkpoint.", "word")) var checkpoint: String
  @Option(help: hint("理由。", "Why.", "text")) var reason: String

  func call(_ session: Session) async throws {
    try await session.decide(.return, project, checkpoint, reason: reason, isOverride: false)
  }
}

extension Session {
  fileprivate func decide(
    _ decision: CatalogV1.DecideCheckpointRequest.Decision, _ project: String,
    _ checkpoint: String, reason: String, isOverride: Bool
  ) async throws {
    try show(
      try await catalog.decideCheckpoint(
        .init(
          project: resource("listings", project),
          checkpoint: checkpoint.replacing("-", with: "_"), decision: decision, reason: reason,
          override: isOverride, requestID: newRequest()), options))
  }
}
