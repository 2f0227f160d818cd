// Identity numbers that need no cleaning take a short way; it must say what the long way says.

import TestSupport
import Testing
import Vocabulary

@Suite("plain identity numbers (GB 11643)")
struct PlainIdentifierTests {
  @Test("the short way and the long way agree, on good and on damaged numbers")
  func agreement() {
    var random = SeededGenerator(seed: 11_643)
    let last = CivilDate(dayNumber: 19_786)
    let symbols = Array("0123456789Xx")
    for _ in 0..<4000 {
      let day = CivilDate(dayNumber: Int.random(in: -40_000...21_000, using: &random)).iso
      let area = Int.random(in: 100_000...999_999, using: &random)
      let order = Int.random(in: 100...999, using: &random)
      var text = "\(area)\(day.filter { $0 != "-" })\(order)"
      if let number = UInt64(text), let person = PersonIdentifier(number: number) {
        text = person.text
      }
      if Bool.random(using: &random) {
        var characters = Array(text)
        characters[Int.random(in: 0..<characters.count, using: &random)] =
          symbols[Int.random(in: 0..<symbols.count, using: &random)]
        text = String(characters)
      }
      // A space sends the same number the long way.
      let short = reading(text, last)
      let long = reading(" " + text, last)
      #expect(short.person == long.person && short.rule == long.rule)
    }
  }

  private func reading(_ text: String, _ last: CivilDate) -> (person: String?, rule: String?) {
    do throws(PersonIdentifierError) {
      return (try PersonIdentifier.read(text, lastBirthDate: last).identifier.text, nil)
    } catch {
      return (nil, error.rule)
    }
  }
}
