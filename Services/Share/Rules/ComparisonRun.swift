// A run of a department's own roll against a register, before a payout (meizhou-specific-2021/24, 25; e.7; AC-53).

package import Regulation
package import Vocabulary

/// The states of a run (policies e.7).
package enum ComparisonState: String, ClosedList {
  case prepared, running
  case hitsOpen = "hits_open"
  case allClosed = "all_closed"
  case cleared

  package var term: BilingualText {
    switch self {
    case .prepared: BilingualText("已准备", "prepared")
    case .running: BilingualText("比对中", "running")
    case .hitsOpen: BilingualText("线索待核", "waiting for its leads")
    case .allClosed: BilingualText("线索已核完", "checked")
    case .cleared: BilingualText("可发放", "cleared")
    }
  }
}

/// The payment period to which the register's dates are compared, both days inclusive.
package struct PaymentPeriod: Hashable, Sendable {
  package let first: CivilDate
  package let last: CivilDate

  package init(first: CivilDate, last: CivilDate) {
    self.first = first
    self.last = last
  }
}

/// How far a run's answers can be believed, as the register says.
package struct Lineage: Hashable, Sendable {
  package var entryVersion: Int
  package var batch: String
  package var asOf: String
  package var coverage: String
  package var unrepairedRejects: Int64

  package init(
    entryVersion: Int, batch: String, asOf: String, coverage: String, unrepairedRejects: Int64
  ) {
    self.entryVersion = entryVersion
    self.batch = batch
    self.asOf = asOf
    self.coverage = coverage
    self.unrepairedRejects = unrepairedRejects
  }
}

/// What a department declares of a run before it begins.
package struct ComparisonPlan: Hashable, Sendable {
  package var direction: ComparisonDirection
  package var period: PaymentPeriod
  package var rollRows: Int64
  package var roll: String
  package var purpose: String
  /// "departments/d/persons/p": who answers for a scheduled run.
  package var responsiblePerson: String
  /// The payout batch that the run is to clear.
  package var payout: String

  package init(
    direction: ComparisonDirection, period: PaymentPeriod, rollRows: Int64, roll: String,
    purpose: String, responsiblePerson: String, payout: String
  ) {
    self.direction = direction
    self.period = period
    self.rollRows = rollRows
    self.roll = roll
    self.purpose = purpose
    self.responsiblePerson = responsiblePerson
    self.payout = payout
  }
}

package struct ComparisonRun: Hashable, Sendable {
  package let number: Int64
  package let grant: Int64
  package let entry: Int64
  package let department: DepartmentCode
  package internal(set) var plan: ComparisonPlan
  package let profile: ProfileReference
  package let created: Instant
  /// Prepared, running, or ``ComparisonState/hitsOpen`` for finished; what follows is computed from the cases.
  package var stage: ComparisonState = .prepared
  package var receivedRows: Int64 = 0
  package var finished: Instant?
  package var lineage: Lineage?

  package init(
    number: Int64, grant: Int64, entry: Int64, department: DepartmentCode, plan: ComparisonPlan,
    profile: ProfileReference, created: Instant
  ) {
    self.number = number
    self.grant = grant
    self.entry = entry
    self.department = department
    self.plan = plan
    self.profile = profile
    self.created = created
  }

  package var name: String { ResourceName.comparison(number).text }

  package static let mostChunkRows = 32_768
  package static let mostChunks = 10_000

  /// What one run may not be done twice for: the month of its period, or its payout batch.
  package func frequencyKey(_ frequency: RollFrequency) -> String {
    ComparisonRun.frequencyKey(plan, frequency)
  }

  package static func frequencyKey(
    _ plan: ComparisonPlan, _ frequency: RollFrequency
  ) -> String {
    switch frequency {
    case .monthly: "month " + String(plan.period.first.iso.prefix(7))
    case .perBatch: "payout " + plan.payout
    }
  }

  /// The state as people see it: clearance follows from the cases and is never set by hand (AC-54).
  package func state(openCases: Int64, heldLines: Int64) -> ComparisonState {
    guard finished != nil else { return stage }
    if openCases > 0 { return .hitsOpen }
    return heldLines > 0 ? .allClosed : .cleared
  }
}

/// The runs that came before, of the same grant.
package struct EarlierRuns: Hashable, Sendable {
  /// The run with the same month or payout, if there is one.
  package var sameTurn: String?
  /// Rows of all runs that were prepared on the same civil day.
  package var dayRows: Int64
  /// Rows of the last run that received any; `nil` before the first.
  package var lastRows: Int64?

  package init(sameTurn: String?, dayRows: Int64, lastRows: Int64?) {
    self.sameTurn = sameTurn
    self.dayRows = dayRows
    self.lastRows = lastRows
  }
}

