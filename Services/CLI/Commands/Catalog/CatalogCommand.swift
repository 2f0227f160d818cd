// weir catalog: entries from draft to publication, and finding them.

import ArgumentParser
import Contracts
import Vocabulary

struct CatalogCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "catalog", "目录条目：编制、审核、发布、查找。", "Entries: draft, review, publish, find.",
      examples: "catalog draft entry.yaml", "catalog submit E-1",
      "catalog review E-1 approve --secrecy-passed", "catalog list 火化",
      subcommands: [
        CatalogList.self, CatalogShow.self, CatalogCategories.self, CatalogDraft.self,
        CatalogUpdate.self, CatalogSubmit.self, CatalogReview.self, CatalogFile.self,
        CatalogPublish.self, CatalogWithdraw.self, CatalogMount.self, CatalogChange.self,
        CatalogLevel.self, CatalogResponsibilities.self, CatalogGate.self, CatalogImport.self,
        CatalogExport.self,
      ])
  }
}

struct CatalogList: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "list", "查找条目；只列出自己可见的。", "Find entries; lists what one may see.",
      examples: "catalog list", "catalog list 火化 --owner civil-affairs --state published",
      "catalog list --only unmounted", "catalog list --base legal_person")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions
  @Argument(help: hint("标题、摘要、数据项中的词。", "Words in title, summary and items.", "words"))
  var words: [String] = []
  @Option(help: hint("提供方。", "The owner.", "code")) var owner = ""
  @Option(help: hint("分类。", "The category.", "slug")) var category = ""
  @Option(help: hint("状态。", "The state.")) var state: Word<CatalogV1.EntryState>?
  @Option(
    help: hint(
      "四大库之一：population、legal_person、economy、geography。",
      "One of the four bases: population, legal_person, economy, geography.", "base"))
  var base = ""
  @Option(
    help: hint("只列 filed（已备案）或 unmounted（未挂接）的。", "Only what is filed, or unmounted.", "word"))
  var only = ""

  func call(_ session: Session) async throws {
    let query = words.joined(separator: " ")
    let entries = try await session.list(limit) { size, token in
      let page = try await session.catalog.listEntries(
        .init(
          query: query, owner: resource("departments", owner), category: category,
          state: state.value(), pageSize: size, pageToken: token, baseKind: base, only: only),
        session.options)
      return (page.entries, page.nextPageToken)
    }
    try session.show(
      entries, columns: ["name", "version", "title", "owner", "category", "share_type", "state"])
  }
}

struct CatalogShow: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "show", "显示一个条目及其数据项。", "Show an entry with its items.", examples: "catalog show E-1",
      "catalog show entries/E-1/versions/2")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("条目。", "The entry.", "entry")) var entry: String

  func call(_ session: Session) async throws {
    try session.show(
      try await session.catalog.getEntry(
        .init(name: resource("entries", entry)), session.options))
  }
}

struct CatalogCategories: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "categories", "列出分类及可提供部门。", "List the categories and who may own them.",
      examples: "catalog categories --taxonomy specific-population")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions
  @Option(help: hint("分类法。", "The taxonomy.", "slug")) var taxonomy = ""

  func call(_ session: Session) async throws {
    let categories = try await session.list(limit) { size, token in
      let page = try await session.catalog.listCategories(
        .init(taxonomy: taxonomy, pageSize: size, pageToken: token), session.options)
      return (page.categories, page.nextPageToken)
    }
    try session.show(
      categories, columns: ["slug", "title", "taxonomy", "group", "owner_kinds", "article"])
  }
}

struct CatalogDraft: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "draft", "按 YAML 或 JSON 文件编制条目。", "Draft an entry from a YAML or JSON file.",
      more: BilingualText(
        "文件写法与 catalog show --output json 相同，字段名一致；样例见 weir synth DIR 的 entries/。",
        "The file is written as catalog show --output json prints it, with the same names; weir synth DIR makes examples in entries/."
      ),
      examples: "catalog draft cremation.yaml", "catalog draft - < cremation.json")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("文件；- 为标准输入。", "The file; - is standard input.", "file")) var file: String

  func call(_ session: Session) async throws {
    let entry: CatalogV1.Entry = try MessageFile.read(file)
    try session.show(
      try await session.catalog.createEntry(
        .init(entry: entry, requestID: session.newRequest()), session.options))
  }
}

