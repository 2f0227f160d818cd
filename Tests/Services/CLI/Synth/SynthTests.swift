// Synthetic registers: repeatable, valid where they should be, and as the plan says.

import Foundation
import IngestFormats
import Testing
import Vocabulary

@testable import Synth

@Suite("weir synth makes registers, rolls and their plan from a seed")
struct SynthTests {
  private let sizes = Sizes(total: 6000, roll: 3000)

  private func file(_ body: (String) throws -> Void) throws -> [UInt8] {
    let path = FileManager.default.temporaryDirectory.appending(path: "synth-\(UUID().uuidString)")
      .path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  @Test("the same seed gives the same bytes, another seed others", arguments: TextEncoding.allCases)
  func repeatable(encoding: TextEncoding) throws {
    let one = try Plan(seed: 1, sizes: sizes)
    let again = try Plan(seed: 1, sizes: sizes)
    let two = try Plan(seed: 2, sizes: sizes)
    #expect(one.json() == again.json())
    #expect(one.json() != two.json())
    for kind in RegisterKind.allCases {
      let bytes = try file { try one.writeRegister(kind, to: $0, encoding: encoding) }
      #expect(try file { try again.writeRegister(kind, to: $0, encoding: encoding) } == bytes)
      #expect(try file { try two.writeRegister(kind, to: $0, encoding: encoding) } != bytes)
    }
    for kind in RollKind.allCases {
      let bytes = try file { try one.writeRoll(kind, to: $0, encoding: encoding) }
      #expect(try file { try again.writeRoll(kind, to: $0, encoding: encoding) } == bytes)
    }
  }

  @Test("what one seed makes never changes unnoticed")
  func pinned() throws {
    let plan = try Plan(seed: 20_240_304, sizes: sizes)
    let rows = RollRows(plan, .pension)
    #expect(rows.fields(ofRow: 0).joined(separator: ",") == "44140219290313017X,韩红,4769.33")
    let register = RegisterRows(plan, .correction)
    #expect(
      register.fields(ofRow: 5).joined(separator: ",")
        == "441427198109077636,何蓓栋,2023-08-22,2026-05-11,4,（2022）粤1412刑初460号,平远县人民法院,")
  }

  @Test("both encodings hold the same rows, header first, lines as planned")
  func encodings() throws {
    let plan = try Plan(seed: 3, sizes: sizes)
    for kind in RegisterKind.allCases {
      let rows = RegisterRows(plan, kind)
      for encoding in TextEncoding.allCases {
        let bytes = try file { try plan.writeRegister(kind, to: $0, encoding: encoding) }
        let block = try CSVReader(encoding: encoding).read(bytes, firstLine: 1)
        #expect(block.count == plan.sizes.rows(of: kind) + 1)
        #expect(block.fields(ofRow: 0) == kind.columns.map(\.title))
        for row in stride(from: 0, to: rows.count, by: 97) {
          #expect(block.fields(ofRow: row + 1) == rows.fields(ofRow: row))
          #expect(block.line(ofRow: row + 1) == row + 2)
        }
      }
    }
  }

  @Test("a roll holds valid numbers, each once, and names with rare characters")
  func roll() throws {
    let plan = try Plan(seed: 4, sizes: Sizes(total: 6000, roll: 20_000))
    let rows = RollRows(plan, .pension)
    var seen: Set<String> = []
    var hasUpperPlane = false
    for row in 0..<rows.count {
      let fields = rows.fields(ofRow: row)
      let person = try #require(PersonIdentifier(exact: fields[0]))
      #expect(person.areaCode / 100 == 4414)
      let birth = try #require(person.birthDate)
      #expect((1925...1959).contains(birth.year))
      #expect(seen.insert(fields[0]).inserted)
      #expect(!fields[1].isEmpty)
      hasUpperPlane = hasUpperPlane || fields[1].unicodeScalars.contains { $0.value > 0xFFFF }
    }
    #expect(hasUpperPlane)
  }

  @Test("no person stands twice, but for the planted overlaps")
  func disjoint() throws {
    let plan = try Plan(seed: 5, sizes: sizes)
    var places: [String: Set<String>] = [:]
    for kind in RegisterKind.allCases {
      let rows = RegisterRows(plan, kind)
      for row in 0..<rows.count {
        let fields = rows.fields(ofRow: row)
        guard PersonIdentifier(exact: fields[0]) != nil else { continue }
        #expect(places[fields[0], default: []].insert(kind.rawValue).inserted)
      }
    }
    #expect(places.values.allSatisfy { $0.count == 1 })
    for kind in RollKind.allCases {
      let rows = RollRows(plan, kind)
      for row in 0..<rows.count { places[rows.fields(ofRow: row)[0], default: []].insert("roll") }
    }
    let twice = Set(places.filter { $0.value.count > 1 }.keys)
    #expect(twice.isSuperset(of: plan.leads.map(\.identifier)))
    let decoys = plan.registers.flatMap(\.overlaps).filter {
      !$0.key.isLead && $0.key != .sameNameOtherIdentifier
    }
    #expect(twice.count == plan.leads.count + decoys.reduce(0) { $0 + $1.value })
  }

