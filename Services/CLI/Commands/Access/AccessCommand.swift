// weir access explain: what somebody can see, and why.

import Access
import ArgumentParser
import Contracts
import Vocabulary

struct AccessCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "access", "谁能看到什么，依据何在。", "Who can see what, and why.",
      examples: "access explain --as human-resources/wang", subcommands: [AccessExplain.self])
  }
}

struct AccessExplain: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "explain", "说明本人或他人可办理的事项和可见的数据，以及依据。",
      "Explain what oneself or somebody else may call and see, and why.",
      more: BilingualText(
        "他人的由其部门、所在区域的主管部门和审计员查看；所列条目和授权以查看人可见者为限。",
        "Somebody else's is for that department, the authority of its region and auditors; entries and grants are told "
          + "as far as whoever asks sees them."),
      examples: "access explain --as human-resources/wang",
      "access explain human-resources/system:pensions --as data-bureau/chen --entry E-1",
      "access explain justice/tang --as audit-bureau/shen --method Share/ --output json")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions
  @Argument(
    help: hint(
      "单位/人员 或 单位/system:系统；默认本人。",
      "department/person or department/system:name; oneself unless given.",
      "who"))
  var who: String?
  @Option(help: hint("只列此条目。", "This entry alone.", "entry")) var entry = ""
  @Option(help: hint("只列名称含此文字的方法。", "Methods with this in their names alone.", "text"))
  var method = ""

  func call(_ session: Session) async throws {
    let party = try await party(session)
    let methods = ExplainedMethod.all(for: party)
    let entries = try await entries(session, seenBy: party)
    let grants = try await grants(session, of: party)
    let today = try caller.today()
    let data = entries.flatMap {
      ExplainedItems.of($0, grants: grants, for: party, today: today)
    }
    let lookup = methods.first { $0.method == "weir.share.v1.Share/Lookup" }
    let shown = methods.filter { method.isEmpty || $0.method.contains(method) }
    session.console.show(
      [
        ("name", Words.title(ofField: "name"), .text(party.name)),
        (
          "roles", Words.title(ofField: "roles"),
          .list(Role.allCases.filter(party.roles.contains).map { .bilingual($0.term) })
        ),
        ("active", BilingualText("有效", "active"), .flag(party.isActive)),
        (
          "methods_permitted", BilingualText("可办理事项", "methods permitted"),
          .integer(methods.count { $0.refusal == nil })
        ),
        (
          "may_look_up", BilingualText("可查询数据", "may look data up"),
          .flag(lookup.map { $0.refusal == nil } ?? false)
        ),
      ],
      tables: [("methods", methodTable(shown)), ("data", dataTable(data))])
  }

  // MARK: Asking

  private func party(_ session: Session) async throws -> ExplainedParty {
    guard let who else {
      let me = try await session.registry.whoAmI(RegistryV1.WhoAmIRequest(), session.options)
      // At a system's certificate the person is whom it states, and the rights are the system's.
      return try known(
        ExplainedParty(
          session.isSystem ? me.system : me.person, roles: me.roles, isActive: true))
    }
    let name = try personName(who)
    guard let found = ResourceName(name), let code = found.parentID else {
      return try known(nil)
    }
    let parent = resource("departments", code)
    let options = session.options
    if found.collection == .systems {
      let systems = try await session.list(limit) { size, token in
        let page = try await session.registry.listSystems(
          .init(parent: parent, pageSize: size, pageToken: token), options)
        return (page.systems, page.nextPageToken)
      }
      return try known(
        systems.first { $0.name == name }.flatMap {
          ExplainedParty($0.name, roles: [], isActive: $0.state == .active)
        })
    }
    let persons = try await session.list(limit) { size, token in
      let page = try await session.registry.listPersons(
        .init(parent: parent, pageSize: size, pageToken: token), options)
      return (page.persons, page.nextPageToken)
    }
    return try known(
      persons.first { $0.name == name }.flatMap {
        ExplainedParty($0.name, roles: $0.roles, isActive: $0.state == .active)
      })
  }

  private func known(_ party: ExplainedParty?) throws -> ExplainedParty {
    if let party { return party }
    throw CommandFailure(
      .notFound, spoken("没有登记此人员或系统。", "No such person or system is registered."))
  }

  /// What the party sees of the catalogue: all that is published, and its own.
  private func entries(
    _ session: Session, seenBy party: ExplainedParty
  ) async throws -> [CatalogV1.Entry] {
    let name = resource("entries", entry)
    let owner = ResourceName.department(party.department).text
    let options = session.options
    let entries = try await session.list(limit) { size, token in
      let page = try await session.catalog.listEntries(
        .init(pageSize: size, pageToken: token), options)
      return (page.entries, page.nextPageToken)
    }
    return entries.filter { found in
      (name.isEmpty || found.name == name)
        && (who == nil || found.state == .published || found.owner == owner)
    }
  }

  private func grants(
    _ session: Session, of party: ExplainedParty
  ) async throws -> [ShareV1.Grant] {
    let name = resource("entries", entry)
    let grantee = ResourceName.department(party.department).text
    let options = session.options
    return try await session.list(limit) { size, token in
      let page = try await session.share.listGrants(
        .init(entry: name, pageSize: size, pageToken: token), options)
      return (page.grants, page.nextPageToken)
    }.filter { $0.grantee == grantee }
  }
}

