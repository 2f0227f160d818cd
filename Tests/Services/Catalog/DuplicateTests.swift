// What is shared already is not collected again; and what else an entry may not say of itself.

import CatalogHandlers
import CatalogRules
import Contracts
import RPC
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("Collecting what is shared already (hebi-2021/11.1b, guangdong-2018/13.2)")
struct DuplicateTests {
  @Test("titles that differ by width, blanks or punctuation mean one datum; others do not")
  func same() {
    for (first, second) in [
      ("死亡日期", "死亡日期 "), ("死亡（日期）", "死亡日期"), ("ＩＤ号", "id号"), ("姓 名", "姓名"),
      ("金额(元)", "金额（元）"), ("死亡－日期", "死亡-日期"), ("等级Ⅱ", "等级II"), ("第①项", "第1项"),
      ("ｶﾞｿﾘﾝ", "ガソリン"), ("\u{F90A}额", "金额"), ("\u{2F26}女", "子女"), ("cafe\u{301}", "café"),
      ("面积㎡", "面积m2"), ("2019—2020年", "2019-2020年"), ("《婚姻登记》", "婚姻登记"), ("年、月", "年月"),
    ] { #expect(sameDatum(first, second), "\(first) \(second)") }
    for (first, second) in [
      ("死亡日期", "死亡时间"), ("姓名1", "姓名2"), ("父亲姓名", "姓名"), ("PM2.5", "PM25"), ("1.5倍标准", "15倍标准"),
      ("5%", "5"), ("%", "℃"), ("（）", "《》"), ("café", "cafe"), ("表1 2", "表12"), ("A+", "A"),
    ] {
      #expect(!sameDatum(first, second), "\(first) \(second)")
    }
  }

  /// A catalogue in which the police share a datum.
  private func world(_ key: String) async throws -> (CatalogCalls, String) {
    let catalog = try await CatalogCalls(under: key)
    let police = "police dept-officer"
    let made = try await catalog.entry("first", of: police, item: "死亡日期")
    let submitted = try await catalog.submit(made.name, by: police)
    if submitted.state == .submitted { _ = try await catalog.approve(made.name) }
    let publisher = submitted.state == .submitted ? CatalogCalls.authority : "police dept-head"
    _ = try await catalog.client.publishEntry(
      .init(name: made.name, requestID: "p"), catalog.options(publisher))
    return (catalog, made.name)
  }

  @Test(
    "in Hebi it is refused with the entry that shares it, unless the authority gives leave",
    .obligation("hebi-2021/11.1b", "hebi-2021/8.1a"))
  func refused() async throws {
    let (catalog, shared) = try await world("hebi-2021")
    let again = try await catalog.entry("again", of: CatalogCalls.health, item: "死亡（日期）")
    let said = await status { _ = try await catalog.submit(again.name, by: CatalogCalls.health) }
    #expect(said?.trailers["weir-reason"] == "catalog.shared_already")
    #expect(said?.trailers["weir-article"] == "hebi-2021/11.1b")
    #expect(said?.trailers["weir-field"] == "entry.items[2].title")
    #expect(said?.message.contains(shared) == true)
    let leave = CatalogV1.DuplicateRecord(
      department: "departments/health", datum: "死亡日期", entry: shared, reason: "临床核验需要")
    for (caller, record) in [
      (CatalogCalls.health, leave),
      (
        CatalogCalls.authority,
        .init(department: leave.department, datum: leave.datum, entry: shared, reason: "")
      ),
    ] {
      let no = await status {
        _ = try await catalog.list(caller, "l" + caller) { $0.duplicate = record }
      }
      #expect(no != nil)
    }
    // Nobody gives himself leave (AC-11).
    let own = await status {
      _ = try await catalog.list(CatalogCalls.authority, "own") {
        $0.duplicate = leave
        $0.duplicate?.department = "departments/data-bureau"
      }
    }
    #expect(own?.trailers["weir-reason"] == "catalog.listing_not_yours")
    _ = try await catalog.list(CatalogCalls.authority, "leave") { $0.duplicate = leave }
    #expect(try await catalog.submit(again.name, by: CatalogCalls.health).state == .submitted)
    // A department lists its own entries with their versions.
    let listed = try await catalog.client.listEntries(
      .init(owner: "departments/health"), catalog.options(CatalogCalls.health)
    ).entries
    #expect(listed.map(\.name) == [again.name] && listed.map(\.version) == [1])
  }

  @Test(
    "in Guangdong it is told with the entry, and goes on with a reason",
    .obligation("guangdong-2018/13.2"))
  func reasoned() async throws {
    let (catalog, shared) = try await world("guangdong-2018")
    let again = try await catalog.entry("again", of: CatalogCalls.health, item: "死亡日期")
    let said = await status { _ = try await catalog.submit(again.name, by: CatalogCalls.health) }
    #expect(said?.trailers["weir-reason"] == "catalog.shared_already")
    #expect(said?.trailers["weir-article"] == "guangdong-2018/13.2")
    #expect(said?.message.contains(shared) == true)
    var reasoned = again
    reasoned.duplicateReason = "须由医疗机构当场登记"
    _ = try await catalog.client.updateEntry(
      .init(entry: reasoned, requestID: "u"), catalog.options(CatalogCalls.health))
    let tried = try await catalog.client.submitEntry(
      .init(name: again.name, requestID: "t", validateOnly: true),
      catalog.options(CatalogCalls.health))
    #expect(tried.warnings.map(\.entry) == [shared] && tried.warnings.map(\.item) == ["死亡日期"])
    _ = try await catalog.submit(again.name, by: CatalogCalls.health)
  }
}

@Suite("What an entry says of its data, and to what it is bound")
struct EntryFormTests {
  @Test(
    "eight media and four sources, structured or not; others are refused",
    .obligation("hebi-2021/3.1"))
  func forms() async throws {
    let catalog = try await CatalogCalls(under: "hebi-2021")
    let media = DataForm.allCases.filter { $0 != .nonElectronic }
    #expect(media.count == 8 && AcquisitionSource.allCases.count == 4)
    for (index, form) in media.enumerated() {
      let source = AcquisitionSource.allCases[index % 4]
      let made = try await catalog.draft("d\(index)") {
        $0.dataForm = form.rawValue
        $0.acquisitionSource = source.rawValue
        $0.structure = DataStructure.allCases[index % 2].rawValue
      }
      #expect(made.dataForm == form.rawValue && made.acquisitionSource == source.rawValue)
    }
    for (field, change) in [
      ("entry.data_form", { $0.dataForm = "hologram" }),
      ("entry.acquisition_source", { $0.acquisitionSource = "bought" }),
      ("entry.structure", { $0.structure = "somewhat" }),
    ] as [(String, (inout CatalogV1.Entry) -> Void)] {
      let refused = await status { _ = try await catalog.draft(field, change) }
      #expect(refused?.trailers["weir-field"] == field)
    }
  }

