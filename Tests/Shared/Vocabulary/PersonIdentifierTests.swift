// GB 11643: check symbol, birth date, cleaning with marks, the old 15 digits.

import TestSupport
import Testing
import Vocabulary

@Suite("GB 11643 identity numbers")
struct PersonIdentifierTests {
  /// The number printed in GB 11643-1999 as its example.
  static let sample = "11010519491231002X"

  static func randomIdentifier(_ generator: inout SeededGenerator) -> PersonIdentifier {
    while true {
      let area = UInt64.random(in: 110_000...659_999, using: &generator)
      let day = CivilDate(dayNumber: Int.random(in: -20_000...20_000, using: &generator))
      let date = UInt64(day.year * 10_000 + day.month * 100 + day.day)
      let order = UInt64.random(in: 0...999, using: &generator)
      if let made = PersonIdentifier(number: (area * 100_000_000 + date) * 1000 + order) {
        return made
      }
    }
  }

  @Test("the example of the standard holds")
  func standardExample() throws {
    let read = try PersonIdentifier.read(Self.sample)
    #expect(read.identifier.text == Self.sample)
    #expect(read.identifier.birthDate?.iso == "1949-12-31")
    #expect(read.identifier.areaCode == 110_105)
    #expect(read.identifier.sex == .female)
    #expect(read.marks.isEmpty)
    #expect(read.doubts.isEmpty)
    #expect(read.original == nil)
  }

  @Test("every single wrong digit and every swap of neighbours is caught")
  func catchesTypingErrors() throws {
    let seed: UInt64 = 11_643
    var generator = SeededGenerator(seed: seed)
    var (tried, missed) = (0, 0)
    for _ in 0..<300 {
      let good = Array(Self.randomIdentifier(&generator).text.utf8)
      for place in 0..<18 {
        for symbol in Array("0123456789X".utf8) where symbol != good[place] {
          if place < 17, symbol == UInt8(ascii: "X") { continue }
          var bad = good
          bad[place] = symbol
          tried += 1
          if (try? PersonIdentifier.read(String(decoding: bad, as: UTF8.self))) != nil {
            missed += 1
          }
        }
        if place < 17, good[place] != good[place + 1] {
          var bad = good
          bad.swapAt(place, place + 1)
          tried += 1
          if (try? PersonIdentifier.read(String(decoding: bad, as: UTF8.self))) != nil {
            missed += 1
          }
        }
      }
    }
    #expect(missed == 0, "seed \(seed)")
    #expect(tried > 50_000)
  }

  @Test(
    "what hands and spreadsheets do is undone and marked",
    arguments: [
      ("11010519491231002x", ["lower_case"]),
      ("１１０１０５１９４９１２３１００２Ｘ", ["full_width"]),
      ("１１０１０５１９４９１２３１００２ｘ", ["full_width", "lower_case"]),
      (" 110105 19491231 002X\t", ["spaces"]),
      ("110105\u{3000}19491231002X", ["spaces"]),
      ("110105\u{00A0}19491231002X", ["spaces"]),
      ("\u{FEFF}11010519491231002X", ["zero_width"]),
      ("110105\u{200B}19491231\u{200D}002X", ["zero_width"]),
      ("\u{202A}11010519491231002X\u{202C}", ["zero_width"]),
      ("'11010519491231002X", ["leading_quote"]),
      ("‘11010519491231002X", ["leading_quote"]),
      ("＇11010519491231002x ", ["lower_case", "spaces", "leading_quote"]),
    ] as [(String, [String])])
  func cleans(raw: String, marks: [String]) throws {
    let read = try PersonIdentifier.read(raw)
    #expect(read.identifier.text == Self.sample)
    #expect(read.marks.slugs == marks)
    #expect(read.original == raw)
  }

  @Test("a number of 15 digits is lengthened with a mark, and the original is kept")
  func upgradesOldNumbers() throws {
    let read = try PersonIdentifier.read("110105491231002")
    #expect(read.identifier.text == Self.sample)
    #expect(read.marks.slugs == ["upgraded"])
    #expect(read.original == "110105491231002")
  }

