// Slugs, resource names, citations, roles and the closed lists.

import Testing
import Vocabulary

@Suite("Names of FORMATS.md")
struct NamesTests {
  @Test(
    "slugs are [a-z][a-z0-9-]{1,39}",
    arguments: [
      ("ab", true), ("civil-affairs", true), ("a1", true), ("a-", true),
      ("a" + String(repeating: "b", count: 39), true),
      ("a" + String(repeating: "b", count: 40), false), ("a", false), ("", false), ("1ab", false),
      ("-ab", false), ("Ab", false), ("aB", false), ("a_b", false), ("a b", false), ("民政", false),
      ("a\u{0}b", false), ("abé", false),
    ])
  func slugs(text: String, isValid: Bool) {
    #expect((DepartmentCode(text) != nil) == isValid)
    #expect((PersonID(text) != nil) == isValid)
    #expect((SystemName(text) != nil) == isValid)
  }

  @Test(
    "resource names are read and written back",
    arguments: [
      "departments/civil-affairs", "departments/dd/persons/pp", "departments/dd/systems/pension",
      "entries/E-1", "entries/E-1/versions/2", "entries/E-1/items/name", "batches/B-1",
      "entries/E-1/changes/3",
      "applications/A-1", "grants/G-1", "comparisons/C-1/cases/7", "issues/Q-1",
      "verification-requests/V-3", "entries/E-999999999999999999",
    ])
  func roundTrips(text: String) throws {
    let name = try #require(ResourceName(text))
    #expect(name.text == text)
    #expect(ResourceName(text, in: name.collection) == name)
  }

  @Test(
    "other spellings are no names",
    arguments: [
      "", "/", "entries", "entries/", "/entries/E-1", "entries/E-1/", "entries/E-01", "entries/E-0",
      "entries/E--1", "entries/E-+1", "entries/1", "entries/e-1", "entries/B-1", "versions/2",
      "items/name", "departments/dd/versions/2", "entries/E-1/versions/E-2", "entries/E-1/items/N",
      "entries/E-1/cases/1", "entries/E-1/versions/2/items/name", "batches/B-1/items/x",
      "entries/E-1000000000000000000", "entries/E-1 ", "entries//E-1", "grants/G-１",
    ])
  func refusesOtherSpellings(text: String) {
    #expect(ResourceName(text) == nil)
  }

  @Test("names are made as they are read")
  func makes() throws {
    let department = try #require(DepartmentCode("civil-affairs"))
    let person = try #require(PersonID("wang"))
    #expect(
      ResourceName.person(department, person).text == "departments/civil-affairs/persons/wang")
    #expect(ResourceName.entryVersion(1, 2).text == "entries/E-1/versions/2")
    #expect(ResourceName.item(1, "name")?.text == "entries/E-1/items/name")
    #expect(ResourceName.item(1, "Name") == nil)
    #expect(ResourceName.comparisonCase(1, 7).text == "comparisons/C-1/cases/7")
    #expect(ResourceName.comparisonCase(1, 7).number == 7)
    #expect(ResourceName.comparisonCase(1, 7).parentNumber == 1)
    #expect(ResourceName.grant(12).number == 12)
    #expect(ResourceName.department(department).number == nil)
    #expect(ResourceName("grants/G-1", in: .entries) == nil)
    for made in [
      ResourceName.entry(3), .batch(3), .application(3), .grant(3), .comparison(3), .issue(3),
      .verificationRequest(3), .department(department),
    ] {
      #expect(ResourceName(made.text) == made)
    }
  }

  @Test("citations are document/article")
  func citations() throws {
    let citation = try #require(Citation("meizhou-public-2023/21.3b"))
    #expect(citation.document == "meizhou-public-2023")
    #expect(citation.article == "21.3b")
    #expect(citation.text == "meizhou-public-2023/21.3b")
    for bad in ["", "/", "a", "a/", "/b", "a b/c", "a/b c", "梅州/1"] {
      #expect(Citation(bad) == nil)
    }
  }
}

