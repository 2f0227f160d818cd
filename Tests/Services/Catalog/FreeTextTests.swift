// No text of the catalogue holds an identity number: it would be read by every department and stand in the log (AC-33).

import CatalogRules
import Contracts
import RPC
import TestSupport
import Testing
import Vocabulary

@Suite("No text of the catalogue holds an identity number (AC-33, meizhou-public-2023/39.1)")
struct FreeTextTests {
  private static let text = "例如 441402 19900307 0011 一人"

  private struct Place: Sendable, CustomTestStringConvertible {
    let path: String
    let change: @Sendable (inout CatalogV1.Entry) -> Void
    var testDescription: String { path }
  }

  private static let basis = CommonV1.Basis(kind: .law, title: text, article: "一")

  private static let places: [Place] = [
    Place(path: "entry.title") { $0.title = text },
    Place(path: "entry.summary") { $0.summary = text },
    Place(path: "entry.collecting_department") { $0.collectingDepartment = text },
    Place(path: "entry.approving_department") { $0.approvingDepartment = text },
    Place(path: "entry.providing_department") { $0.providingDepartment = text },
    Place(path: "entry.shared_content") { $0.sharedContent = text },
    Place(path: "entry.conditions") { $0.conditions = text },
    Place(path: "entry.share_scope") { $0.shareScope = text },
    Place(path: "entry.bases[0].title") { $0.bases = [basis] },
    Place(path: "entry.bases[0].article") {
      $0.bases = [.init(kind: .law, title: "法", article: text)]
    },
    Place(path: "entry.acquisition_basis.title") { $0.acquisitionBasis = basis },
    Place(path: "entry.necessity") { $0.necessity = text },
    Place(path: "entry.acquisition_reference") { $0.acquisitionReference = text },
    Place(path: "entry.category") {
      $0.category = text
      $0.resourceClass = ""
    },
    Place(path: "entry.function") { $0.function = text },
    Place(path: "entry.format_type") { $0.formatType = text },
    Place(path: "entry.related_codes[0]") { $0.relatedCodes = [text] },
    Place(path: "entry.duplicate_reason") { $0.duplicateReason = text },
    Place(path: "entry.group_decision") { $0.groupDecision = text },
    Place(path: "entry.special_law.title") { $0.specialLaw = basis },
    Place(path: "entry.special_law.article") {
      $0.specialLaw = .init(kind: .law, title: "法", article: text)
    },
    Place(path: "entry.items[2].title") { $0.items[2].title = text },
    Place(path: "entry.items[2].conditions") { $0.items[2].conditions = text },
    Place(path: "entry.items[2].unit") { $0.items[2].unit = text },
    Place(path: "entry.items[2].standard") { $0.items[2].standard = text },
    Place(path: "entry.items[2].bases[0].title") { $0.items[2].bases = [basis] },
    Place(path: "entry.items[2].codes[0].value") {
      $0.items[2].codes = [.init(value: text, title: "一")]
    },
    Place(path: "entry.items[2].codes[0].title") {
      $0.items[2].codes = [.init(value: "1", title: text)]
    },
  ]

