// The catalogue as callers see it: through its messages, with a real store and evidence.

import CatalogHandlers
import CatalogRules
import CatalogStore
import Contracts
import Database
import Integrity
import RPC
import TestSupport
import Testing
import Vocabulary

@Suite("The catalogue answers its callers (meizhou-public-2023/6, 7, 8, 10)")
struct CatalogCallTests {
  @Test(
    "drafted, submitted, approved, published: each step is told and logged",
    .obligation("meizhou-specific-2021/4"),
    arguments: Backend.allCases)
  func mainPath(_ backend: Backend) async throws {
    let catalog = try await CatalogCalls(backend)
    let draft = try await catalog.draft("c-1")
    #expect(draft.name == "entries/E-1")
    #expect(draft.state == .draft)
    #expect(draft.profile.hasPrefix("meizhou-public-2023@"))
    let published = try await catalog.publish(draft.name, "c-1")
    #expect(published.state == .published)
    #expect(published.resourceCode.hasPrefix("DEATH-441400-0000001-"))
    #expect(
      published.history.map(\.toState) == ["submitted", "submitted", "approved", "published"])
    let outbox = try #require(catalog.database.outbox)
    let topics = try await outbox.read(after: 0, limit: 10).map(\.topic)
    #expect(
      topics == [
        "catalog.entry_drafted", "catalog.entry_submitted", "catalog.entry_approved",
        "catalog.entry_published",
      ])
    let resolved = try await catalog.client.resolveEntry(
      CatalogV1.ResolveEntryRequest(name: draft.name))
    #expect(resolved.items.map(\.name) == ["id-number", "name", "cremated"])
    let snapshot = try await catalog.client.listEntries(
      CatalogV1.ListEntriesRequest(), catalog.options("health dept-officer"))
    #expect(snapshot.entries.map(\.name) == [draft.name])
  }

  @Test("a refusal names reason, field and article, changes nothing, and is recorded")
  func refusals() async throws {
    let catalog = try await CatalogCalls()
    let draft = try await catalog.draft("d") { $0.shareScope = "" }
    let said = await status {
      _ = try await catalog.client.submitEntry(
        CatalogV1.SubmitEntryRequest(name: draft.name, requestID: "s"),
        catalog.options(CatalogCalls.officer))
    }
    #expect(said?.code == .invalidArgument)
    #expect(said?.trailers["weir-reason"] == "catalog.field_missing")
    #expect(said?.trailers["weir-field"] == "entry.share_scope")
    #expect(said?.trailers["weir-article"]?.hasPrefix("meizhou-public-2023/7.3") == true)
    #expect(Set(catalog.refusals.reasons) == ["catalog.field_missing"])
    let now = try await catalog.client.getEntry(
      CatalogV1.GetEntryRequest(name: draft.name), catalog.options(CatalogCalls.officer))
    var told = draft
    told.receipt = nil
    #expect(now == told)
  }

  @Test("validate_only says what would become and changes nothing")
  func trial() async throws {
    let catalog = try await CatalogCalls()
    let draft = try await catalog.draft("d")
    let trial = try await catalog.client.submitEntry(
      CatalogV1.SubmitEntryRequest(name: draft.name, validateOnly: true),
      catalog.options(CatalogCalls.officer))
    #expect(trial.state == .submitted)
    #expect(trial.reviewDue?.date == "2024-03-11")
    let now = try await catalog.client.getEntry(
      CatalogV1.GetEntryRequest(name: draft.name), catalog.options(CatalogCalls.officer))
    #expect(now.state == .draft)
  }

  @Test("how many rows may be wrong: what the entry says, none at all, or nothing said")
  func rejectThreshold() async throws {
    let catalog = try await CatalogCalls()
    for percent: Int32? in [nil, 0, 100] {
      let draft = try await catalog.draft("d\(percent ?? -1)") {
        $0.rejectThresholdPercent = percent
      }
      let kept = try await catalog.client.getEntry(
        CatalogV1.GetEntryRequest(name: draft.name), catalog.options(CatalogCalls.officer))
      #expect(kept.rejectThresholdPercent == percent)
    }
    let said = await status {
      _ = try await catalog.draft("d") { $0.rejectThresholdPercent = 101 }
    }
    #expect(said?.trailers["weir-field"] == "entry.reject_threshold_percent")
  }

  @Test(
    "readers keep the published version until the next is published; the old one is superseded (luyi-2019/9.1)",
    .obligation("meizhou-public-2023/8b", "luyi-2019/9.1")
  )
  func versions() async throws {
    let catalog = try await CatalogCalls()
    let first = try await catalog.publish(try await catalog.draft("v").name, "v1")
    var change = CatalogCalls.entry { $0.title = "火化登记" }
    change.name = first.name
    let pending = try await catalog.client.updateEntry(
      CatalogV1.UpdateEntryRequest(entry: change, requestID: "u"),
      catalog.options(CatalogCalls.officer))
    #expect(pending.version == 2)
    let reader = catalog.options("health dept-officer")
    let seen = try await catalog.client.getEntry(
      CatalogV1.GetEntryRequest(name: first.name), reader)
    #expect(seen.title == "火化记录")
    // What is being prepared, who decided and with what words is for owner and authority (AC-13).
    #expect(seen.pendingVersion == 0)
    #expect(!seen.history.isEmpty)
    #expect(seen.history.allSatisfy { $0.actor.isEmpty && $0.reason.isEmpty })
    let own = try await catalog.client.getEntry(
      CatalogV1.GetEntryRequest(name: first.name), catalog.options(CatalogCalls.officer))
    #expect(own.pendingVersion == 2)
    #expect(own.history.allSatisfy { !$0.actor.isEmpty })
    let hidden = await status {
      _ = try await catalog.client.getEntry(
        CatalogV1.GetEntryRequest(name: first.name + "/versions/2"), reader)
    }
    #expect(hidden?.code == .notFound)
    let second = try await catalog.publish(first.name, "v2")
    #expect(second.resourceCode == first.resourceCode)
    let old = try await catalog.database.read { try $0.entryVersion(1, 1) }
    #expect(old?.state == .superseded)
  }

  @Test("an etag of yesterday loses the race")
  func etag() async throws {
    let catalog = try await CatalogCalls()
    let draft = try await catalog.draft("e")
    var change = CatalogCalls.entry { $0.title = "改" }
    change.name = draft.name
    change.etag = draft.etag
    _ = try await catalog.client.updateEntry(
      CatalogV1.UpdateEntryRequest(entry: change, requestID: "e-1"),
      catalog.options(CatalogCalls.officer))
    change.title = "再改"
    let said = await status {
      _ = try await catalog.client.updateEntry(
        CatalogV1.UpdateEntryRequest(entry: change, requestID: "e-2"),
        catalog.options(CatalogCalls.officer))
    }
    #expect(said?.code == .aborted)
  }

  @Test("malformed names, tokens, words and numbers are refused with their field")
  func malformed() async throws {
    let catalog = try await CatalogCalls()
    func field(_ body: () async throws -> Void) async -> String? {
      await status(body)?.trailers["weir-field"]
    }
    let officer = catalog.options(CatalogCalls.officer)
    #expect(
      await field {
        _ = try await catalog.client.getEntry(CatalogV1.GetEntryRequest(name: "E-1"), officer)
      } == "name")
    #expect(
      await field {
        _ = try await catalog.client.listEntries(
          CatalogV1.ListEntriesRequest(pageToken: "1.2.3"), officer)
      } == "page_token")
    #expect(
      await field { _ = try await catalog.draft("x") { $0.dataForm = "song" } } == "entry.data_form"
    )
    #expect(await field { _ = try await catalog.draft("x") { $0.grade = 9 } } == "entry.grade")
    #expect(
      await field { _ = try await catalog.draft("x") { $0.items[0].mask = "all" } }
        == "entry.items[0].mask")
    #expect(
      await field { _ = try await catalog.draft("x") { $0.secrecy = .stateSecret } }
        == "entry.secrecy")
  }
}

