// What a draft must have before it goes to review.

import CatalogRules
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("An entry is complete before it goes to review (meizhou-public-2023/7.3, 9, 10)")
struct EntryCheckTests {
  @Test(
    "an entry with every element passes",
    .obligation("meizhou-public-2023/7.3", "meizhou-specific-2021/9c"))
  func complete() throws {
    let content = try CatalogWorld.content()
    #expect(try CatalogWorld.check(content) == content)
  }

  @Test(
    "each element that meizhou-public-2023/7.3 wants of every entry is demanded",
    .obligation("meizhou-public-2023/7.3"),
    arguments: [
      "data_form", "shared_content", "share_type", "conditions", "share_scope", "open_attribute",
      "update_frequency", "collecting_department", "approving_department", "providing_department",
    ])
  func requiredElement(_ field: String) throws {
    var content = try CatalogWorld.content()
    switch field {
    case "data_form": content.dataForm = nil
    case "shared_content": content.sharedContent = ""
    case "share_type": content.shareType = nil
    case "conditions":
      content.shareType = .conditional
      content.bases = [CatalogWorld.basis]
    case "share_scope": content.shareScope = ""
    case "open_attribute": content.openAttribute = nil
    case "update_frequency": content.updateFrequency = nil
    case "collecting_department": content.collectingDepartment = ""
    case "approving_department": content.approvingDepartment = ""
    default: content.providingDepartment = ""
    }
    let said = refusal { _ = try CatalogWorld.check(content) }
    #expect(said?.reason == "catalog.field_missing")
    #expect(said?.field == "entry.\(field)")
    #expect(said?.citation?.document == "meizhou-public-2023")
  }

  @Test("a profile that names no elements demands none of them (hebi-2021)")
  func otherProfile() throws {
    var content = try CatalogWorld.content()
    content.shareScope = ""
    content.openAttribute = nil
    #expect(throws: Never.self) { try CatalogWorld.check(content, under: "hebi-2021") }
  }

  @Test("a state secret is refused before anything else is looked at (AC-18, hebi-2021/24b)")
  func stateSecret() throws {
    var content = try CatalogWorld.content()
    content.secrecy = .stateSecret
    content.items = []
    let said = refusal { _ = try CatalogWorld.check(content) }
    #expect(said == .stateSecret)
    #expect(refusal { try checkDraft(content) } == .stateSecret)
  }

