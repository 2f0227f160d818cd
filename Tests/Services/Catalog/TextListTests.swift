// The lists that the texts give, word by word: who owns which category, which columns a table has, what is a ground.

import CatalogRules
import Contracts
import RPC
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite(
  "Categories belong to the bodies that the text names (meizhou-public-2023/15 and 16)"
)
struct CategoryListTests {
  private func said(
    _ category: String, by kind: String, under key: String = "meizhou-public-2023"
  ) throws -> CatalogRefusal? {
    var content = try CatalogWorld.content()
    content.category = category
    for index in content.items.indices { content.items[index].standard = "GB/T 2261" }
    let owner = try CatalogWorld.facts("civil-affairs", kinds: [kind])
    return refusal { _ = try CatalogWorld.check(content, owner: owner, under: key) }
  }

  @Test(
    "each category of base data is its listed bodies' and nobody else's",
    .obligation(
      "meizhou-public-2023/15.i1", "meizhou-public-2023/15.i2", "meizhou-public-2023/15.i3",
      "meizhou-public-2023/15.i4", "meizhou-public-2023/15.i5", "meizhou-public-2023/15.i6",
      "meizhou-public-2023/15.i7", "meizhou-public-2023/15.i8", "meizhou-public-2023/15.i9",
      "meizhou-public-2023/15.i10", "meizhou-public-2023/15.i11", "meizhou-public-2023/16.i1",
      "meizhou-public-2023/16.i2",
      "meizhou-public-2023/16.i3", "meizhou-public-2023/16.i4"),
    arguments: [
      ("15.i1", "person.household", ["公安"]), ("15.i2", "person.residence", ["公安"]),
      ("15.i3", "person.marriage-adoption", ["民政"]),
      ("15.i4", "person.birth-death", ["卫生健康", "公安"]), ("15.i5", "person.health", ["卫生健康"]),
      ("15.i6", "person.social-security", ["税务", "人力资源社会保障", "民政"]),
      ("15.i7", "person.education", ["教育", "人力资源社会保障", "高等学校", "科学研究机构"]),
      ("15.i8", "person.disability", ["残疾人工作主管部门"]),
      ("15.i9", "person.housing-fund", ["住房公积金主管部门"]),
      ("15.i10", "person.guardianship", ["民政", "乡镇人民政府", "街道办事处"]),
      ("15.i11", "person.certificates", ["发证机构"]),
      ("16.i1", "organisation.enterprise", ["市场监督管理"]),
      ("16.i2", "organisation.non-profit", ["民政"]),
      ("16.i3", "organisation.public-institution", ["事业单位登记管理机关"]),
      ("16.i4", "organisation.credit-code", ["市场监督管理", "民政", "事业单位登记管理机关"]),
    ] as [(String, String, [String])])
  func baseData(_ article: String, _ category: String, _ owners: [String]) throws {
    let base = try #require(try CatalogWorld.taxonomies()["base-data"])
    let known = try #require(try CatalogWorld.category(category))
    #expect(known.citation.text == "meizhou-public-2023/\(article)")
    #expect(known.category.sources == owners)
    for kind in Set(base.categories.flatMap(\.sources)).union(["主管", "林业"]) {
      let refused = try said(category, by: kind)
      #expect((refused == nil) == owners.contains(kind), "\(kind)")
      if let refused { #expect(refused.reason == "catalog.category_not_yours") }
    }
  }

  @Test(
    "the specific population has three groups from ten kinds of source, and none without a category",
    .obligation("meizhou-specific-2021/5.2", "meizhou-specific-2021/5.4"))
  func specificPopulation() throws {
    let key = "meizhou-specific-2021"
    let taxonomy = try #require(try CatalogWorld.taxonomies()["specific-population"])
    #expect(Set(taxonomy.categories.map(\.group)) == ["人口死亡信息", "服刑人员信息", "困难人员信息"])
    let sources = ["法院", "检察院", "公安", "卫健", "民政", "司法", "监狱", "扶贫", "医保", "残联"]
    for kind in sources {
      #expect(try said("death.cremation", by: kind, under: key) == nil, "\(kind)")
    }
    for kind in ["林业", "教育", "税务", "主管", ""] {
      #expect(
        try said("death.cremation", by: kind, under: key)?.reason == "catalog.category_not_yours",
        "\(kind)")
    }
    // The class goes with a category of one of the groups, and cannot be claimed without.
    var content = try CatalogWorld.content()
    content.category = ""
    content.resourceClass = "specific_population"
    #expect(
      refusal { _ = try content.classified(by: nil) }?.reason == "catalog.class_not_of_category")
  }

  @Test(
    "Luyi's population has nine themes of which an entry has one, its economy twelve bodies",
    .obligation("luyi-2019/3.1", "luyi-2019/3.3"))
  func luyi() throws {
    let key = "luyi-2019"
    let bases = try #require(try CatalogWorld.taxonomies()["luyi-bases"])
    let themes = bases.categories(under: "population")
    #expect(
      themes.map(\.term.chinese) == ["户籍", "社保", "就业", "医疗", "教育", "婚育", "房产", "税收", "公用事业"])
    for theme in themes { #expect(try said(theme.slug, by: "公安", under: key) == nil) }
    // Population alone is no theme.
    #expect(try said("population", by: "公安", under: key) == .unknownCategory("population"))
    let bodies = [
      "发改委", "财政局", "工信局", "民政局", "人力资源和社会保障局", "商务局", "住房和城乡建设局", "文广旅局", "统计局",
      "金融工作局", "税务局", "市场监督管理局",
    ]
    #expect(bases.category("economy")?.sources == bodies)
    for body in bodies { #expect(try said("economy", by: body, under: key) == nil, "\(body)") }
    #expect(try said("economy", by: "公安局", under: key)?.reason == "catalog.category_not_yours")
  }

  @Test(
    "where a profile asks for it, a ground is an instrument that the text stands on, or comes with its wording (hebi-2021/1)"
  )
  func instruments() async throws {
    let row = "  - {key: catalog.collection_grounds"
    let law = try CatalogWorld.profiles(
      under: "hebi-2021", replacing: row,
      by:
        "  - {key: catalog.basis_instruments, value: known_or_with_text, article: \"1\", origin: text}\n"
        + row)
    let profile = try #require(law.profile(named: "hebi-2021"))
    let six = ["网络安全法", "数据安全法", "个人信息保护法", "政府信息公开条例", "国发〔2016〕51号", "豫政办〔2018〕2号"]
    #expect(profile.provision(.legalBases)?.value == .words(six))
    func said(_ title: String, _ text: String = "") throws -> CatalogRefusal? {
      var content = try CatalogWorld.content()
      content.shareType = .conditional
      content.conditions = "仅限核对领取资格"
      content.bases = [Basis(kind: .law, title: title, article: "第二十一条", text: text)]
      return refusal { try checkShareTypes(content, isBaseData: false, under: profile) }
    }
    for title in six + ["《中华人民共和国数据安全法》", "鹤壁市政务数据管理办法（试行）"] {
      #expect(try said(title) == nil, "\(title)")
    }
    for text in ["", "……"] {
      let refused = try said("中华人民共和国统计法", text)
      #expect(refused?.reason == "catalog.instrument_unknown")
      #expect(refused?.citation?.text == "hebi-2021/1" && refused?.field == "entry.bases")
      #expect(refused?.sentence.chinese.contains("豫政办〔2018〕2号") == true)
      #expect(refused?.nextStep != nil)
    }
    #expect(try said("中华人民共和国统计法", "统计资料不得对外提供。") == nil)
    // What was added stays with the entry.
    let catalog = try await CatalogCalls(under: "hebi-2021")
    let basis = CommonV1.Basis(
      kind: .law, title: "中华人民共和国统计法", article: "第九条", text: "统计资料不得对外提供。")
    let draft = try await catalog.draft("d") { $0.bases = [basis] }
    let kept = try await catalog.client.getEntry(
      .init(name: draft.name), catalog.options(CatalogCalls.officer))
    #expect(kept.bases == [basis])
  }

  @Test("each category stands in one taxonomy, and a word of another list is none")
  func oneTaxonomy() async throws {
    let held = try CatalogWorld.taxonomies().filter { KnownCategory.taxonomies.contains($0.key) }
    #expect(held.count == KnownCategory.taxonomies.count)
    let slugs = held.values.flatMap { $0.categories.map(\.slug) }
    #expect(Set(slugs).count == slugs.count)
    let catalog = try await CatalogCalls()
    var listed: Set<String> = []
    var token = ""
    repeat {
      let page = try await catalog.client.listCategories(
        .init(pageToken: token), catalog.options(CatalogCalls.officer))
      listed.formUnion(page.categories.map(\.slug))
      token = page.nextPageToken
    } while !token.isEmpty
    #expect(listed == Set(slugs))
    // "electronic-certificate" is a kind of base database, and a kind is no category.
    let draft = try await catalog.draft("d") {
      $0.category = "electronic-certificate"
      $0.resourceClass = ""
    }
    let refused = await status {
      _ = try await catalog.client.submitEntry(
        .init(name: draft.name, requestID: "s"), catalog.options(CatalogCalls.officer))
    }
    #expect(refused?.trailers["weir-reason"] == "catalog.unknown_category")
  }
}

