// ListDuties: batches to repair and deliveries that are due, for the source (policies e.3).

package import Access
package import Contracts
import Database
import IngestRules
import IngestStore
import Regulation
import Vocabulary

extension IngestService {
  /// First the batches that failed their pre-check, then the entries that wait for a delivery.
  package func listDuties(
    _ request: CommonV1.ListDutiesRequest, _ call: CallContext
  ) async throws -> CommonV1.ListDutiesResponse {
    try await call.answering(outside.recorder) {
      guard let token = PageToken(request.pageToken, count: 2) else {
        throw RequestRefusal.pageTokenUnknown
      }
      let size = PageSize.bounded(request.pageSize)
      let owner = try await call.standing(inFor: request.department, outside.directory)
        .caller.department
      let (batch, entry) = (token.numbers[0], token.numbers[1])
      if batch < Int64.max {
        let batches = try await database.read {
          try $0.failedBatches(owner: owner, after: batch, limit: size + 1)
        }
        let page = batches.prefix(size)
        if !page.isEmpty {
          let next = batches.count > size ? page.last?.id ?? Int64.max : Int64.max
          return CommonV1.ListDutiesResponse(
            duties: page.map { duty(of: $0, owner) }, nextPageToken: PageToken([next, 0]).text)
        }
      }
      return try await deliveries(of: owner, after: entry, size: size)
    }
  }

  private func duty(of batch: StoredBatch, _ owner: DepartmentCode) -> CommonV1.Duty {
    CommonV1.Duty(
      resource: batch.name, action: "reload",
      summary: CommonV1.BilingualText(
        chinese: "\(batch.entryName)：批次未通过质量检查（不合格 \(batch.rejected) 行），请改正后重新提交。",
        english: "\(batch.entryName): the batch failed its pre-check "
          + "(\(batch.rejected) rows rejected); repair and load it again."),
      due: message(batch).due, department: owner.text)
  }

  /// A page counts entries; those that wait for nothing make no duty.
  private func deliveries(
    of owner: DepartmentCode, after: Int64, size: Int
  ) async throws -> CommonV1.ListDutiesResponse {
    let found = try await standings(of: owner, after: after, limit: size + 1)
    let page = found.prefix(size)
    let duties = page.compactMap { awaited($0.entry, $0.standing, owner) }
    let last = found.count > size ? page.last?.entry.entry : nil
    return CommonV1.ListDutiesResponse(
      duties: duties, nextPageToken: last.map { PageToken([Int64.max, $0]).text } ?? "")
  }

  /// A page of a department's entries with how they stand.
  func standings(
    of owner: DepartmentCode, after: Int64, limit: Int
  ) async throws -> [(entry: KnownEntry, standing: DeliveryStanding)] {
    try await database.read { transaction in
      try transaction.knownEntries(owner: owner, after: after, limit: limit).map { entry in
        (
          entry,
          DeliveryStanding(
            published: entry.published.civilDate, version: entry.version,
            renewed: entry.renewed.civilDate,
            deliveredUntil: try transaction.deliveredUntil(entry.entry),
            deliveredVersion: try transaction.deliveredVersion(entry.entry),
            resourceClass: entry.resourceClass,
            frequency: UpdateFrequency(rawValue: entry.frequency))
        )
      }
    }
  }

  /// The delivery that an entry waits for; `nil` for none.
  func awaited(
    _ entry: KnownEntry, _ standing: DeliveryStanding, _ owner: DepartmentCode
  ) -> CommonV1.Duty? {
    guard let reference = ProfileReference(entry.profile),
      let profile = try? outside.profiles.profile(reference)
    else { return nil }
    return openTask(standing, today: today, under: profile).map { duty(of: entry, $0, owner) }
  }

  private func duty(
    of entry: KnownEntry, _ task: DeliveryTask, _ owner: DepartmentCode
  ) -> CommonV1.Duty {
    let (action, summary, due): (String, BilingualText, CommonV1.DueDate)
    switch task {
    case .stock(let rule, let start, let year):
      action = "deliver-stock"
      let (since, from) = (year.map { "\($0) 年以来的" } ?? "", year.map { " since \($0)" } ?? "")
      summary = BilingualText(
        "\(entry.name)：目录已发布，请汇聚\(since)存量数据。",
        "\(entry.name): the entry is published; deliver the stock\(from).")
      due = self.due(rule, from: start, on: today)
    case .increment(let rule, let start):
      action = "deliver-increment"
      summary = BilingualText(
        "\(entry.name)：请汇聚 \(start.iso) 以来的增量数据，无新增时作零报告。",
        "\(entry.name): deliver what is new since \(start.iso), or declare that nothing is.")
      due = self.due(rule, from: start, on: today)
    case .period(let frequency, let day, let citation):
      action = "deliver-update"
      summary = BilingualText(
        "\(entry.name)：\(frequency.term.chinese)更新，请汇聚新数据，无新增时作零报告。",
        "\(entry.name): renewed \(frequency.term.english); deliver, or declare that nothing is new."
      )
      let late = LegalClock.overdue(day, at: today, on: outside.calendar)
      due = CommonV1.DueDate(
        date: day, citation: citation, isProvisional: false, overdueDays: late?.workingDays ?? 0)
    case .supply(let rule, let start):
      action = "supply-items"
      summary = BilingualText(
        "\(entry.name)：数据项已变更，请按新版本提供数据。",
        "\(entry.name): its items changed; supply data of the new version.")
      due = self.due(rule, from: start, on: today)
    }
    return CommonV1.Duty(
      resource: entry.name, action: action,
      summary: CommonV1.BilingualText(chinese: summary.chinese, english: summary.english), due: due,
      department: owner.text)
  }
}