  @Test(
    "an entry of specific population needs identity number and name (meizhou-specific-2021/9c)",
    .obligation("meizhou-specific-2021/9c"))
  func identityItems() throws {
    var content = try CatalogWorld.content()
    content.items.remove(at: 1)
    #expect(
      refusal { _ = try CatalogWorld.check(content) }?.reason == "catalog.identity_item_missing")
    content = try CatalogWorld.content()
    content.items[0].isRequired = false
    let said = refusal { _ = try CatalogWorld.check(content) }
    #expect(said?.citation?.text == "weir-default/g.5")
    #expect(said?.sentence.chinese.contains("meizhou-specific-2021/9c") == true)
    let own = refusal { _ = try CatalogWorld.check(content, under: "meizhou-specific-2021") }
    #expect(own?.citation?.text == "meizhou-specific-2021/9c")
  }

  @Test("base data need no identity items where no text demands them")
  func baseData() throws {
    var content = try CatalogWorld.content()
    content.category = "person.marriage-adoption"
    content.items.removeFirst(2)
    #expect(throws: Never.self) { try CatalogWorld.check(content) }
  }

  @Test(
    "a category that the text assigns belongs to its bodies alone (AC-15, meizhou-public-2023/15)")
  func categoryOwner() throws {
    var content = try CatalogWorld.content()
    content.category = "person.household"
    let said = refusal { _ = try CatalogWorld.check(content) }
    #expect(said?.reason == "catalog.category_not_yours")
    #expect(said?.citation?.text == "meizhou-public-2023/15.i1")
    let police = try CatalogWorld.facts("civil-affairs", kinds: ["公安"])
    #expect(throws: Never.self) { try CatalogWorld.check(content, owner: police) }
  }

  @Test("specific population is owned by the ten kinds of source alone (meizhou-specific-2021/5)")
  func specificPopulationOwner() throws {
    let content = try CatalogWorld.content()
    let forestry = try CatalogWorld.facts("civil-affairs", kinds: ["林业"])
    let said = refusal { _ = try CatalogWorld.check(content, owner: forestry) }
    #expect(said?.reason == "catalog.category_not_yours")
    #expect(said?.citation?.text == "weir-default/AC-15")
    #expect(said?.sentence.english.contains("meizhou-specific-2021/5.3a") == true)
    let own = refusal {
      _ = try CatalogWorld.check(content, owner: forestry, under: "meizhou-specific-2021")
    }
    #expect(own?.citation?.text == "meizhou-specific-2021/5.3a")
    // The text does not say which of the ten has which category.
    let court = try CatalogWorld.facts("civil-affairs", kinds: ["法院"])
    #expect(throws: Never.self) { try CatalogWorld.check(content, owner: court) }
  }

  @Test("community corrections go without minors (meizhou-specific-2021/5.3c)")
  func noMinors() throws {
    var content = try CatalogWorld.content()
    content.category = "inmate.community-correction"
    let said = refusal { _ = try CatalogWorld.check(content) }
    #expect(said?.field == "entry.excludes_minors")
    #expect(said?.citation?.text == "weir-default/c.1")
    let own = refusal { _ = try CatalogWorld.check(content, under: "meizhou-specific-2021") }
    #expect(own?.citation?.text == "meizhou-specific-2021/5.3c")
    content.excludesMinors = true
    #expect(throws: Never.self) { try CatalogWorld.check(content) }
  }

  @Test("AC-21 another hardship names the decision of a county or higher government")
  func hardshipDecision() throws {
    var content = try CatalogWorld.content()
    content.category = "hardship.other"
    content.acquisitionBasis = nil
    #expect(refusal { _ = try CatalogWorld.check(content) }?.field == "entry.acquisition_basis")
    content.acquisitionBasis = Basis(kind: .law, title: "", article: "")
    #expect(refusal { _ = try CatalogWorld.check(content) }?.field == "entry.acquisition_basis")
    content.acquisitionBasis = CatalogWorld.basis
    #expect(throws: Never.self) { try CatalogWorld.check(content) }
  }

  @Test("an unknown category is refused")
  func unknownCategory() throws {
    var content = try CatalogWorld.content()
    content.category = "death.nonsense"
    #expect(refusal { _ = try CatalogWorld.check(content) } == .unknownCategory("death.nonsense"))
  }

  @Test("one datum has one source: a second claim names the first (AC-16, meizhou-public-2023/11b)")
  func singleSource() throws {
    let content = try CatalogWorld.content()
    let other = try CatalogWorld.code("health")
    let said = refusal {
      _ = try CatalogWorld.check(content, claims: [ItemClaim(title: "火化日期", owner: other)])
    }
    #expect(said?.reason == "catalog.claimed_by_other")
    #expect(said?.citation?.text == "meizhou-public-2023/11b")
    // The other texts know no such rule.
    #expect(throws: Never.self) {
      try CatalogWorld.check(
        content, claims: [ItemClaim(title: "火化日期", owner: other)], under: "hebi-2021")
    }
    // Identity is nobody's datum, and one's own claim is no conflict.
    let mine = content.owner
    #expect(throws: Never.self) {
      try CatalogWorld.check(
        content,
        claims: [
          ItemClaim(title: "身份证号码", owner: other), ItemClaim(title: "火化日期", owner: mine),
        ])
    }
  }
}

@Suite(
  "Share types stand on a ground (meizhou-public-2023/9, 10; hebi-2021/14; guangdong-2018/17, 18)")