@Suite("An entry has the columns that the text lists, and one of its share types")
struct ColumnListTests {
  @Test(
    "each of the six columns of luyi-2019/8.1b is demanded by name",
    .obligation("luyi-2019/8.1b"),
    arguments: [
      ("item name", "entry.items[2].title"), ("data type", "entry.items[2].type"),
      ("standard", "entry.items.standard"),
      ("providing department", "entry.providing_department"),
      ("share scope", "entry.share_scope"), ("update frequency", "entry.update_frequency"),
    ])
  func columns(_ column: String, _ field: String) async throws {
    let catalog = try await CatalogCalls(under: "luyi-2019")
    func handedIn(_ id: String, without column: String?) async -> Status? {
      await status {
        let draft = try await catalog.draft(id) { entry in
          for index in entry.items.indices { entry.items[index].standard = "GB/T 2261" }
          switch column {
          case "item name": entry.items[2].title = ""
          case "data type": entry.items[2].type = .unspecified
          case "standard": entry.items[2].standard = ""
          case "providing department": entry.providingDepartment = ""
          case "share scope": entry.shareScope = ""
          case "update frequency": entry.updateFrequency = ""
          default: break
          }
        }
        _ = try await catalog.client.submitEntry(
          .init(name: draft.name, requestID: "s\(id)"), catalog.options(CatalogCalls.officer))
      }
    }
    let said = await handedIn("without", without: column)
    #expect(said?.code == .invalidArgument)
    #expect(said?.trailers["weir-field"] == field)
    #expect(await handedIn("whole", without: nil) == nil)
  }

