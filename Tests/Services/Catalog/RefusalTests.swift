// Every refusal of the catalogue, provoked under every profile: told in two languages, resting on that profile's own texts.

import CatalogRules
import Foundation
import Regulation
import Testing
import Vocabulary

@Suite(
  "A refusal rests on the profile that governs (DESIGN.md section 5), never on another city's text")
struct RefusalTests {
  static let keys = [
    "guangdong-2018", "hebi-2021", "luyi-2019", "meizhou-public-2023", "meizhou-specific-2021",
  ]

  /// Everything that can go wrong with content.
  private static let contents: [@Sendable (inout EntryContent) -> Void] = [
    { $0.secrecy = .stateSecret }, { $0.title = "" }, { $0.secrecy = nil }, { $0.origin = nil },
    { $0.items = [] }, { $0.title = String(repeating: "长", count: 201) },
    { $0.summary = String(repeating: "长", count: 4001) },
    { $0.summary = "样例：441402199003070011" }, { $0.category = "death.nonsense" },
    { $0.category = "person.household" },
    { $0.category = "inmate.community-correction" }, { $0.category = "hardship.other" },
    { $0.items[0].name = "身份证" }, { $0.items[1].name = "id-number" }, { $0.items[1].title = "" },
    { $0.items[1].maxLength = -1 }, { $0.items.remove(at: 1) }, { $0.shareType = nil },
    { $0.shareScope = "" }, { $0.shareType = .notShared }, { $0.shareType = .conditional },
    {
      $0.shareType = .conditional
      $0.bases = [Basis(kind: .internalRule, title: "内部规定", article: "一")]
      $0.conditions = "仅限核对"
    },
    {
      $0.shareType = .conditional
      $0.bases = [Basis(kind: .law, title: "", article: "")]
      $0.conditions = "仅限核对"
    },
    {
      $0.shareType = .conditional
      $0.bases = [CatalogWorld.basis]
    },
    {
      $0.category = "person.marriage-adoption"
      $0.shareType = .conditional
      $0.bases = [CatalogWorld.basis]
      $0.conditions = "仅限核对"
    },
    { $0.coverage = ["110000"] },
    {
      $0.shareType = .conditional
      $0.bases = [CatalogWorld.basis]
      $0.conditions = "仅限核对"
    },
    { $0.title = "火化登记系统" },
    {
      $0.format = .file
      $0.shareMode = .table
    },
    { content in
      for number in 0..<EntryLimits.items {
        content.items.append(Item(name: "item-\(number)", title: "数据项\(number)", type: .text))
      }
    },
  ]

  private static func content(_ owner: String = "civil-affairs") throws -> EntryContent {
    var content = try CatalogWorld.content(owner: owner)
    for index in content.items.indices { content.items[index].standard = "GB/T 2261" }
    return content
  }

  private static func ofContents(under key: String) throws -> [CatalogRefusal] {
    let forestry = try CatalogWorld.facts("civil-affairs", kinds: ["林业"])
    let claim = ItemClaim(title: "火化日期", owner: try CatalogWorld.code("health"))
    var found: [CatalogRefusal?] = try contents.map { change in
      var content = try content()
      change(&content)
      return refusal { _ = try CatalogWorld.check(content, under: key) }
    }
    found.append(
      refusal { _ = try CatalogWorld.check(try content(), owner: forestry, under: key) })
    found.append(
      refusal { _ = try CatalogWorld.check(try content(), claims: [claim], under: key) })
    // Sensitive data of an owner without a security unit; where this profile does not ask, of one that asks.
    let unnamed = try CatalogWorld.facts("civil-affairs", duties: [], functions: ["社会救助"])
    found.append(
      refusal {
        var content = try content()
        content.grade = 4
        _ = try CatalogWorld.check(content, owner: unnamed, under: key)
      })
    found.append(
      refusal {
        var content = try content()
        content.derivedFrom = ["grants/G-1"]
        try checkDerivation(content, owners: [:], under: try CatalogWorld.profile(key))
      })
    found.append(
      refusal {
        var content = try content()
        content.resourceClass = "public"
        _ = try content.classified(by: try CatalogWorld.category(content.category))
      })
    found.append(
      refusal {
        let holder = EntryStanding(entry: 1, owner: try CatalogWorld.code("health"))
        try checkCode("X", of: 2, holder: holder, under: try CatalogWorld.profile(key))
      })
    return found.compactMap { $0 }
  }