struct ShareTypingTests {
  private func conditional() throws -> EntryContent {
    var content = try CatalogWorld.content()
    content.shareType = .conditional
    content.bases = [CatalogWorld.basis]
    content.conditions = "用于养老金发放前比对"
    return content
  }

  @Test("a conditional entry with basis and conditions passes")
  func passes() throws {
    #expect(throws: Never.self) { try CatalogWorld.check(try conditional()) }
  }

  @Test("without a basis, without its article, or without conditions it does not")
  func incomplete() throws {
    var content = try conditional()
    content.bases = []
    #expect(refusal { _ = try CatalogWorld.check(content) }?.reason == "catalog.basis_missing")
    content = try conditional()
    content.bases[0].article = ""
    #expect(refusal { _ = try CatalogWorld.check(content) }?.reason == "catalog.basis_incomplete")
    content = try conditional()
    content.conditions = ""
    let said = refusal { _ = try CatalogWorld.check(content) }
    // Where the profile demands the field, that is told first; elsewhere the type demands it.
    #expect(said?.reason == "catalog.field_missing")
    #expect(said?.field == "entry.conditions")
    let hebi = refusal { _ = try CatalogWorld.check(content, under: "hebi-2021") }
    #expect(hebi?.reason == "catalog.conditions_missing")
  }

  @Test("an internal rule is never a basis, not even a relevant one (guangdong-2018/16)")
  func internalRule() throws {
    for profile in ["meizhou-public-2023", "guangdong-2018", "hebi-2021"] {
      var content = try conditional()
      content.bases[0].kind = .internalRule
      let said = refusal { _ = try CatalogWorld.check(content, under: profile) }
      #expect(said?.reason == "catalog.basis_invalid", "\(profile)")
    }
  }

  @Test("a rule (规章) keeps data back in guangdong-2018/18, not in hebi-2021/14.3")
  func basisKinds() throws {
    var content = try conditional()
    content.category = "death.cremation"
    content.bases[0].kind = .rule
    #expect(throws: Never.self) { try CatalogWorld.check(content, under: "guangdong-2018") }
    #expect(
      refusal { _ = try CatalogWorld.check(content, under: "hebi-2021") }?.reason
        == "catalog.basis_invalid")
  }

  @Test("an item inherits the entry's type, and may differ from it with its own ground")
  func itemType() throws {
    var content = try CatalogWorld.content()
    content.items[2].shareType = .conditional
    #expect(
      refusal { _ = try CatalogWorld.check(content) }?.field == "entry.items[2].bases")
    content.items[2].bases = [CatalogWorld.basis]
    content.items[2].conditions = "仅限殡葬补贴核对"
    #expect(throws: Never.self) { try CatalogWorld.check(content) }
    #expect(content.shareType(of: content.items[0]) == .unconditional)
    #expect(content.shareType(of: content.items[2]) == .conditional)
  }

  @Test(
    "each item bears a type: the one that was left out is named; mixed types are kept (9.1, 9.4)",
    .obligation("meizhou-public-2023/9.1", "meizhou-public-2023/9.4"))
  func typedItems() throws {
    var content = try CatalogWorld.content()
    content.shareType = nil
    for (name, title) in [("place", "火化地点"), ("cause", "死亡原因")] {
      content.items.append(Item(name: name, title: title, type: .text))
    }
    for index in content.items.indices where index != 3 {
      content.items[index].shareType = index == 4 ? .notShared : .unconditional
    }
    content.items[4].bases = [CatalogWorld.basis]
    let refused = refusal { _ = try CatalogWorld.check(content) }
    #expect(refused?.field == "entry.items[3].share_type")
    #expect(refused?.citation?.text == "meizhou-public-2023/9.1")
    #expect(refused?.sentence.english.contains("火化地点") == true)
    content.items[3].shareType = .conditional
    #expect(
      refusal { _ = try CatalogWorld.check(content) }?.field == "entry.conditions")
    content.items[3].bases = [CatalogWorld.basis]
    content.items[3].conditions = "仅限殡葬补贴核对"
    let kept = try CatalogWorld.check(content)
    #expect(
      kept.items.map { kept.shareType(of: $0) } == [
        .unconditional, .unconditional, .unconditional, .conditional, .notShared,
      ])
    // It can be given in part only, on the items' ground.
    #expect(kept.shareType == .conditional && kept.conditions == "仅限殡葬补贴核对")
  }

  @Test(
    "what has no ground is unconditional where the text says so, else it is completed (D09)",
    .obligation("meizhou-specific-2021/19a"))
  func withoutGround() throws {
    var content = try CatalogWorld.content()
    content.shareType = nil
    for key in ["hebi-2021", "meizhou-specific-2021", "guangdong-2018"] {
      #expect(try CatalogWorld.check(content, under: key).shareType == .unconditional, "\(key)")
    }
    #expect(
      refusal { _ = try CatalogWorld.check(content) }?.reason == "catalog.field_missing")
  }

  @Test(
    "whole base databases are unconditional in hebi-2021/14.2, basic items in guangdong-2018/17.2 (AC-17)"
  )
  func baseDataLock() throws {
    var content = try conditional()
    content.category = "person.marriage-adoption"
    #expect(
      refusal { _ = try CatalogWorld.check(content, under: "hebi-2021") }?.reason
        == "catalog.base_data_locked")
    #expect(
      refusal { _ = try CatalogWorld.check(content, under: "guangdong-2018") }?.field
        == "entry.items[0].share_type")
    #expect(throws: Never.self) { try CatalogWorld.check(content, under: "meizhou-public-2023") }
  }

  @Test("a not-shared item is filed where the profile has it (meizhou-public-2023/10.2b)")
  func filing() throws {
    var content = try CatalogWorld.content()
    #expect(filingDuty(content, under: try CatalogWorld.profile("meizhou-public-2023")) == nil)
    content.items[2].shareType = .notShared
    #expect(
      filingDuty(content, under: try CatalogWorld.profile("meizhou-public-2023"))?.value
        == .sameLevelAuthority)
    #expect(filingDuty(content, under: try CatalogWorld.profile("hebi-2021")) == nil)
  }
}