@Suite("Entries are found within what a caller may see, at a constant cost (AC-13)")
struct EntrySearchTests {
  @Test(
    "pages hold every visible entry once, in order, for any page size", arguments: Backend.allCases)
  func pages(_ backend: Backend) async throws {
    let catalog = try await CatalogCalls(backend)
    for number in 1...7 {
      let draft = try await catalog.draft("p\(number)") {
        $0.title = "登记\(number)"
        $0.items[2].title = "日期\(number)"
      }
      if number % 2 == 1 { _ = try await catalog.publish(draft.name, "p\(number)") }
    }
    func all(_ caller: String, size: Int32) async throws -> [String] {
      var names: [String] = []
      var token = ""
      repeat {
        let page = try await catalog.client.listEntries(
          CatalogV1.ListEntriesRequest(pageSize: size, pageToken: token), catalog.options(caller))
        names += page.entries.map(\.name)
        token = page.nextPageToken
      } while !token.isEmpty
      return names
    }
    for size: Int32 in [1, 2, 3, 7, 50] {
      #expect(try await all(CatalogCalls.officer, size: size) == (1...7).map { "entries/E-\($0)" })
      #expect(
        try await all("health dept-officer", size: size)
          == [1, 3, 5, 7].map { "entries/E-\($0)" })
      #expect(
        try await all(CatalogCalls.authority, size: size)
          == [1, 3, 5, 7].map { "entries/E-\($0)" })
    }
    let last = try await catalog.client.listEntries(
      CatalogV1.ListEntriesRequest(pageToken: PageToken([.max, .max]).text),
      catalog.options(CatalogCalls.officer))
    #expect(last.entries.isEmpty)
  }

  @Test("a page costs the same number of statements whatever its length")
  func statements() async throws {
    let catalog = try await CatalogCalls()
    for number in 1...6 { _ = try await catalog.draft("s\(number)") { $0.title = "记录\(number)" } }
    func cost(_ size: Int32, _ query: String) async throws -> Int {
      let before = catalog.database.statementCount
      _ = try await catalog.client.listEntries(
        CatalogV1.ListEntriesRequest(query: query, pageSize: size),
        catalog.options(CatalogCalls.officer))
      return catalog.database.statementCount - before
    }
    for query in ["", "记录", "记录 日期"] {
      for size: Int32 in [1, 3, 6, 500] { #expect(try await cost(size, query) == 4) }
    }
  }

  @Test("a search finds what is written in titles and items, in Chinese and in Latin letters")
  func search() async throws {
    let catalog = try await CatalogCalls()
    _ = try await catalog.draft("a")
    _ = try await catalog.draft("b") {
      $0.title = "低收入家庭 LowIncome"
      $0.items[2].title = "认定日期"
    }
    func found(_ query: String) async throws -> [String] {
      try await catalog.client.listEntries(
        CatalogV1.ListEntriesRequest(query: query), catalog.options(CatalogCalls.officer)
      ).entries.map(\.name)
    }
    #expect(try await found("火化") == ["entries/E-1"])
    #expect(try await found("认定日期") == ["entries/E-2"])
    #expect(try await found("lowincome") == ["entries/E-2"])
    #expect(try await found("日期") == ["entries/E-1", "entries/E-2"])
    #expect(try await found("火葬").isEmpty)
    #expect(try await found("' OR 1=1 --").isEmpty)
  }
}