  @Test(
    "three share types are taken and no other value, of an entry, an item and a decision",
    .obligation("meizhou-public-2023/9.2", "hebi-2021/14.1"),
    arguments: ["meizhou-public-2023", "hebi-2021"])
  func shareTypes(_ key: String) async throws {
    let catalog = try await CatalogCalls(under: key)
    let law = CommonV1.Basis(kind: .law, title: "民法典", article: "一千零三十二")
    func handedIn(_ id: String, _ change: (inout CatalogV1.Entry) -> Void) async -> String? {
      await status {
        let draft = try await catalog.draft(id) {
          $0.bases = [law]
          $0.conditions = "仅限核对"
          $0.items[2].title = "日期\(id)"
          change(&$0)
        }
        _ = try await catalog.client.submitEntry(
          .init(name: draft.name, requestID: "s\(id)"), catalog.options(CatalogCalls.officer))
      }?.trailers["weir-field"]
    }
    for type in [CatalogV1.ShareType.unconditional, .conditional, .notShared] {
      #expect(await handedIn("\(type)") { $0.shareType = type } == nil, "\(type)")
    }
    let none = await handedIn("none") { $0.shareType = .unspecified }
    // What Hebi says of a type without ground (14.3) it says of a missing one, too.
    #expect(none == (key == "hebi-2021" ? nil : "entry.share_type"))
    #expect(await handedIn("other") { $0.shareType = .unrecognized(7) } == "entry.share_type")
    #expect(
      await handedIn("item") { $0.items[2].shareType = .unrecognized(7) }
        == "entry.items[2].share_type")
    let decided = await status {
      _ = try await catalog.client.reviewEntry(
        .init(
          name: "entries/E-1", decision: .approve, reason: "依法", requestID: "r",
          shareTypes: [.init(item: "cremated", shareType: .unrecognized(7), bases: [law])]),
        catalog.options(CatalogCalls.authority))
    }
    #expect(decided?.trailers["weir-field"] == "share_types[0].share_type")
  }
}