  private func mount(
    _ catalog: CatalogCalls, _ entry: String, _ resource: CatalogV1.MountedResource, _ id: String
  ) async throws -> CatalogV1.Entry {
    try await catalog.client.mountEntry(
      .init(
        name: entry, sourceSystem: "departments/civil-affairs/systems/registers", requestID: id,
        resource: resource), catalog.options(CatalogCalls.officer))
  }

  @Test(
    "an unmounted entry is listed; a resource has a column for each item",
    .obligation("meizhou-specific-2021/7c"))
  func columns() async throws {
    let catalog = try await CatalogCalls(under: "meizhou-specific-2021")
    // In the trial's time.
    catalog.clock.pass(seconds: -730 * 86_400)
    let draft = try await catalog.draft("d")
    _ = try await catalog.submit(draft.name, by: CatalogCalls.officer)
    _ = try await catalog.client.publishEntry(
      .init(name: draft.name, requestID: "p"), catalog.options("civil-affairs dept-head"))
    func unmounted() async throws -> [String] {
      try await catalog.client.listEntries(
        .init(only: "unmounted"), catalog.options(CatalogCalls.authority)
      ).entries.map(\.name)
    }
    #expect(try await unmounted() == [draft.name])
    let table = CatalogV1.MountedResource(
      location: "t_cremation", columns: ["身份证号码", "name"], description: "")
    let refused = await status { _ = try await mount(catalog, draft.name, table, "m1") }
    #expect(refused?.trailers["weir-reason"] == "catalog.columns_missing")
    #expect(refused?.message.contains("火化日期") == true)
    #expect(try await unmounted() == [draft.name])
    var whole = table
    whole.columns.append("火化日期")
    let mounted = try await mount(catalog, draft.name, whole, "m2")
    #expect(mounted.mounted && mounted.resource == whole)
    #expect(try await unmounted().isEmpty)
    let gone = try await catalog.client.mountEntry(
      .init(name: draft.name, requestID: "m3"), catalog.options(CatalogCalls.officer))
    #expect(!gone.mounted && gone.resource == nil)
    #expect(try await unmounted() == [draft.name])
  }

