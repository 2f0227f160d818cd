// Whole synthetic registers through reader, header and quality check: exactly the planted errors are rejected, exactly the
// planted oddities marked, and a plain comparison finds exactly the planted leads.

import Foundation
import IngestFormats
import Synth
import Regulation
import Testing
import Vocabulary

@testable import IngestRules

@Suite("synthetic registers are judged as their plan says")
struct SynthRegistersTests {
  private func schema(_ kind: RegisterKind) throws -> EntrySchema {
    EntrySchema(
      items: try kind.columns.map { column in
        ItemSchema(
          name: column.name, title: column.title,
          type: try #require(ItemType(rawValue: column.type)),
          role: ItemRole(rawValue: column.role), isRequired: column.isRequired,
          maximumLength: column.maximumLength == 0 ? nil : column.maximumLength,
          codes: Set(column.codes.map(\.value)))
      }, excludesMinors: kind == .correction)
  }

  /// Cuts the register's file, reads it chunk by chunk, and judges every row.
  private func judge(
    _ plan: Plan, _ kind: RegisterKind, _ encoding: TextEncoding
  ) throws -> (accepted: [CheckedRow], rejected: [Rejection], schema: EntrySchema) {
    let path = FileManager.default.temporaryDirectory.appending(path: "synth-\(UUID().uuidString)")
      .path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try plan.writeRegister(kind, to: path, encoding: encoding)
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let headerEnd = try #require(bytes.firstIndex(of: 0x0A)) + 1
    let reader = CSVReader(encoding: encoding)
    let schema = try schema(kind)
    let order = try ColumnOrder(
      header: reader.header(Array(bytes[..<headerEnd])), schema: schema)
    let check = RowCheck(
      schema: schema, order: order, asOf: plan.today, today: plan.today,
      basis: RuleBasis(profile: "meizhou-public-2023"), doubts: .warn)
    var cutter = RecordCutter(maximumRows: 700)
    let chunks =
      try cutter.append(Array(bytes[headerEnd...])) + cutter.finish()
    #expect(chunks.count > 1 || plan.sizes.rows(of: kind) <= 700)
    var accepted: [CheckedRow] = []
    var rejected: [Rejection] = []
    for chunk in chunks {
      let block = try reader.read(
        chunk.bytes, firstLine: chunk.firstLine, rowCount: chunk.rowCount)
      try checkDigits(
        rows: (0..<block.count).map(block.fields(ofRow:)), schema: schema, order: order)
      for row in 0..<block.count {
        switch check.check(block.fields(ofRow: row), line: block.line(ofRow: row)) {
        case .accepted(let row): accepted.append(row)
        case .rejected(let rejections): rejected += rejections
        }
      }
    }
    return (accepted, rejected, schema)
  }

  @Test("rejects and marks, by line and rule", arguments: RegisterKind.allCases)
  func rejects(kind: RegisterKind) throws {
    let plan = try Plan(seed: 77, sizes: Sizes(total: 20_000, roll: 10_000))
    let register = plan.register(kind)
    for encoding in TextEncoding.allCases {
      let (accepted, rejected, _) = try judge(plan, kind, encoding)
      #expect(accepted.count == register.accepted)
      #expect(
        rejected.map { RegisterPlan.Reject(line: $0.line, rule: $0.rule) }.sorted {
          $0.line < $1.line
        } == register.rejects)
      var marks: [String: Int] = [:]
      for slug in accepted.flatMap(\.values).flatMap(\.marks).flatMap(\.slugs) {
        marks[slug, default: 0] += 1
      }
      #expect(marks == register.cleanedByMark)
    }
  }

  @Test("a plain comparison finds the planted leads, and none of the decoys")
  func leads() throws {
    let plan = try Plan(seed: 78, sizes: Sizes(total: 20_000, roll: 10_000))
    for roll in RollKind.allCases {
      let rows = RollRows(plan, roll)
      var payees: [PersonIdentifier: String] = [:]
      for row in 0..<rows.count {
        let fields = rows.fields(ofRow: row)
        payees[try #require(PersonIdentifier(exact: fields[0]))] = fields[1]
      }
      for kind in roll.registers {
        let (accepted, _, schema) = try judge(plan, kind, .utf8)
        var found: [String: Bool] = [:]
        var decoys = 0
        for row in accepted {
          guard case .person(let person) = row.values[0].value, let name = payees[person] else {
            continue
          }
          if isHit(row, schema, plan.period) {
            found[person.text] = row.values[1].value.text != name
          } else {
            decoys += 1
          }
        }
        let expected = plan.leads(of: roll, in: kind)
        #expect(
          found
            == Dictionary(uniqueKeysWithValues: expected.map { ($0.identifier, $0.isDoubtful) }))
        let overlaps = plan.register(kind).overlaps
        let inPeriod: Set<PlantedOverlap> = [.afterPeriod, .ended, .revoked]
        #expect(decoys == overlaps.filter { inPeriod.contains($0.key) }.values.reduce(0, +))
      }
    }
  }

  /// The date predicate of e.7: an event before the period, or a state overlapping it; a revoked record never.
  private func isHit(
    _ row: CheckedRow, _ schema: EntrySchema, _ period: ClosedRange<CivilDate>
  ) -> Bool {
    func date(_ role: ItemRole) -> CivilDate? {
      guard let index = schema.index(of: role), case .date(let day) = row.values[index].value
      else { return nil }
      return day
    }
    if let mark = schema.index(of: .revokedMark), row.values[mark].value != .absent { return false }
    if let event = date(.eventDate) { return event < period.lowerBound }
    guard let start = date(.periodStart), start <= period.upperBound else { return false }
    return date(.periodEnd).map { $0 >= period.lowerBound } ?? true
  }
}
