// Grants at the command line: accepted, suspended, resumed, revoked, looked at.

import ArgumentParser
import Contracts
import Vocabulary

struct ShareAccept: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "accept", "安全责任人接受授权，授权即生效。",
      "The security officer accepts a grant, and with that it begins.",
      examples: "share accept G-1 --as human-resources/zhao")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("授权。", "The grant.", "grant")) var grant: String
  @Option(help: hint("安全责任人；默认本人。", "The security officer; oneself unless given.", "who"))
  var officer: String?

  func call(_ session: Session) async throws {
    try session.show(
      try await session.share.acceptGrant(
        .init(
          name: resource("grants", grant), securityOfficer: try officer.map(personName) ?? "",
          requestID: session.newRequest()), session.options))
  }
}

/// By which ways a department uses a grant, where that is filed (luyi-2019/13).
struct ShareFileModes: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "file-modes", "备案访问方式，授权即生效；以后变更须写明理由。",
      "File the access modes, and with that the grant begins; a later change needs a reason.",
      examples: "share file-modes G-1 --mode web",
      "share file-modes G-1 --mode web --mode file_download --reason 增加批量比对")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("授权。", "The grant.", "grant")) var grant: String
  @Option(
    name: .customLong("mode"),
    help: hint(
      "web、file_download、front_end_interface，可重复。",
      "web, file_download, front_end_interface; may be repeated.", "word"))
  var modes: [String]
  @Option(help: hint("变更的理由。", "Why others than before.", "text")) var reason = ""

  func call(_ session: Session) async throws {
    try session.show(
      try await session.share.fileAccessModes(
        .init(
          name: resource("grants", grant), accessModes: modes, reason: reason,
          requestID: session.newRequest()), session.options))
  }
}

struct ShareRevoke: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "revoke", "撤销授权；下一次调用即被拒绝。", "Revoke a grant; the next call is denied.",
      examples: "share revoke G-1 --reason 超范围使用")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("授权。", "The grant.", "grant")) var grant: String
  @Option(help: hint("理由。", "Why.", "text")) var reason: String
  @Option(help: hint(basisHint.chinese, basisHint.english, "basis")) var basis: BasisArgument?

  func call(_ session: Session) async throws {
    try session.show(
      try await session.share.revokeGrant(
        .init(
          name: resource("grants", grant), reason: reason, basis: basis?.basis,
          requestID: session.newRequest()), session.options))
  }
}

/// Source or authority stops the use of a grant for a while.
struct ShareSuspend: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "suspend", "暂停授权；下一次调用即被拒绝，恢复后继续。",
      "Suspend a grant; the next call is denied, until it is resumed.",
      examples: "share suspend G-1 --reason 安全责任人离岗")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("授权。", "The grant.", "grant")) var grant: String
  @Option(
    help: hint(
      "理由：违规、事件、条目下线或责任人缺位。",
      "Why: a violation, an incident, an unmounted entry, no responsible person.", "text"))
  var reason: String

  func call(_ session: Session) async throws {
    try session.show(
      try await session.share.suspendGrant(
        .init(
          name: resource("grants", grant), reason: reason, requestID: session.newRequest()),
        session.options))
  }
}

struct ShareResume: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "resume", "恢复被暂停的授权；主管部门暂停的只能由其恢复。",
      "Resume a suspended grant; what the authority suspended it alone resumes.",
      examples: "share resume G-1 --reason 已指定新的责任人")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("授权。", "The grant.", "grant")) var grant: String
  @Option(help: hint("理由。", "Why.", "text")) var reason: String

  func call(_ session: Session) async throws {
    try session.show(
      try await session.share.resumeGrant(
        .init(
          name: resource("grants", grant), reason: reason, requestID: session.newRequest()),
        session.options))
  }
}

struct ShareGrants: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "grants", "列出授权。", "List grants.", examples: "share grants", "share grants --state active")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions
  @Option(help: hint("条目。", "The entry.", "entry")) var entry = ""
  @Option(help: hint("状态。", "The state.")) var state: Word<ShareV1.GrantState>?

  func call(_ session: Session) async throws {
    let grants = try await session.list(limit) { size, token in
      let page = try await session.share.listGrants(
        .init(
          entry: resource("entries", entry), state: state.value(), pageSize: size,
          pageToken: token), session.options)
      return (page.grants, page.nextPageToken)
    }
    try session.show(
      grants, columns: ["name", "entry", "grantee", "items", "modes", "until", "state"])
  }
}

struct ShareGrant: CallCommand {
  static var configuration: CommandConfiguration {
    about("grant", "显示一份授权。", "Show a grant.", examples: "share grant G-1")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("授权。", "The grant.", "grant")) var grant: String

  func call(_ session: Session) async throws {
    try session.show(
      try await session.share.getGrant(
        .init(name: resource("grants", grant)), session.options))
  }
}