@Suite("Items are well-formed")
struct ItemRuleTests {
  @Test("names, titles, types, codes and roles are checked, each with its field")
  func shapes() throws {
    func said(_ change: (inout EntryContent) -> Void) throws -> String? {
      var content = try CatalogWorld.content()
      change(&content)
      return refusal { try checkItems(content) }?.field
    }
    #expect(try said { $0.items[0].name = "身份证" } == "entry.items[0].name")
    #expect(try said { $0.items[1].name = "id-number" } == "entry.items[1].name")
    #expect(try said { $0.items[1].title = "身份证号码" } == "entry.items[1].title")
    #expect(try said { $0.items[1].title = "" } == "entry.items[1].title")
    #expect(try said { $0.items[1].maxLength = -1 } == "entry.items[1].max_length")
    #expect(try said { $0.items[1].grade = 5 } == "entry.items[1].grade")
    #expect(
      try said { $0.items[1].codes = [CodeValue(value: "1", title: "")] } == "entry.items[1].codes")
    #expect(try said { $0.items[2].type = .code } == "entry.items[2].codes")
    #expect(try said { $0.items[1].role = .subject } == "entry.items[1].role")
    #expect(try said { $0.items[2].role = .subjectName } == "entry.items[2].role")
    #expect(try said { _ in } == nil)
  }

  @Test("the last number of items that is allowed, and the first that is not")
  func count() throws {
    var content = try CatalogWorld.content()
    while content.items.count < EntryLimits.items {
      let number = content.items.count
      content.items.append(Item(name: "item-\(number)", title: "数据项\(number)", type: .text))
    }
    #expect(refusal { try checkItems(content) } == nil)
    content.items.append(Item(name: "one-more", title: "多一项", type: .text))
    #expect(refusal { try checkItems(content) } == .tooManyItems(limit: EntryLimits.items))
  }
}