@Suite("Data are held back on the grounds that the text takes, and on no other")
struct GroundListTests {
  @Test(
    "which kinds of ground count, without any, and without conditions",
    .obligation(
      "meizhou-specific-2021/19c", "meizhou-public-2023/10.1", "meizhou-public-2023/10.2a",
      "hebi-2021/14.3", "guangdong-2018/18.2b"),
    arguments: [
      ("meizhou-specific-2021", ShareType.conditional, [BasisKind.law, .regulation, .rule]),
      ("meizhou-specific-2021", .notShared, [.law, .regulation, .rule]),
      // "The relevant basis" is of any kind but an internal rule.
      (
        "meizhou-public-2023", .conditional,
        [.law, .regulation, .rule, .nationalProvision, .relevantBasis, .dueReason]
      ),
      ("meizhou-public-2023", .notShared, [.law, .regulation, .nationalProvision]),
      ("hebi-2021", .conditional, [.law, .regulation, .nationalProvision]),
      ("hebi-2021", .notShared, [.law, .regulation, .nationalProvision]),
      ("guangdong-2018", .conditional, [.law, .regulation, .rule]),
      ("guangdong-2018", .notShared, [.law, .regulation, .rule]),
    ])
  func grounds(_ key: String, _ type: ShareType, _ taken: [BasisKind]) throws {
    var content = try CatalogWorld.content()
    content.shareType = type
    content.conditions = "用于养老金发放前比对"
    func said(_ change: (inout EntryContent) -> Void) -> String? {
      var changed = content
      change(&changed)
      return refusal { _ = try CatalogWorld.check(changed, under: key) }?.reason
    }
    for kind in BasisKind.allCases {
      let found = said { $0.bases = [Basis(kind: kind, title: "某规定", article: "第一条")] }
      #expect(found == (taken.contains(kind) ? nil : "catalog.basis_invalid"), "\(kind)")
    }
    #expect(said { $0.bases = [] } == "catalog.basis_missing")
    content.bases = [CatalogWorld.basis]
    let bare = said { $0.conditions = "" }
    #expect((bare == nil) == (type == .notShared))
  }

  @Test(
    "in Guangdong the basic items of base data are unconditional, the others need not be",
    .obligation("guangdong-2018/17.2"))
  func basicItems() throws {
    func said(_ index: Int) throws -> CatalogRefusal? {
      var content = try CatalogWorld.content()
      content.category = "person.marriage-adoption"
      content.items[index].shareType = .conditional
      content.items[index].bases = [CatalogWorld.basis]
      content.items[index].conditions = "仅限殡葬补贴核对"
      return refusal { _ = try CatalogWorld.check(content, under: "guangdong-2018") }
    }
    for basic in [0, 1] {
      #expect(try said(basic)?.reason == "catalog.base_data_locked")
      #expect(try said(basic)?.field == "entry.items[\(basic)].share_type")
      #expect(try said(basic)?.citation?.text == "guangdong-2018/17.2")
    }
    #expect(try said(2) == nil)
  }