/// Prepares a run: the grant's own roll, within its size, growth and frequency.
package func prepareComparison(
  _ number: Int64, _ plan: ComparisonPlan, grant: Grant, by actor: Actor, earlier: EarlierRuns,
  under profile: Profile, at time: Instant
) throws(ShareRefusal) -> ComparisonRun {
  _ = try grant.check(
    GrantCall(
      by: actor, mode: .comparison, items: [], purpose: plan.purpose, today: time.civilDate),
    under: profile)
  guard let roll = grant.roll, let frequency = RollFrequency(rawValue: roll.frequency) else {
    throw .modeNotGranted(grant: grant.name, mode: .comparison)
  }
  guard plan.period.first <= plan.period.last else {
    throw .fieldMalformed(
      path: "comparison.period",
      rule: BilingualText("起始日不能晚于截止日", "must not end before it begins"))
  }
  try checkPaymentPeriod(plan.period, today: time.civilDate)
  guard plan.roll == roll.roll else { throw .rollDiffers(grant: grant.name, roll: roll.roll) }
  guard plan.rollRows >= 1 else {
    throw .fieldMalformed(
      path: "comparison.roll_rows", rule: BilingualText("至少一行", "must be at least one"))
  }
  guard plan.rollRows <= roll.maxRows else {
    throw .rollTooLarge(grant: grant.name, limit: roll.maxRows)
  }
  if frequency == .perBatch, plan.payout.isEmpty {
    throw .fieldMissing(
      path: "comparison.payout", term: BilingualText("发放批次", "payout batch"),
      citation: profile.cite(.shareComparisonBeforePayout, else: .accessRule(53)))
  }
  guard plan.responsiblePerson.hasPrefix("departments/\(actor.department.text)/persons/") else {
    throw .fieldMissing(
      path: "comparison.responsible_person", term: BilingualText("责任人", "responsible person"),
      citation: .accessRule(3))
  }
  if let other = earlier.sameTurn {
    throw .runRepeated(grant: grant.name, frequency: frequency, run: other)
  }
  // The batches of one day are one roll: their names are the caller's own, and bound nothing.
  if frequency == .perBatch, plan.rollRows > roll.maxRows - earlier.dayRows {
    throw .rollTooLarge(grant: grant.name, limit: roll.maxRows)
  }
  // An addition cannot run over: both factors are bounded by the grant.
  if let last = earlier.lastRows, plan.rollRows * 100 > last * Int64(100 + roll.maxGrowthPercent) {
    throw .rollGrew(grant: grant.name, limit: roll.maxGrowthPercent, last: last)
  }
  return ComparisonRun(
    number: number, grant: grant.number, entry: grant.entry, department: actor.department,
    plan: plan, profile: grant.profile, created: time)
}

/// A run serves one payout (meizhou-specific-2021/24.1b): its period lies in one month, which is the present one or a neighbour.
/// Otherwise the caller's own words would decide how often a roll is compared.
private func checkPaymentPeriod(
  _ period: PaymentPeriod, today: CivilDate
) throws(ShareRefusal) {
  guard period.first.monthNumber == period.last.monthNumber else {
    throw .fieldMalformed(
      path: "comparison.period", rule: BilingualText("应在同一个月内", "must lie in one month"))
  }
  guard abs(period.first.monthNumber - today.monthNumber) <= 1 else {
    throw .fieldMalformed(
      path: "comparison.period",
      rule: BilingualText(
        "应为本月、上月或下月", "must be this month, the last or the next"))
  }
}

extension CivilDate {
  fileprivate var monthNumber: Int { year * 12 + month }
}

/// A chunk of the roll as it comes: what can be said of it without keeping it.
package struct RollChunk: Hashable, Sendable {
  package let number: Int
  package let rows: Int
  /// Of its whole content.
  package let digest: [UInt8]
  /// The row from which its leads are asked for.
  package var firstRow: Int
  /// The row from which its leads still wait to be asked for; 0 once all were answered.
  package var nextRow: Int

  package init(number: Int, rows: Int, digest: [UInt8], firstRow: Int = 0, nextRow: Int = 0) {
    self.number = number
    self.rows = rows
    self.digest = digest
    self.firstRow = firstRow
    self.nextRow = nextRow
  }
}

/// What a chunk's columns say about each other.
package struct ChunkShape: Hashable, Sendable {
  package let idBytes: Int
  package let names: Int
  /// Rows of subjects that are sent as another document.
  package let otherRows: [Int]

  package init(idBytes: Int, names: Int, otherRows: [Int]) {
    self.idBytes = idBytes
    self.names = names
    self.otherRows = otherRows
  }
}