  @Test(
    "meizhou-specific-2021/9a a resource code is registered once, whoever brings it",
    .obligation("meizhou-specific-2021/9a"), arguments: Backend.allCases)
  func oneRegistry(_ backend: Backend) async throws {
    let catalog = try await CatalogCalls(backend, under: "meizhou-specific-2021")
    // In the trial's time.
    catalog.clock.pass(seconds: -730 * 86_400)
    let draft = try await catalog.draft("d")
    _ = try await catalog.submit(draft.name, by: CatalogCalls.officer)
    let published = try await catalog.client.publishEntry(
      .init(name: draft.name, requestID: "p"), catalog.options("civil-affairs dept-head"))
    #expect(isResourceCode(published.resourceCode))
    func register(_ caller: String, _ id: String, name: String = "") async -> Status? {
      let entry = CatalogCalls.entry {
        $0.name = name
        $0.resourceCode = published.resourceCode
      }
      return await status {
        if name.isEmpty {
          _ = try await catalog.client.createEntry(
            .init(entry: entry, requestID: id), catalog.options(caller))
        } else {
          _ = try await catalog.client.updateEntry(
            .init(entry: entry, requestID: id), catalog.options(caller))
        }
      }
    }
    for caller in [CatalogCalls.health, CatalogCalls.officer] {
      let refused = await register(caller, "again")
      #expect(refused?.code == .alreadyExists)
      #expect(refused?.trailers["weir-reason"] == "catalog.resource_code_taken")
      #expect(refused?.trailers["weir-field"] == "entry.resource_code")
      #expect(refused?.trailers["weir-article"] == "meizhou-specific-2021/9a")
      #expect(refused?.message.contains(draft.name) == true)
    }
    let other = try await catalog.entry("other", of: CatalogCalls.health, item: "死亡日期")
    #expect(
      await register(CatalogCalls.health, "moved", name: other.name)?.trailers["weir-reason"]
        == "catalog.resource_code_taken")
    // One registry for both, where everybody finds the one entry.
    for caller in [CatalogCalls.health, CatalogCalls.officer] {
      let held = try await catalog.client.listEntries(
        .init(state: .published), catalog.options(caller))
      #expect(held.entries.map(\.resourceCode) == [published.resourceCode])
    }
    // Its own entry goes on with it.
    #expect(await register(CatalogCalls.officer, "own", name: draft.name) == nil)
  }