  private static func all(under key: String) throws -> [CatalogRefusal] {
    // The last two: thrown by the handler, before there is a profile; asked by a row that no text held has.
    try ofContents(under: key) + RefusedSteps(under: key).all + [
      .notInForce(resourceClass: "public"),
      .instrumentUnknown(
        path: "entry.bases", title: "统计法", known: ["数据安全法"], citation: .accessRule(14)),
    ]
  }

  @Test("each cites a document of the governing profile's chain", arguments: keys)
  func cited(_ key: String) throws {
    let profile = try CatalogWorld.profile(key)
    for refusal in try Self.all(under: key) {
      guard let citation = refusal.citation else {
        // Malformed, too late or too early: no article is involved.
        #expect(refusal.kind == .malformed || refusal.kind == .wrongState, "\(refusal)")
        continue
      }
      #expect(profile.rests(on: citation.document), "\(refusal.reason) cites \(citation)")
    }
  }

  @Test("each is told in both languages, and none by the last resort", arguments: keys)
  func told(_ key: String) throws {
    for refusal in try Self.all(under: key) {
      #expect(refusal.sentence.english != "Refused.", "\(refusal)")
      #expect(!refusal.sentence.chinese.isEmpty && !refusal.sentence.english.isEmpty)
      #expect(refusal.sentence.chinese != refusal.sentence.english)
    }
  }

  @Test("items that cannot be stored are told by place and rule")
  func items() throws {
    func told(_ change: (inout EntryContent) -> Void) throws -> CatalogRefusal? {
      var content = try Self.content()
      change(&content)
      return refusal { _ = try CatalogWorld.check(content, under: "meizhou-public-2023") }
    }
    let named = try told { $0.items[0].name = "身份证" }
    #expect(named?.reason == "catalog.item_name_invalid" && named?.field == "entry.items[0].name")
    let long = try told { $0.items[1].maxLength = -1 }
    #expect(long?.reason == "catalog.item_malformed")
    #expect(long?.field?.hasPrefix("entry.items[1]") == true)
  }

  @Test("together they are all reasons that there are")
  func complete() throws {
    let source = try ["CatalogRefusal", "GateRefusal"].map {
      try String(
        contentsOfFile: CatalogWorld.root + "/Services/Catalog/Rules/\($0).swift", encoding: .utf8)
    }.joined()
    let known = Set(source.matches(of: /"(catalog\.[a-z_]+)"/).map { String($0.1) })
    let provoked = Set(try Self.keys.flatMap { try Self.all(under: $0).map(\.reason) })
    #expect(known == provoked, "not provoked: \(known.subtracting(provoked).sorted())")
    #expect(known.count > 30)
  }
}

/// Everything that can go wrong with steps, under one profile.
private struct RefusedSteps {
  let key: String
  let profile: Profile
  let owner: DepartmentFacts
  let officer: Actor
  let authority: Actor
  let stranger: Actor
  let noon = CatalogWorld.noon

  init(under key: String) throws {
    self.key = key
    profile = try CatalogWorld.profile(key)
    owner = try CatalogWorld.facts("civil-affairs")
    officer = try CatalogWorld.actor("civil-affairs", [.departmentHead, .authority])
    authority = try CatalogWorld.authority()
    stranger = try CatalogWorld.actor("health")
  }

  var all: [CatalogRefusal] {
    get throws {
      try (drafts + reviews + publications + withdrawals + scopes + registers + gates).compactMap {
        $0
      }
    }
  }

  private func version(
    _ state: EntryState, of code: String = "civil-affairs"
  ) throws -> EntryVersion {
    var content = try CatalogWorld.content(owner: code)
    if state == .approved { content.shareType = .notShared }
    return try CatalogWorld.version(
      content, state: state, isSecrecyPassed: state != .approved, under: key)
  }

  private var scopes: [CatalogRefusal?] {
    get throws {
      func draft(
        _ body: BodyKind, _ change: (inout EntryContent) -> Void = { _ in }
      ) throws -> CatalogRefusal? {
        var content = try CatalogWorld.content()
        for index in content.items.indices { content.items[index].standard = "GB/T 2261" }
        change(&content)
        return refusal {
          _ = try CatalogWorld.check(
            content, owner: try CatalogWorld.facts("civil-affairs", body: body), under: key)
        }
      }
      return [
        try draft(.enterprise),
        try draft(.publicEnterprise) { $0.businessClass = .nonPublicService },
        try draft(.administrativeOrgan) { $0.specialLaw = CatalogWorld.basis },
        try draft(.administrativeOrgan) { $0.activeSharing = .determined },
        refusal {
          let bound = BoundResource(location: "t", columns: [], description: "")
          let system = MountedSystem(
            department: "civil-affairs", name: "departments/civil-affairs/systems/s",
            isActive: true, resource: bound)
          _ = try version(.published).mounted(system, by: officer, at: noon)
        },
      ]
    }
  }