@Suite("AC-72 separation of duties")
struct RoleTests {
  @Test(
    "no two of management, audit and operation; third-party auditor and regulator exclude each other"
  )
  func conflicts() {
    for first in Role.allCases {
      for second in Role.allCases where second != first {
        let separated = first.separation.flatMap { one in
          second.separation.map { one != $0 }
        }
        let excluded: Set<Role> = [.thirdPartyAuditor, .regulator]
        let expected = separated == true || excluded == [first, second]
        #expect((conflictingRoles([first, second]) != nil) == expected, "\(first) and \(second)")
      }
      #expect(conflictingRoles([first]) == nil)
    }
    #expect(conflictingRoles([]) == nil)
    #expect(conflictingRoles([.departmentOfficer, .departmentHead, .departmentSecurity]) == nil)
    #expect(conflictingRoles([.departmentOfficer, .finance, .operator]) != nil)
  }

  @Test("slugs are those of the access rules, and terms exist in both languages")
  func slugs() {
    #expect(Role.operator.slug == "operator")
    #expect(Role(rawValue: "dept-officer") == .departmentOfficer)
    #expect(Role.allCases.allSatisfy { isSlug($0.slug) })
    #expect(Role.allCases.allSatisfy { !$0.term.chinese.isEmpty && !$0.term.english.isEmpty })
  }
}

@Suite("Closed lists of policies.md c.5")
struct ClosedListTests {
  private func check<List: ClosedList>(_ list: List.Type) where List.AllCases == [List] {
    let terms = List.allCases.map(\.term)
    #expect(Set(terms.map(\.chinese)).count == terms.count, "\(list)")
    #expect(Set(terms.map(\.english)).count == terms.count, "\(list)")
    #expect(terms.allSatisfy { !$0.chinese.isEmpty && !$0.english.isEmpty }, "\(list)")
    #expect(List.allCases.allSatisfy { isItemName($0.rawValue) || $0.rawValue.contains(".") })
  }

  @Test("every word has one Chinese and one English term, and no two words share one")
  func terms() {
    check(ShareType.self)
    check(BasisKind.self)
    check(ActiveSharingClass.self)
    check(OpeningType.self)
    check(DataForm.self)
    check(AcquisitionMode.self)
    check(AcquisitionSource.self)
    check(DataOrigin.self)
    check(DeliveryMode.self)
    check(EntryField.self)
    check(UpdateFrequency.self)
    check(SecrecyMark.self)
    check(GrantElement.self)
    check(ApplicationField.self)
    check(Reviewer.self)
    check(ReviewDecision.self)
    check(ComparisonDirection.self)
    check(ComparisonOutcome.self)
    check(VerificationAnswer.self)
    check(QualityProblemKind.self)
    check(QualityDimension.self)
    check(CheckingRequestKind.self)
    check(IssueChannel.self)
    check(UsageReportSection.self)
    check(UserViolationKind.self)
    check(ProviderViolationKind.self)
    check(Sex.self)
    check(PersonIdentifierDoubt.self)
  }

  @Test("the lists have the lengths the texts give them")
  func lengths() {
    #expect(ShareType.allCases.count == 3)
    #expect(GrantElement.allCases.count == 5)
    #expect(QualityProblemKind.allCases.count == 4)
    #expect(DataForm.allCases.count == 8 + 1)
    #expect(AcquisitionMode.allCases.count == 3)
    #expect(AcquisitionSource.allCases.count == 4)
    #expect(OpeningType.allCases.count == 3)
    #expect(ActiveSharingClass.allCases.count == 3)
  }

  @Test("a language is read from a tag")
  func languages() {
    #expect(Language(tag: "zh_CN.UTF-8") == .chinese)
    #expect(Language(tag: "zh-Hans") == .chinese)
    #expect(Language(tag: "en") == .english)
    #expect(Language(tag: "C") == .english)
    #expect(Language(tag: "") == nil)
    #expect(BilingualText("是", "yes").text(in: .chinese) == "是")
    #expect(BilingualText("是", "yes").text(in: .english) == "yes")
  }
}