// MARK: - Showing

private func methodTable(_ methods: [ExplainedMethod]) -> Table {
  Table(
    columns: [
      Table.Column("method", BilingualText("方法", "method")),
      Table.Column("permitted", BilingualText("可否", "permitted")),
      Table.Column("by", BilingualText("凭何角色", "by role")),
      Table.Column("stating", BilingualText("须说明的操作人", "stating")),
      Table.Column("reason", BilingualText("理由", "reason")),
      Table.Column("citation", BilingualText("依据", "article")),
      Table.Column("next_step", BilingualText("下一步", "next step")),
    ],
    rows: methods.map { method in
      [
        .text(method.method), .flag(method.refusal == nil), method.permission, method.actor,
        method.refusal.map { .text($0.reason) } ?? .none,
        method.refusal?.citation.map { .text("\($0.document)/\($0.article)") } ?? .none,
        method.refusal.map { .bilingual($0.toldStep) } ?? .none,
      ]
    })
}

extension ExplainedMethod {
  fileprivate var permission: OutputValue {
    if refusal != nil { return .none }
    if by.isEmpty { return .bilingual(BilingualText("任何已登记者", "anyone registered")) }
    return .list(by.map { .bilingual($0.term) })
  }

  fileprivate var actor: OutputValue {
    if refusal != nil || !statesSomeone { return .none }
    if stating.isEmpty { return .bilingual(BilingualText("本部门人员", "a person of it")) }
    return .list(stating.map { .bilingual($0.term) })
  }
}

private func dataTable(_ data: [ExplainedItems]) -> Table {
  Table(
    columns: [
      Table.Column("entry", Words.title(ofField: "entry")),
      Table.Column("title", Words.title(ofField: "title")),
      Table.Column("owner", Words.title(ofField: "owner")),
      Table.Column("share_type", Words.title(ofField: "share_type")),
      Table.Column("opens", BilingualText("现可取得", "opens now")),
      Table.Column("by", BilingualText("依据", "by")),
      Table.Column("grant", Words.title(ofField: "grant")),
      Table.Column("until", Words.title(ofField: "until")),
      Table.Column("items", Words.title(ofField: "items")),
    ],
    rows: data.map { row in
      [
        .text(row.entry.name), .text(row.entry.title), .text(row.entry.owner),
        row.entry.shareType.term, .flag(row.opens), .bilingual(row.ground.term),
        row.ground.grant.map { .text($0) } ?? .none, row.ground.until.map { .text($0) } ?? .none,
        .list(row.items.map { .text($0) }),
      ]
    })
}

extension CatalogV1.ShareType {
  fileprivate var term: OutputValue {
    switch self {
    case .unconditional: .bilingual(ShareType.unconditional.term)
    case .conditional: .bilingual(ShareType.conditional.term)
    case .notShared: .bilingual(ShareType.notShared.term)
    default: .none
    }
  }
}

extension ExplainedItems.Ground {
  fileprivate var grant: String? {
    switch self {
    case .grant(let name, _), .idleGrant(let name, _), .otherSystems(let name): name
    default: nil
    }
  }

  fileprivate var until: String? {
    if case .grant(_, let until) = self { until } else { nil }
  }

  fileprivate var term: BilingualText {
    switch self {
    case .own: BilingualText("本部门数据", "own")
    case .grant: BilingualText("授权", "grant")
    case .idleGrant(_, let state): state.idle
    case .otherSystems:
      BilingualText("授权只限其他系统", "a grant for other systems alone")
    case .unconditional:
      BilingualText("无条件共享：weir share subscribe", "unconditional: weir share subscribe")
    case .application:
      BilingualText("有条件共享：weir share apply", "conditional: weir share apply")
    case .verification:
      BilingualText("不予共享：只可核验", "not shared: verification only")
    }
  }
}

extension ShareV1.GrantState {
  fileprivate var idle: BilingualText {
    switch self {
    case .pendingAcceptance: BilingualText("授权待接受", "grant that waits for acceptance")
    case .suspended: BilingualText("授权已暂停", "suspended grant")
    case .expired: BilingualText("授权已到期", "expired grant")
    case .revoked: BilingualText("授权已撤销", "revoked grant")
    default: BilingualText("授权已终止", "ended grant")
    }
  }
}
