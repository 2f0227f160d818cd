// A reform on the eve of a holiday, under the law of the specific population (meizhou-specific-2021/10b).

import Contracts
import RPC
import TestSupport
import Testing
import Vocabulary

@Suite("The catalogue follows a reform within 15 working days (meizhou-specific-2021/10b)")
struct ReformTests {
  private let day: Int64 = 86_400_000

  @Test(
    "from the eve of Spring Festival the holiday is passed over; the day after, the authority urges",
    .obligation("meizhou-specific-2021/10b"))
  func springFestival() async throws {
    let catalog = try await CatalogCalls()
    let eve = try #require(CivilDate(iso: "2022-01-30"))
    let start = try #require(CivilDate(iso: "2024-03-04"))
    catalog.clock.pass(milliseconds: -Int64(start.daysSince(eve)) * day)
    let officer = catalog.options(CatalogCalls.officer)
    let name = try await catalog.draft("d").name
    let submitted = try await catalog.client.submitEntry(.init(name: name, requestID: "s"), officer)
    #expect(submitted.profile.hasPrefix("meizhou-specific-2021@"))
    _ = try await catalog.client.publishEntry(
      .init(name: name, requestID: "p"), catalog.options("civil-affairs dept-head"))
    let change = try await catalog.client.registerChange(
      .init(
        entry: name, kind: .function, date: eve.iso, description: "机构改革，职能划转", requestID: "c"),
      officer)
    // Seven days of Spring Festival, then fifteen working days.
    #expect(change.due?.date == "2022-02-25")
    #expect(change.due?.article == "meizhou-specific-2021/10b")
    func duties(_ caller: String) async throws -> [String] {
      try await catalog.client.listDuties(.init(), catalog.options(caller)).duties
        .filter { $0.resource == change.name }.map { "\($0.action) \($0.due?.overdueDays ?? 0)" }
    }
    let due = try #require(CivilDate(iso: "2022-02-25"))
    catalog.clock.pass(milliseconds: Int64(due.daysSince(eve)) * day)
    #expect(try await duties(CatalogCalls.officer) == ["follow-change 0"])
    #expect(try await duties(CatalogCalls.authority).isEmpty)
    // Over a weekend to Monday.
    catalog.clock.pass(milliseconds: 3 * day)
    #expect(try await duties(CatalogCalls.officer) == ["follow-change 1"])
    #expect(try await duties(CatalogCalls.authority) == ["urge-change 1"])
  }
}