  @Test(
    "meizhou-specific-2021/10a an entry that nobody touched for its review age is on its owner's list",
    .obligation("meizhou-specific-2021/10a"), arguments: Backend.allCases)
  func upkeep(_ backend: Backend) async throws {
    let catalog = try await CatalogCalls(backend, under: "meizhou-specific-2021")
    // 2022-03-05, in the trial's time.
    catalog.clock.pass(seconds: -730 * 86_400)
    var names: [String] = []
    for id in ["d", "e", "f"] {
      names.append(try await catalog.draft(id) { $0.title = "火化记录" + id }.name)
    }
    for name in names.dropLast() {
      _ = try await catalog.submit(name, by: CatalogCalls.officer)
      _ = try await catalog.client.publishEntry(
        .init(name: name, requestID: "p" + name), catalog.options("civil-affairs dept-head"))
    }
    func idle(_ caller: String = CatalogCalls.officer) async throws -> [CommonV1.Duty] {
      var (found, token): ([CommonV1.Duty], String) = ([], "")
      repeat {
        let page = try await catalog.client.listDuties(
          .init(pageSize: 1, pageToken: token), catalog.options(caller))
        found += page.duties
        token = page.nextPageToken
      } while !token.isEmpty
      return found.filter { $0.action == "keep-current" }
    }
    // Until the end of the due day, 2023-03-05.
    catalog.clock.pass(seconds: 365 * 86_400)
    #expect(try await idle().isEmpty)
    catalog.clock.pass(seconds: 86_400)
    let late = try await idle()
    #expect(late.map(\.resource) == Array(names.dropLast()))
    #expect(late.first?.due?.date == "2023-03-05" && late.first?.due?.overdueDays == 1)
    #expect(late.first?.due?.article == "meizhou-specific-2021/10a")
    #expect(try await idle(CatalogCalls.health).isEmpty)
    // A new version takes it off; the old one stays readable.
    let next = try await catalog.client.updateEntry(
      .init(
        entry: CatalogCalls.entry {
          $0.name = names[0]
          $0.title = "火化登记"
        }, requestID: "u"), catalog.options(CatalogCalls.officer))
    #expect(next.version == 2 && next.state == .draft)
    let old = try await catalog.client.getEntry(
      .init(name: names[0] + "/versions/1"), catalog.options(CatalogCalls.health))
    #expect(old.title == "火化记录d" && old.state == .published)
    #expect(try await idle().map(\.resource) == [names[1]])
  }

  @Test(
    "a file that is no table is mounted with what describes it",
    .obligation("guangdong-2018/32.1"))
  func unstructured() async throws {
    let catalog = try await CatalogCalls(under: "guangdong-2018")
    for form in DataForm.allCases where form != .nonElectronic {
      for structure in DataStructure.allCases {
        let made = try await catalog.draft("\(form)\(structure)") {
          $0.dataForm = form.rawValue
          $0.structure = structure.rawValue
        }
        #expect(made.structure == structure.rawValue)
      }
    }
    let draft = try await catalog.draft("d") {
      $0.title = "殡葬影像"
      $0.dataForm = "video"
      $0.structure = "unstructured"
    }
    _ = try await catalog.submit(draft.name, by: CatalogCalls.officer)
    _ = try await catalog.client.publishEntry(
      .init(name: draft.name, requestID: "p"), catalog.options("civil-affairs dept-head"))
    var file = CatalogV1.MountedResource(location: "/delivery/video", columns: [], description: "")
    let bare = file
    let refused = await status { _ = try await mount(catalog, draft.name, bare, "m1") }
    #expect(refused?.trailers["weir-field"] == "resource.description")
    file.description = "MP4，2015 年以来 1,200 段，按火化编号命名"
    #expect(try await mount(catalog, draft.name, file, "m2").resource == file)
  }

  @Test(
    "five rights with their holders; the state owns, and nothing changes that",
    .obligation("hebi-2021/5a"))
  func rights() async throws {
    let catalog = try await CatalogCalls(under: "hebi-2021")
    let made = try await catalog.draft("d") {
      $0.rights = [.init(right: "ownership", holder: "departments/civil-affairs", article: "")]
    }
    func holders(_ entry: CatalogV1.Entry) -> [String] {
      entry.rights.map { "\($0.right) \($0.holder)" }
    }
    let expected = [
      "ownership state", "collection departments/civil-affairs", "management authority",
      "use departments/civil-affairs", "income ",
    ]
    #expect(holders(made) == expected)
    #expect(made.rights.allSatisfy { $0.article == "hebi-2021/5a" })
    var changed = made
    changed.rights[0].holder = "departments/civil-affairs"
    changed.owner = "departments/health"
    let kept = try await catalog.client.updateEntry(
      .init(entry: changed, requestID: "u"), catalog.options(CatalogCalls.officer))
    #expect(holders(kept) == expected)
  }