  @Test("old order numbers 996 to 999 belong to people born in the 1800s")
  func upgradesCentenarians() throws {
    let old = try PersonIdentifier.read("110105991231996")
    #expect(old.identifier.birthDate?.iso == "1899-12-31")
    let young = try PersonIdentifier.read("110105991231995")
    #expect(young.identifier.birthDate?.iso == "1999-12-31")
  }

  @Test("a date of birth may be today, not tomorrow")
  func birthDateNotAfter() throws {
    let born = try #require(CivilDate(iso: "1949-12-31"))
    #expect(throws: Never.self) { try PersonIdentifier.read(Self.sample, lastBirthDate: born) }
    #expect(throws: PersonIdentifierError.bornInTheFuture) {
      try PersonIdentifier.read(Self.sample, lastBirthDate: born.adding(days: -1))
    }
  }

  @Test("a date that does not exist is refused although the check symbol holds")
  func impossibleDate() {
    // 110105 1949-02-30 002: the check symbol is tried out, so that only the date is wrong.
    var reasons: [PersonIdentifierError] = []
    for symbol in "0123456789X" {
      do throws(PersonIdentifierError) {
        _ = try PersonIdentifier.read("11010519490230002\(symbol)")
      } catch {
        reasons.append(error)
      }
    }
    #expect(reasons.count == 11)
    #expect(reasons.count { $0 == .noSuchBirthDate } == 1)
    #expect(reasons.count { $0 == .checkSymbol } == 10)
  }

  @Test(
    "each error names its cause",
    arguments: [
      ("", PersonIdentifierError.empty), ("   ", .empty), ("'", .empty),
      ("1101051949123100", .length(16)), ("11010519491231002XX", .length(19)),
      ("11010519491231002", .length(17)), ("1101051949123100２X1", .length(19)),
      ("1101051949123100-X", .foreignCharacter(position: 17)),
      ("11010519491231002Х", .foreignCharacter(position: 18)),
      ("1101051X491231002X", .foreignCharacter(position: 8)),
      ("11010519491231002A", .foreignCharacter(position: 18)),
      ("110105194912310020", .checkSymbol),
      ("11010549123100X", .foreignCharacter(position: 3)),
      ("1101054912310a2", .foreignCharacter(position: 2)),
      ("110105'19491231002X", .foreignCharacter(position: 7)),
    ])
  func namesTheCause(raw: String, error: PersonIdentifierError) {
    #expect(throws: error) { try PersonIdentifier.read(raw) }
    #expect(!error.sentence.chinese.isEmpty && !error.sentence.english.isEmpty)
    #expect(error.rule.hasPrefix("person_identifier."))
  }

  @Test("a million characters are not read to their end")
  func longText() {
    #expect(throws: PersonIdentifierError.foreignCharacter(position: 64)) {
      try PersonIdentifier.read(String(repeating: "1", count: 1_000_000))
    }
  }

  @Test("an unknown area and a contradicting sex are doubts, not errors")
  func doubts() throws {
    #expect(try PersonIdentifier.read(Self.sample, assertedSex: .male).doubts == [.sexContradicted])
    #expect(try PersonIdentifier.read(Self.sample, assertedSex: .female).doubts.isEmpty)
    // 000000: no province; 99…: a foreigner's card.
    let nowhere = try #require(PersonIdentifier(number: 00_010_519_491_231_002))
    #expect(try PersonIdentifier.read(nowhere.text).doubts == [.unknownArea])
    let foreigner = try #require(PersonIdentifier(number: 91_010_519_491_231_002))
    #expect(try PersonIdentifier.read(foreigner.text).doubts.isEmpty)
    let taiwan = try #require(PersonIdentifier(number: 83_000_019_491_231_002))
    #expect(try PersonIdentifier.read(taiwan.text).doubts.isEmpty)
  }

  @Test("the exact form takes no cleaning")
  func exactForm() {
    #expect(PersonIdentifier(exact: Self.sample)?.text == Self.sample)
    #expect(PersonIdentifier(exact: "11010519491231002x") == nil)
    #expect(PersonIdentifier(exact: "110105491231002") == nil)
  }
}