  @Test(
    "conditions are concrete, not a field that is filled; all read them as they were written",
    .obligation("meizhou-specific-2021/19d"),
    arguments: ["", " ", "无", "（无）", "待定。", "N/A", "—— ——", "同上", "有条件共享"])
  func placeholders(_ conditions: String) async throws {
    var content = try CatalogWorld.content()
    content.shareType = .conditional
    content.bases = [CatalogWorld.basis]
    content.conditions = conditions
    let said = refusal { _ = try CatalogWorld.check(content, under: "meizhou-specific-2021") }
    #expect(said?.reason == "catalog.conditions_missing")
    let written = "无房户凭核验结果申请；仅限住房保障部门。"
    content.conditions = written
    #expect(throws: Never.self) {
      try CatalogWorld.check(content, under: "meizhou-specific-2021")
    }
    let catalog = try await CatalogCalls()
    let draft = try await catalog.draft("d") {
      $0.shareType = .conditional
      $0.bases = [.init(kind: .law, title: "民法典", article: "一千零三十二")]
      $0.conditions = written
    }
    _ = try await catalog.client.submitEntry(
      .init(name: draft.name, requestID: "s"), catalog.options(CatalogCalls.officer))
    let authority = catalog.options(CatalogCalls.authority)
    let waiting = try await catalog.client.getEntry(.init(name: draft.name), authority)
    #expect(waiting.conditions == written)
    _ = try await catalog.client.reviewEntry(
      .init(name: draft.name, decision: .approve, requestID: "r", secrecyPassed: true), authority)
    _ = try await catalog.client.publishEntry(.init(name: draft.name, requestID: "p"), authority)
    let seen = try await catalog.client.getEntry(
      .init(name: draft.name), catalog.options("health dept-officer"))
    #expect(seen.conditions == written)
  }
}

@Suite("Bodies bear the names that their text gives them")
struct LocalNameTests {
  @Test(
    "Luyi's leading group is its construction group, and only Luyi's",
    .obligation("luyi-2019/4.1"))
  func leadingGroup() throws {
    let luyi = try CatalogWorld.profile("luyi-2019").provision(.roleLeadingGroup)
    #expect(luyi?.value.text == "社会服务管理信息化建设小组")
    #expect(luyi?.citation.text == "luyi-2019/4.1")
    let hebi = try CatalogWorld.profile("hebi-2021").provision(.roleLeadingGroup)
    #expect(hebi?.value != luyi?.value)
    #expect(Role(rawValue: "leading-group") == .leadingGroup)
  }
}

@Suite("What is not electronic is catalogued all the same (meizhou-public-2023/3.i1)")
struct PaperTests {
  @Test(
    "a register on paper is published, and no system can be mounted on it",
    .obligation("meizhou-public-2023/3.i1"))
  func paper() async throws {
    let catalog = try await CatalogCalls()
    let name = try await catalog.draft("d") { $0.dataForm = "non_electronic" }.name
    let published = try await catalog.publish(name, "p")
    #expect(published.state == .published && published.dataForm == "non_electronic")
    let said = await status {
      _ = try await catalog.client.mountEntry(
        .init(
          name: name, sourceSystem: "departments/civil-affairs/systems/registers", requestID: "m"),
        catalog.options(CatalogCalls.officer))
    }
    #expect(said?.code == .failedPrecondition)
    #expect(said?.trailers["weir-reason"] == "catalog.not_electronic")
    #expect(said?.trailers["weir-field"] == "entry.data_form")
  }
}