  @Test(
    "unconditional is for all bodies: naming some is refused",
    .obligation("meizhou-public-2023/9.3"))
  func scope() async throws {
    let catalog = try await CatalogCalls(under: "meizhou-public-2023")
    let some = try await catalog.draft("s") { $0.shareDepartments = ["departments/health"] }
    let refused = await status { _ = try await catalog.submit(some.name, by: CatalogCalls.officer) }
    #expect(refused?.trailers["weir-field"] == "entry.share_departments")
    // Whoever is registered sees it and takes it: nothing of the caller is asked.
    let all = try await catalog.draft("a")
    let published = try await catalog.publish(all.name, "p")
    for caller in ["health dept-officer", "police dept-officer", "county-affairs dept-officer"] {
      let seen = try await catalog.client.getEntry(
        .init(name: published.name), catalog.options(caller))
      #expect(seen.shareType == .unconditional && seen.shareDepartments.isEmpty)
    }
  }
}

@Suite("Whose categories are, and what is shared without being asked for")
struct ListedSourceTests {
  @Test(
    "seven spatial categories, each open to five kinds of authority and to research institutions",
    .obligation("meizhou-public-2023/17"))
  func spatial() throws {
    let known = try CatalogWorld.taxonomies()["base-data"]?.categories(under: "space") ?? []
    #expect(known.count == 7)
    let owners: Set = ["自然资源", "水务", "农业农村", "林业", "气象", "科学研究机构"]
    for category in known {
      #expect(Set(category.sources) == owners && category.isAssignedByText, "\(category.slug)")
      var content = try CatalogWorld.content()
      content.category = category.slug
      for kind in owners.sorted() + ["民政"] {
        let said = refusal {
          _ = try CatalogWorld.check(
            content, owner: try CatalogWorld.facts("civil-affairs", kinds: [kind]))
        }
        #expect((said?.reason == "catalog.category_not_yours") == (kind == "民政"), "\(kind)")
      }
    }
  }

  /// A catalogue of Luyi in which an entry of a category is ready to be handed in.
  private func luyi(
    _ category: String, _ change: @escaping @Sendable (inout CatalogV1.Entry) -> Void
  ) async throws -> (CatalogCalls, CatalogV1.Entry) {
    let catalog = try await CatalogCalls(under: "luyi-2019")
    let draft = try await catalog.draft("d") {
      $0.category = category
      $0.resourceClass = ""
      for index in $0.items.indices { $0.items[index].standard = "GB/T 2261" }
      change(&$0)
    }
    return (catalog, draft)
  }

  private func permit(
    _ catalog: CatalogCalls, _ kind: String, entry: String = "", category: String = ""
  ) async throws -> String {
    let made = try await catalog.list(CatalogCalls.authority, "m" + kind + entry) {
      $0.meeting = .init(
        date: "2024-03-01", matters: ["核定"], decision: "同意",
        permits: [
          .init(
            kind: kind, entry: entry,
            department: kind == "source" ? "departments/civil-affairs" : "", category: category)
        ])
    }
    // What the group permits, the group confirms (luyi-2019/4.1).
    #expect(made.state == .pending)
    #expect(made.confirmations.map(\.part) == ["leading-group"])
    let held = try await catalog.decide(made.name, .confirm, "police/chen leading-group")
    #expect(held.state == .inForce)
    return made.name
  }

