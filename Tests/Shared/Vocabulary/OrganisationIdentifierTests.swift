// GB 32100: the published sample, both checks, the forbidden letters.

import Testing
import Vocabulary

@Suite("GB 32100 credit codes")
struct OrganisationIdentifierTests {
  static let sample = "91110000600037341L"

  @Test("the published sample holds, and its organisation code is 600037341")
  func publishedSample() throws {
    let read = try OrganisationIdentifier.read(Self.sample)
    #expect(read.identifier.text == Self.sample)
    #expect(read.identifier.organisationCode == "600037341")
    #expect(read.marks.isEmpty)
  }

  @Test("a wrong last symbol and a wrong organisation code are two different errors")
  func twoErrorCodes() {
    #expect(throws: OrganisationIdentifierError.checkSymbol) {
      try OrganisationIdentifier.read("91110000600037341M")
    }
    // The organisation code's own check is changed and the last symbol is tried out to fit.
    var errors: [OrganisationIdentifierError] = []
    for symbol in "0123456789ABCDEFGHJKLMNPQRTUWXY" {
      do throws(OrganisationIdentifierError) {
        _ = try OrganisationIdentifier.read("91110000600037342\(symbol)")
      } catch {
        errors.append(error)
      }
    }
    #expect(errors.count == 31)
    #expect(errors.count { $0 == .organisationCodeCheck } == 1)
    #expect(
      OrganisationIdentifierError.checkSymbol.rule
        != "organisation_identifier.organisation_code_check")
  }

  @Test("every single wrong symbol is caught")
  func singleErrors() {
    let good = Array(Self.sample.utf8)
    var missed = 0
    for place in 0..<18 {
      for symbol in "0123456789ABCDEFGHJKLMNPQRTUWXY".utf8 where symbol != good[place] {
        var bad = good
        bad[place] = symbol
        if (try? OrganisationIdentifier.read(String(decoding: bad, as: UTF8.self))) != nil {
          missed += 1
        }
      }
    }
    #expect(missed == 0)
  }

  @Test(
    "each error names its cause",
    arguments: [
      ("", OrganisationIdentifierError.empty), ("9111000060003734", .length(16)),
      ("91110000600037341LL", .length(19)),
      ("9111000060003734IL", .foreignSymbol(position: 17)),
      ("9111000060003734OL", .foreignSymbol(position: 17)),
      ("S1110000600037341L", .foreignSymbol(position: 1)),
      ("91A10000600037341L", .foreignSymbol(position: 3)),
      ("91110000-00037341L", .foreignSymbol(position: 9)),
      ("9111000060003734一L", .foreignSymbol(position: 17)),
    ])
  func namesTheCause(raw: String, error: OrganisationIdentifierError) {
    #expect(throws: error) { try OrganisationIdentifier.read(raw) }
    #expect(!error.sentence.chinese.isEmpty && !error.sentence.english.isEmpty)
  }

  @Test("codes are cleaned like identity numbers")
  func cleans() throws {
    let read = try OrganisationIdentifier.read("'９１１１００００ 600037341l")
    #expect(read.identifier.text == Self.sample)
    #expect(read.marks.slugs == ["full_width", "lower_case", "spaces", "leading_quote"])
    #expect(read.original == "'９１１１００００ 600037341l")
  }
}