struct CatalogUpdate: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "update", "修改草稿，或为已发布条目编制下一版本。", "Change a draft, or open a published entry's next version.",
      examples: "catalog show E-1 --output json > e.json && weir catalog update E-1 e.json")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("条目。", "The entry.", "entry")) var entry: String
  @Argument(help: hint("文件；- 为标准输入。", "The file; - is standard input.", "file")) var file: String

  func call(_ session: Session) async throws {
    var changed: CatalogV1.Entry = try MessageFile.read(file)
    changed.name = resource("entries", entry)
    try session.show(
      try await session.catalog.updateEntry(
        .init(entry: changed, requestID: session.newRequest()), session.options))
  }
}

struct CatalogSubmit: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "submit", "提交审核；规章要求的要素在此逐项检查。",
      "Hand a draft to review; every element that its profile demands is checked.",
      examples: "catalog submit E-1", "catalog submit E-1 --validate-only")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("条目。", "The entry.", "entry")) var entry: String
  @Option(help: hint("所见版本的标签。", "The etag seen.", "etag")) var etag = ""
  @Flag(help: hint("只校验，不提交。", "Only check, change nothing.")) var validateOnly = false

  func call(_ session: Session) async throws {
    try session.show(
      try await session.catalog.submitEntry(
        .init(
          name: resource("entries", entry), etag: etag, requestID: session.newRequest(),
          validateOnly: validateOnly), session.options))
    if validateOnly { session.noteChecked() }
  }
}

struct CatalogReview: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "review", "审核：同意或退回。", "Review: approve or return.",
      more: BilingualText(
        "规章要求保密审查的，由审核人以 --secrecy-passed 具名通过，可与同意一并，也可事后补做；未通过不能发布。",
        "Where the profile demands a secrecy review, a reviewer passes it by name with --secrecy-passed, when approving or afterwards; nothing is published without."
      ),
      examples: "catalog review E-1 approve --secrecy-passed",
      "catalog review E-1 return --reason 缺少更新频率",
      "catalog review E-1 approve --type name:conditional --basis law:中华人民共和国个人信息保护法:第六条 --conditions 仅限核对 --reason 依法改定"
    )
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("条目。", "The entry.", "entry")) var entry: String
  @Argument(help: hint("决定。", "The decision."))
  var decision: Word<CatalogV1.ReviewEntryRequest.Decision>
  @Option(help: hint("版本；默认为待审版本。", "The version; the pending one unless given.", "number"))
  var version: Int32?
  @Option(help: hint("理由。", "Why.", "text")) var reason = ""
  @Flag(help: hint("保密审查通过。", "The secrecy review is passed.")) var secrecyPassed = false
  @Option(
    name: .customLong("type"),
    help: hint(
      "改定共享类型，形如 数据项:conditional；整个条目为 :conditional。",
      "Fix a share type, such as item:conditional; :conditional for the whole entry.", "item:type"))
  var types: [TypeArgument] = []
  @Option(
    help: hint(
      "所改定类型的依据：" + basisHint.chinese, "Ground of the fixed types: " + basisHint.english, "basis"))
  var basis: BasisArgument?
  @Option(help: hint("所改定类型的共享条件。", "Conditions of the fixed types.", "text"))
  var conditions = ""
  @Option(help: hint("所见版本的标签。", "The etag seen.", "etag")) var etag = ""

  func call(_ session: Session) async throws {
    let name = resource("entries", entry)
    let number = try await pendingVersion(version, of: name, session)
    try session.show(
      try await session.catalog.reviewEntry(
        .init(
          name: name, version: number, decision: decision.value, reason: reason, etag: etag,
          requestID: session.newRequest(), secrecyPassed: secrecyPassed,
          shareTypes: types.map {
            .init(
              item: $0.item, shareType: $0.type, bases: basis.map { [$0.basis] } ?? [],
              conditions: conditions)
          }), session.options))
  }
}

/// A share type for an item: `name:conditional`.
struct TypeArgument: ExpressibleByArgument, Sendable {
  let item: String
  let type: CatalogV1.ShareType

  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let type = Word<CatalogV1.ShareType>(argument: String(parts[1])) else {
      return nil
    }
    item = String(parts[0])
    self.type = type.value
  }
}

/// The version named, or the one that is not yet published.
private func pendingVersion(
  _ asked: Int32?, of name: String, _ session: Session
) async throws -> Int32 {
  if let asked { return asked }
  let entry = try await session.catalog.getEntry(.init(name: name), session.options)
  return entry.pendingVersion > 0 ? entry.pendingVersion : entry.version
}

