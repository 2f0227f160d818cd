// A rounded id column is recognised, a sound one never is.

import TestSupport
import Testing
import Vocabulary

@Suite("Identifier columns whose last digits are lost")
struct LostDigitsTests {
  private static func column(_ count: Int, seed: UInt64) -> [String] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in PersonIdentifierTests.randomIdentifier(&generator).text }
  }

  private static func rounded(_ text: String) -> String {
    // As a spreadsheet does it: numbers lose their last three digits, texts ending in X stay.
    text.hasSuffix("X") ? text : text.prefix(15) + "000"
  }

  @Test("a column rounded by a spreadsheet is found, X rows and all")
  func findsRoundedColumns() throws {
    let found = try #require(LostDigits.found(in: Self.column(1000, seed: 1).map(Self.rounded)))
    #expect(found.rounded > 800)
    #expect(found.total == 1000)
    #expect(found.sentence.chinese.contains("1000"))
    #expect(found.nextStep.english.contains("text"))
  }

  @Test(
    "scientific notation is found",
    arguments: ["4.40102E+17", "4.40102e+17", "4.4E17", "44E+16", "'4.40102E+17", "4E+17"])
  func findsScientific(text: String) {
    #expect(LostDigits.found(in: [text, text, text])?.scientific == 3)
  }

  @Test("sound columns are not, of any size", arguments: [0, 1, 2, 10, 100, 10_000])
  func passesSoundColumns(count: Int) {
    #expect(LostDigits.found(in: Self.column(count, seed: 7)) == nil)
  }

  @Test("valid numbers that end in 000 are not lost digits")
  func passesValidZeros() throws {
    var valid: [String] = []
    for area in 110_000...659_999 where valid.count < 20 {
      for order in [UInt64(0), 100, 200] {
        let number = (UInt64(area) * 100_000_000 + 19_800_101) * 1000 + order
        if let made = PersonIdentifier(number: number), made.text.hasSuffix("000") {
          valid.append(made.text)
        }
      }
    }
    #expect(valid.count >= 20)
    #expect(LostDigits.found(in: valid) == nil)
  }

  @Test("single typing errors do not condemn a column; one value alone does")
  func thresholds() {
    let sound = Self.column(100, seed: 3)
    let bad = "440102198001010000"
    #expect((try? PersonIdentifier.read(bad)) == nil)
    #expect(LostDigits.found(in: sound + [bad, bad]) == nil)
    #expect(LostDigits.found(in: sound + Array(repeating: bad, count: 4)) == nil)
    #expect(LostDigits.found(in: sound.prefix(57) + [bad, bad, bad]) != nil)
    #expect(LostDigits.found(in: sound.prefix(58) + [bad, bad, bad]) == nil)
    #expect(LostDigits.found(in: [bad]) != nil)
    #expect(LostDigits.found(in: ["", " ", bad]) != nil)
  }

  @Test("credit codes with an E between digits are no scientific numbers")
  func passesCreditCodes() {
    #expect(LostDigits.found(in: Array(repeating: "9111000060003E3417", count: 10)) == nil)
    #expect(LostDigits.found(in: Array(repeating: "91110000600037341L", count: 10)) == nil)
  }
}