/// Checks the columns of a chunk.
///
/// - Returns: Its number of rows.
package func chunkRows(_ shape: ChunkShape) throws(ShareRefusal) -> Int {
  guard shape.idBytes.isMultiple(of: 16), shape.idBytes > 0 else {
    throw .fieldMalformed(
      path: "ids", rule: BilingualText("应为每行 16 字节", "must be 16 bytes a row, one row at least"))
  }
  let rows = shape.idBytes / 16
  guard rows <= ComparisonRun.mostChunkRows else {
    throw .chunkTooLarge(limit: ComparisonRun.mostChunkRows)
  }
  guard shape.names == 0 || shape.names == rows else {
    throw .fieldMalformed(
      path: "names", rule: BilingualText("应每行一个或全部省略", "must be one a row, or none"))
  }
  guard Set(shape.otherRows).count == shape.otherRows.count,
    shape.otherRows.allSatisfy({ (0..<rows).contains($0) })
  else {
    throw .fieldMalformed(
      path: "others", rule: BilingualText("行号重复或越界", "must name rows of this chunk, each once"))
  }
  return rows
}

extension ComparisonRun {
  /// Takes a chunk. Any order; the same number with the same content changes nothing, with another it is refused.
  ///
  /// - Parameter known: The chunk that came under this number before.
  package func taking(
    _ chunk: RollChunk, known: RollChunk?, by actor: Actor
  ) throws(ShareRefusal) -> ComparisonRun {
    guard actor.department == department else { throw .notParty(resource: name) }
    guard finished == nil else {
      throw .wrongState(
        resource: name, state: ComparisonState.hitsOpen.term,
        action: BilingualText("继续上传", "sent further rows"))
    }
    guard (1...ComparisonRun.mostChunks).contains(chunk.number) else {
      throw .fieldMalformed(
        path: "number",
        rule: BilingualText(
          "应在 1 与 \(ComparisonRun.mostChunks) 之间", "must be 1 to \(ComparisonRun.mostChunks)"))
    }
    if let known {
      guard known.digest == chunk.digest else { throw .chunkDiffers(number: chunk.number) }
    }
    // No lead may be left out: an answer goes on where it stopped, or begins anew before that.
    let answered = known.map { $0.nextRow == 0 ? $0.rows - 1 : $0.nextRow } ?? 0
    guard (0...answered).contains(chunk.firstRow) else {
      throw .fieldMalformed(
        path: "first_row",
        rule: BilingualText("应为 0 或上次答复的 next_row", "must be 0 or the next_row of the last answer"))
    }
    if known != nil { return self }
    guard receivedRows + Int64(chunk.rows) <= plan.rollRows else {
      throw .rollExceeded(declared: plan.rollRows)
    }
    var next = self
    next.receivedRows += Int64(chunk.rows)
    next.stage = .running
    return next
  }

  /// Closes the roll: all chunks are here and hold as many rows as were declared (meizhou-specific-2021/24: full lists).
  ///
  /// - Parameter numbers: Of the chunks that came and were answered to their last row.
  package func finished(
    chunks: Int, numbers: Set<Int>, by actor: Actor, at time: Instant
  ) throws(ShareRefusal) -> ComparisonRun {
    guard actor.department == department else { throw .notParty(resource: name) }
    guard finished == nil else {
      throw .wrongState(
        resource: name, state: ComparisonState.hitsOpen.term,
        action: BilingualText("结束", "finished"))
    }
    guard (1...ComparisonRun.mostChunks).contains(chunks) else {
      throw .fieldMalformed(
        path: "chunks",
        rule: BilingualText(
          "应在 1 与 \(ComparisonRun.mostChunks) 之间", "must be 1 to \(ComparisonRun.mostChunks)"))
    }
    let missing = (1...chunks).filter { !numbers.contains($0) }
    guard missing.isEmpty, numbers.count == chunks else {
      throw .chunksMissing(missing: missing, received: numbers.count)
    }
    guard receivedRows == plan.rollRows else {
      throw .rowsDiffer(declared: plan.rollRows, received: receivedRows)
    }
    var next = self
    next.stage = .hitsOpen
    next.finished = time
    return next
  }

  /// Checks that payment may rest on the run: finished, and not older than the profile lets it be (e.7).
  package func checkClearable(
    under profile: Profile, today: CivilDate
  ) throws(ShareRefusal) {
    guard let finished else {
      throw .wrongState(
        resource: name, state: stage.term, action: BilingualText("出具放行结果", "cleared"))
    }
    guard let age = profile.comparisonMaxAgeDays else { return }
    guard today.daysSince(finished.civilDate) <= age.value else {
      throw .comparisonTooOld(resource: name, days: age.value, citation: age.citation)
    }
  }
}