  @Test(
    "thirteen kinds are sources of legal-person data; another needs the group's decision",
    .obligation("luyi-2019/3.2"))
  func thirteen() async throws {
    let category = try #require(
      try CatalogWorld.taxonomies()["luyi-bases"]?.category("legal-person"))
    #expect(
      category.sources == [
        "市场监管", "税务", "编办", "民政", "发改", "公安", "人社", "卫生", "商务", "统计", "教育", "文广旅", "应急管理",
      ])
    let catalog = try await CatalogCalls(under: "luyi-2019") { department in
      if department.name == "departments/civil-affairs" { department.kinds = ["林业"] }
    }
    let draft = try await catalog.draft("d") {
      $0.category = "legal-person"
      $0.resourceClass = ""
      for index in $0.items.indices { $0.items[index].standard = "GB/T 2261" }
    }
    let refused = await status {
      _ = try await catalog.submit(draft.name, by: CatalogCalls.officer)
    }
    #expect(refused?.trailers["weir-reason"] == "catalog.group_decision_missing")
    #expect(refused?.trailers["weir-article"] == "luyi-2019/3.2")
    var decided = draft
    decided.groupDecision = try await permit(catalog, "source", category: "legal-person")
    _ = try await catalog.client.updateEntry(
      .init(entry: decided, requestID: "u"), catalog.options(CatalogCalls.officer))
    #expect(try await catalog.submit(draft.name, by: CatalogCalls.officer).state == .submitted)
  }

  @Test(
    "class 1: identifying items are shared by rule; class 2: the provider says so",
    .obligation("luyi-2019/10.i1", "luyi-2019/10.i2"))
  func firstTwo() async throws {
    let (catalog, draft) = try await luyi("population.tax") {
      $0.shareType = .conditional
      $0.bases = [CatalogCalls.law]
      $0.conditions = "仅限核对"
    }
    let submitted = try await catalog.submit(draft.name, by: CatalogCalls.officer)
    #expect(submitted.items.map(\.shareType) == [.unconditional, .unconditional, .unspecified])
    for sharing in ["identifying", "declared"] {
      let (other, entry) = try await luyi("population.tax") {
        $0.shareType = .unspecified
        $0.activeSharing = sharing
      }
      let taken = try await other.submit(entry.name, by: CatalogCalls.officer)
      #expect(taken.shareType == .unconditional && taken.activeSharing == sharing)
      let (closed, held) = try await luyi("population.tax") {
        $0.shareType = .conditional
        $0.bases = [CatalogCalls.law]
        $0.conditions = "仅限核对"
        $0.activeSharing = sharing
      }
      let refused = await status {
        _ = try await closed.submit(held.name, by: CatalogCalls.officer)
      }
      #expect(refused?.trailers["weir-field"] == "entry.share_type")
    }
    // No other text knows the classes.
    let elsewhere = try await CatalogCalls(under: "hebi-2021")
    let strange = try await elsewhere.draft("d") { $0.activeSharing = "declared" }
    let unknown = await status {
      _ = try await elsewhere.submit(strange.name, by: CatalogCalls.officer)
    }
    #expect(unknown?.trailers["weir-reason"] == "catalog.active_sharing_unknown")
  }

  @Test("class 3: with the decision of the construction group", .obligation("luyi-2019/10.i3"))
  func third() async throws {
    let (catalog, draft) = try await luyi("population.tax") {
      $0.shareType = .unspecified
      $0.activeSharing = "determined"
    }
    func handIn(_ decision: String, _ id: String) async throws -> Status? {
      var next = draft
      next.etag = ""
      next.groupDecision = decision
      let changed = next
      _ = try await catalog.client.updateEntry(
        .init(entry: changed, requestID: id), catalog.options(CatalogCalls.officer))
      return await status { _ = try await catalog.submit(draft.name, by: CatalogCalls.officer) }
    }
    let other = try await permit(catalog, "active_sharing", entry: "entries/E-99")
    for (index, decision) in ["", "listings/L-77", other].enumerated() {
      let refused = try await handIn(decision, "u\(index)")
      #expect(refused?.trailers["weir-reason"] == "catalog.group_decision_missing")
      #expect(refused?.trailers["weir-article"] == "luyi-2019/10")
    }
    let own = try await permit(catalog, "active_sharing", entry: draft.name)
    #expect(try await handIn(own, "own") == nil)
  }
}