  @Test("the plan names lines that hold what it says")
  func lines() throws {
    let plan = try Plan(seed: 6, sizes: sizes)
    for lead in plan.leads {
      let roll = RollRows(plan, lead.roll).fields(ofRow: lead.rollLine - 2)
      let record = RegisterRows(plan, lead.register).fields(ofRow: lead.registerLine - 2)
      #expect(roll[0] == lead.identifier && record[0] == lead.identifier)
      #expect(roll[1] == lead.name)
      #expect((record[1] != lead.name) == lead.isDoubtful)
    }
    #expect(plan.leads.contains(plan.wronglyDead))
    #expect(plan.wronglyDead.register == .cremation)
    #expect(plan.wronglyDead.isDoubtful == false)
    #expect(plan.claims.map(\.answer) == [.match, .noMatch, .notInRegister])
    for register in plan.registers {
      #expect(register.rejected == register.rejectsByRule.values.reduce(0, +))
      #expect(register.rejected * 20 <= register.rows, "within the threshold of five percent")
      #expect(Set(register.rejects.map(\.line)).count == register.rejected)
    }
  }

  @Test("the plan is JSON with the leads of both rolls")
  func json() throws {
    let plan = try Plan(seed: 7, sizes: sizes)
    let object = try JSONSerialization.jsonObject(with: Data(plan.json().utf8))
    let members = try #require(object as? [String: Any])
    #expect((members["leads"] as? [Any])?.count == plan.leads.count)
    #expect((members["registers"] as? [Any])?.count == 5)
    #expect(members["today"] as? String == "2024-03-04")
    #expect(members["period_first_day"] as? String == "2024-02-01")
    #expect(members["period_last_day"] as? String == "2024-02-29")
    #expect(!plan.leads(of: .stopped, in: .lowIncome).isEmpty)
    #expect(!plan.leads(of: .pension, in: .correction).isEmpty)
  }

  @Test("sizes that cannot hold what is planted are refused, as are too early days")
  func refusals() throws {
    #expect(throws: SynthError.self) { try Plan(seed: 1, sizes: Sizes(total: 100, roll: 3000)) }
    #expect(throws: SynthError.self) { try Plan(seed: 1, sizes: Sizes(total: 6000, roll: 10)) }
    #expect(throws: SynthError.self) {
      try Plan(seed: 1, sizes: Sizes(total: 6000, roll: 120_000_000))
    }
    #expect(throws: SynthError.tooEarly) {
      try Plan(seed: 1, sizes: sizes, today: CivilDate(iso: "2004-01-31"))
    }
    #expect(
      try Plan(seed: 1, sizes: sizes, today: CivilDate(iso: "2024-02-01")).leads.isEmpty == false)
  }

  @Test(
    "a story told in an earlier year has people of the same ages: no adult of a register is a minor",
    arguments: ["2019-03-04", "2020-03-02", "2022-03-07", "2024-03-04"])
  func earlier(_ day: String) throws {
    let plan = try Plan(seed: 3, sizes: sizes, today: CivilDate(iso: day))
    let rows = RegisterRows(plan, .correction)
    let minors = Set(plan.register(.correction).rejects.map(\.line))
    for row in 0..<rows.count where !minors.contains(row + 2) {
      let fields = rows.fields(ofRow: row)
      guard let person = PersonIdentifier(exact: fields[0]), let start = CivilDate(iso: fields[2]),
        let born = person.birthDate
      else { continue }
      #expect(born.adding(months: 216) <= start)
    }
    #expect(plan.leads.count == (try Plan(seed: 3, sizes: sizes).leads.count))
  }

  @Test(
    "a shuffle is an order of all places, and knows the way back",
    arguments: [1, 2, 3, 10, 997, 4096, 30_000])
  func shuffle(count: Int) {
    for key in UInt64(0)..<5 {
      let shuffle = Shuffle(count: count, seed: 9, key)
      let values = (0..<count).map(shuffle.value)
      #expect(Set(values).count == count)
      #expect((0..<count).allSatisfy { shuffle.place(of: values[$0]) == $0 })
    }
  }

  @Test("hospitals have valid credit codes (GB 32100)")
  func hospitals() {
    for number in 0..<200 {
      #expect(OrganisationIdentifier(exact: Organisations.hospital(number)) != nil)
    }
  }
}