  private var registers: [CatalogRefusal?] {
    get throws {
      func list(_ content: ListingContent, by actor: Actor) throws -> Listing {
        try listed(
          content, number: 1, after: nil, by: actor, parties: [], at: noon, under: profile)
      }
      let meeting = ListingContent(
        .meeting, texts: ["date": "2024-03-01", "decision": "同意"], lists: ["matters": ["核定"]])
      let guide = try list(
        ListingContent(
          .standard,
          texts: [
            "kind": "guide", "title": "指南", "number": "1", "edition": "1",
            "effective_from": "2024-01-01",
          ], lists: ["required_fields": ["data_form"]]), by: authority)
      let opening = ListingContent(
        .opening,
        texts: ["entry": "entries/E-1", "opening_type": OpeningType.unconditional.rawValue])
      return [
        refusal { _ = try list(meeting, by: stranger) },
        refusal {
          let ended = try list(meeting, by: authority).ended(
            reason: "x", by: authority, at: noon)
          _ = try ended.ended(reason: "x", by: authority, at: noon)
        },
        refusal {
          var content = try CatalogWorld.content()
          content.dataForm = nil
          try checkGuides(content, guides: [guide], on: noon.civilDate, under: profile)
        },
        refusal {
          let item = SharedItem(
            entry: "entries/E-2", owner: try CatalogWorld.code("health"), title: "火化日期")
          _ = try checkDuplicates(
            try CatalogWorld.content(), shared: [item], leaves: [], under: profile)
        },
        refusal { try requireReach("110000", by: officer) },
        refusal {
          try requireOpenToAll(try list(meeting, by: authority), nil, under: profile)
        },
        refusal {
          func assigned(_ number: Int64, to department: String) -> Listing {
            Listing(
              number: number, version: 1, owner: authority.department.code, region: "441400",
              profile: profile.reference,
              content: ListingContent(
                .responsibility,
                texts: ["datum": "火化日期", "department": "departments/\(department)"]),
              state: .inForce, confirmations: [], history: [])
          }
          try checkAssignments(
            of: assigned(2, to: "health"), held: assigned(1, to: "police").assignments,
            under: profile)
        },
        refusal { try requireOpenable(opening, version(.published), by: officer, under: profile) },
        // Thrown by the handler, which alone knows keys.
        .packageNotBelieved(BilingualText("签名无效", "its signature does not hold")),
      ]
    }
  }

  /// Under a text that knows no gate the first of them is all there is.
  private var gates: [CatalogRefusal?] {
    get throws {
      let content = ListingContent(.project, texts: ["title": "系统", "kind": "new_system"])
      let listing = try listed(
        content, number: 1, after: nil, by: officer, parties: [], at: noon, under: profile)
      let project = try #require(Project(listing))
      func decide(
        _ checkpoint: String, by actor: Actor, overrides: Bool = false,
        after decisions: [CheckpointDecision] = []
      ) -> CatalogRefusal? {
        refusal {
          _ = try ProjectGate(project, at: checkpoint, decided: decisions, under: [profile])
            .decided(
              isPass: true, isOverride: overrides, reason: overrides ? "应急" : "", by: actor,
              at: noon, on: GateFacts())
        }
      }
      // Thrown by the handler, before there is a project.
      let known: [CatalogRefusal?] = [
        .gate(.kindUnknown("x")), .gate(.entryForeign("entries/E-9")), decide("", by: authority),
      ]
      guard let checkpoints = profile.gateCheckpoints?.value, let last = checkpoints.last else {
        return known
      }
      let bodies = try CatalogWorld.actor(
        "data-bureau", [.authority, .finance, .developmentReform], authority: nil)
      let passed = checkpoints.map {
        CheckpointDecision(
          checkpoint: $0, isPass: true, actor: bodies.name, role: .authority, time: noon,
          reason: "", isOverride: false)
      }
      return known + [
        decide("nonsense", by: bodies), decide(last.rawValue, by: stranger),
        decide(last.rawValue, by: bodies, after: passed),
        checkpoints.count > 1 ? decide(last.rawValue, by: bodies) : nil,
        decide(last.rawValue, by: bodies, after: passed.dropLast()),
        decide(last.rawValue, by: bodies, overrides: true, after: passed.dropLast()),
      ]
    }
  }