  private func expect(
    _ path: String, _ body: () async throws -> Void,
    _ location: SourceLocation = #_sourceLocation
  ) async {
    let said = await status(body)
    #expect(said?.code == .invalidArgument, sourceLocation: location)
    #expect(
      said?.trailers["weir-reason"] == "catalog.identity_number_in_text", sourceLocation: location)
    #expect(said?.trailers["weir-field"] == path, sourceLocation: location)
    #expect(said?.trailers["weir-article"] == "weir-default/AC-33", sourceLocation: location)
  }

  @Test("in every text of an entry, when it is drafted and when it is changed", arguments: places)
  private func entries(_ place: Place) async throws {
    let catalog = try await CatalogCalls()
    await expect(place.path) { _ = try await catalog.draft("c", place.change) }
    var entry = try await catalog.draft("d")
    place.change(&entry)
    let changed = entry
    await expect(place.path) {
      _ = try await catalog.client.updateEntry(
        .init(entry: changed, requestID: "u"), catalog.options(CatalogCalls.officer))
    }
    #expect(try await catalog.log().allSatisfy { !"\($0.payload)".contains("19900307") })
  }

  @Test("no text of an entry is left out: each has a place above")
  func everyText() throws {
    func slug(_ label: String) -> String {
      label.map { $0.isUppercase ? "_\($0.lowercased())" : String($0) }.joined()
    }
    let content = try CatalogWorld.content()
    var found = 0
    for child in Mirror(reflecting: content).children {
      let isText =
        child.value is String || child.value is [String] || child.value is [Basis]
        || type(of: child.value) == Basis?.self
      // The class follows from the category (D43); the others are names of resources and of regions, which no
      // other text is.
      guard isText, let label = child.label,
        !["resourceClass", "derivedFrom", "shareDepartments", "coverage"].contains(label)
      else { continue }
      found += 1
      #expect(Self.places.contains { $0.path.hasPrefix("entry.\(slug(label))") }, "\(label)")
    }
    #expect(found >= 15)
  }

  @Test("in what reviewers and filing offices write")
  func decisions() async throws {
    let catalog = try await CatalogCalls(under: "hebi-2021")
    let name = try await catalog.draft("d").name
    _ = try await catalog.client.submitEntry(
      .init(name: name, requestID: "s"), catalog.options(CatalogCalls.officer))
    let authority = catalog.options(CatalogCalls.authority)
    func review(_ change: (inout CatalogV1.ReviewEntryRequest) -> Void) async throws {
      var request = CatalogV1.ReviewEntryRequest(name: name, decision: .approve, requestID: "r")
      change(&request)
      _ = try await catalog.client.reviewEntry(request, authority)
    }
    await expect("reason") {
      try await review {
        $0.decision = .return
        $0.reason = Self.text
      }
    }
    await expect("share_types[0].conditions") {
      try await review {
        $0.reason = "改"
        $0.shareTypes = [.init(shareType: .conditional, conditions: Self.text)]
      }
    }
    await expect("share_types[0].bases[0].title") {
      try await review {
        $0.reason = "改"
        $0.shareTypes = [.init(shareType: .notShared, bases: [Self.basis])]
      }
    }
    let meizhou = try await CatalogCalls()
    let filed = try await meizhou.draft("d") {
      $0.shareType = .notShared
      $0.bases = [.init(kind: .law, title: "民法典", article: "一千零三十二")]
    }.name
    _ = try await meizhou.client.submitEntry(
      .init(name: filed, requestID: "s"), meizhou.options(CatalogCalls.officer))
    for (number, reason, path) in [
      (Self.text, "涉及隐私", "filing.number"), ("1", Self.text, "filing.reason"),
    ] {
      await expect(path) {
        _ = try await meizhou.client.fileNotShared(
          .init(
            name: filed, filing: .init(number: number, date: "2024-03-04", reason: reason),
            requestID: "f"), meizhou.options(CatalogCalls.authority))
      }
    }
  }

  @Test("in the reason and the ground of a withdrawal, and of keeping the entry")
  func withdrawals() async throws {
    let catalog = try await CatalogCalls()
    let name = try await catalog.draft("d").name
    _ = try await catalog.publish(name, "p")
    let head = catalog.options("civil-affairs dept-head")
    let sound = CommonV1.Basis(kind: .law, title: "民法典", article: "一千零三十二")
    func withdraw(_ reason: String, _ basis: CommonV1.Basis, cancel: Bool = false) async throws {
      _ = try await catalog.client.withdrawEntry(
        .init(
          name: name, reason: reason, basis: basis,
          requestID: "\(reason)\(cancel)".prefix(20) + "w",
          cancel: cancel), head)
    }
    await expect("reason") { try await withdraw(Self.text, sound) }
    await expect("basis.title") { try await withdraw("职能划转", Self.basis) }
    try await withdraw("职能划转", sound)
    await expect("reason") { try await withdraw(Self.text, sound, cancel: true) }
  }

  @Test("reasons have a longest length; the last good one and the first that is not")
  func lengths() throws {
    let version = try CatalogWorld.version(try CatalogWorld.content(), state: .submitted)
    func returned(_ count: Int) throws -> CatalogRefusal? {
      refusal {
        _ = try version.reviewed(
          EntryOpinion(.returnIt, reason: String(repeating: "理", count: count)),
          by: try CatalogWorld.authority(), owner: try CatalogWorld.facts("civil-affairs"),
          isBaseData: false, at: CatalogWorld.noon,
          under: try CatalogWorld.profile("meizhou-public-2023"))
      }
    }
    #expect(try returned(EntryLimits.textCharacters) == nil)
    #expect(
      try returned(EntryLimits.textCharacters + 1)
        == .fieldTooLong(path: "reason", limit: EntryLimits.textCharacters))
  }
}