struct CatalogFile: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "file", "登记不予共享条目的备案。", "Record the filing of a not-shared entry.",
      examples: "catalog file E-5 --number 梅政数备〔2024〕3号 --date 2024-03-04 --reason 涉及个人隐私")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("条目。", "The entry.", "entry")) var entry: String
  @Option(help: hint("备案文号。", "The filing's number.", "text")) var number: String
  @Option(help: hint("备案日期。", "Its day.", "date")) var date: CivilDate
  @Option(help: hint("理由。", "Why.", "text")) var reason = ""

  func call(_ session: Session) async throws {
    try session.show(
      try await session.catalog.fileNotShared(
        .init(
          name: resource("entries", entry),
          filing: .init(number: number, date: date.iso, reason: reason),
          requestID: session.newRequest()), session.options))
  }
}

struct CatalogPublish: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "publish", "发布已同意的版本；原版本即被替代。",
      "Publish the approved version; the former becomes superseded.",
      examples: "catalog publish E-1")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("条目。", "The entry.", "entry")) var entry: String
  @Option(help: hint("版本；默认为待发布版本。", "The version; the pending one unless given.", "number"))
  var version: Int32?
  @Option(help: hint("所见版本的标签。", "The etag seen.", "etag")) var etag = ""

  func call(_ session: Session) async throws {
    let name = resource("entries", entry)
    let number = try await pendingVersion(version, of: name, session)
    try session.show(
      try await session.catalog.publishEntry(
        .init(name: name, version: number, etag: etag, requestID: session.newRequest()),
        session.options))
  }
}

struct CatalogWithdraw: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "withdraw", "撤销条目；在用的授权随之终止。", "Withdraw an entry; grants on it end.",
      more: BilingualText(
        "来源部门负责人写明理由和依据提出；规章设有审核的，由审核部门以同一命令同意，或以 --cancel 不予同意。",
        "The head of the source asks with reason and ground; where the profile has a reviewer, it consents by the same command, or declines with --cancel."
      ),
      examples: "catalog withdraw E-1 --reason 职能调整 --basis law:中华人民共和国统计法:第九条",
      "catalog withdraw E-1 --as data-bureau/chen", "catalog withdraw E-1 --cancel --reason 仍有依据")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("条目。", "The entry.", "entry")) var entry: String
  @Option(help: hint("理由。", "Why.", "text")) var reason = ""
  @Option(help: hint(basisHint.chinese, basisHint.english, "basis")) var basis: BasisArgument?
  @Flag(help: hint("终止待办的撤销申请。", "End a pending request.")) var cancel = false
  @Option(help: hint("所见版本的标签。", "The etag seen.", "etag")) var etag = ""

  func call(_ session: Session) async throws {
    try session.show(
      try await session.catalog.withdrawEntry(
        .init(
          name: resource("entries", entry), reason: reason, basis: basis?.basis,
          requestID: session.newRequest(), etag: etag, cancel: cancel), session.options))
  }
}

struct CatalogMount: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "mount", "挂接实际资源：由哪个系统提供数据。", "Say which system fills the entry; without one, unmount it.",
      more: BilingualText(
        "写明库表、文件或接口及其列名的，每个数据项都须有对应的列；非结构化文件写明说明。",
        "Where its table, file or interface is named with its columns, each item has one; an unstructured file is described."
      ),
      examples: "catalog mount E-1 --system civil-affairs/system:registers", "catalog mount E-1",
      "catalog mount E-1 --system civil-affairs/system:registers --location 库表:t_cremation --column 身份证号码 --column 姓名 --column 火化日期"
    )
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("条目。", "The entry.", "entry")) var entry: String
  @Option(help: hint("单位/system:系统。", "department/system:name.", "which")) var system: String?
  @Option(help: hint("库表、文件或接口。", "Its table, file or interface.", "text")) var location = ""
  @Option(name: .customLong("column"), help: hint("列名，可重复。", "A column that it has.", "name"))
  var columns: [String] = []
  @Option(help: hint("非结构化文件的说明。", "What describes an unstructured file.", "text"))
  var description = ""

  func call(_ session: Session) async throws {
    try session.show(
      try await session.catalog.mountEntry(
        .init(
          name: resource("entries", entry), sourceSystem: try system.map(personName) ?? "",
          requestID: session.newRequest(),
          resource: location.isEmpty && columns.isEmpty && description.isEmpty
            ? nil
            : .init(location: location, columns: columns, description: description)),
        session.options))
  }
}