  private var drafts: [CatalogRefusal?] {
    get throws {
      var handedIn = try version(.returned)
      handedIn.submitted = noon.civilDate
      var other = handedIn.content
      other.resourceClass = "public"
      let elsewhere = try CatalogWorld.profile(key == "hebi-2021" ? "luyi-2019" : "hebi-2021")
      let bureau = try CatalogWorld.actor("data-bureau", [.departmentOfficer], authority: nil)
      return [
        refusal { try version(.draft).requireOwner(stranger) },
        refusal { try checkWriteScope(owner: owner.code, actor: stranger) },
        refusal { _ = try version(.published).submitted(by: officer, at: noon, under: profile) },
        refusal {
          _ = try version(.draft, of: "data-bureau").submitted(
            by: bureau, at: noon, under: profile)
        },
        refusal {
          let alone = try CatalogWorld.actor("civil-affairs", holders: [:])
          _ = try version(.draft).submitted(by: alone, at: noon, under: profile)
        },
        refusal {
          _ = try handedIn.edited(
            other, by: officer, at: noon, governing: elsewhere.reference)
        },
      ]
    }
  }

  private var reviews: [CatalogRefusal?] {
    get throws {
      func review(
        _ opinion: EntryOpinion, by actor: Actor, in state: EntryState = .submitted
      ) -> CatalogRefusal? {
        refusal {
          _ = try version(state).reviewed(
            opinion, by: actor, owner: owner, isBaseData: false, at: noon, under: profile)
        }
      }
      let unknown = EntryOpinion(
        .approve, reason: "改", types: [TypeDecision(item: "none", type: .unconditional)])
      let administrator = try CatalogWorld.actor(
        "population-base", [.populationBaseAdministrator])
      let both = try CatalogWorld.actor(
        "data-bureau", [.authority, .populationBaseAdministrator], authority: nil)
      let twice = refusal {
        var version = try version(.submitted)
        for _ in 1...2 {
          version = try version.reviewed(
            EntryOpinion(.approve), by: both, owner: owner, isBaseData: false, at: noon,
            under: profile)
        }
      }
      return [
        twice, review(EntryOpinion(.approve), by: stranger),
        review(EntryOpinion(.approve), by: officer),
        review(EntryOpinion(.returnIt), by: authority), review(unknown, by: authority),
        review(unknown, by: administrator),
        review(EntryOpinion(.approve), by: authority, in: .approved),
      ]
    }
  }

  private var publications: [CatalogRefusal?] {
    get throws {
      var passed = try version(.approved)
      passed.secrecyReview = SecrecyReview(person: "departments/d/persons/p", time: noon)
      let filing = Filing(number: "1", date: noon.civilDate, reason: "涉及隐私")
      func publish(_ version: EntryVersion) -> CatalogRefusal? {
        refusal {
          _ = try version.published(by: authority, owner: owner, at: noon, under: profile)
        }
      }
      func file(_ version: EntryVersion, by actor: Actor) -> CatalogRefusal? {
        refusal {
          _ = try version.filed(filing, by: actor, owner: owner, at: noon, under: profile)
        }
      }
      func mount(
        _ department: String, isActive: Bool, _ form: DataForm = .text
      ) -> CatalogRefusal? {
        refusal {
          let system = MountedSystem(
            department: department, name: "departments/\(department)/systems/s",
            isActive: isActive)
          var published = try version(.published)
          published.content.dataForm = form
          _ = try published.mounted(system, by: officer, at: noon)
        }
      }
      return [
        publish(try version(.approved)), publish(passed),
        file(try version(.submitted), by: authority), file(passed, by: stranger),
        mount("health", isActive: true), mount("civil-affairs", isActive: false),
        mount("civil-affairs", isActive: true, .nonElectronic),
      ]
    }
  }

  private var withdrawals: [CatalogRefusal?] {
    get throws {
      func withdraw(_ actor: Actor, _ reason: String, _ basis: Basis?) -> CatalogRefusal? {
        refusal {
          _ = try version(.published).withdrawn(
            reason: reason, basis: basis, by: actor, owner: owner, at: noon, under: profile)
        }
      }
      return [
        withdraw(authority, "", nil), withdraw(officer, "", nil), withdraw(officer, "改", nil),
        withdraw(officer, "改", Basis(kind: .internalRule, title: "内部规定", article: "一")),
      ]
    }
  }
}
