// Batches: who delivers, how, in which order, and when they commit.

import Regulation
import Testing
import Vocabulary

@testable import IngestRules

/// The refusal of a body, `nil` where it passes.
private func refusal(_ body: () throws -> Void) -> IngestRefusal? {
  do {
    try body()
    return nil
  } catch {
    return error as? IngestRefusal
  }
}

@Suite("only the owner delivers, in the modes of its profile (AC-30, AC-34)")
struct DeliveryTests {
  private let civilAffairs = DepartmentCode("civil-affairs")
  private let justice = DepartmentCode("justice")
  private let system = SystemName("cremation")
  private let other = SystemName("other")
  private let public12 = Citation(document: "meizhou-public-2023", article: "12b")
  private let public12d = Citation(document: "meizhou-public-2023", article: "12d")
  private let modes12 = Citation(document: "meizhou-public-2023", article: "12")
  private let specific12 = Citation(document: "meizhou-specific-2021", article: "12b")

  private func terms(
    published: Bool = true, origin: DataOrigin = .selfBuilt,
    modes: Set<DeliveryMode> = [.table, .manualUpload, .backflow], selfBuilt: Bool = true,
    byHandFrom: Set<DataOrigin>? = nil, reason: Bool = true
  ) throws -> DeliveryTerms {
    DeliveryTerms(
      owner: try #require(civilAffairs), isPublished: published, origin: origin,
      sourceSystem: system, modes: OfferedModes(modes, citation: modes12),
      tableOnlyForSelfBuilt: selfBuilt ? public12 : nil,
      manualUploadOrigins: byHandFrom.map { OfferedOrigins($0, citation: public12d) },
      reasonForInterface: reason ? specific12 : nil,
      basis: RuleBasis(profile: "meizhou-public-2023"))
  }

  private func offer(
    _ mode: DeliveryMode, department: DepartmentCode? = nil, system: SystemName? = nil,
    person: Bool = false, reason: String = "", asOf: String = "2024-03-04"
  ) throws -> DeliveryOffer {
    DeliveryOffer(
      department: try #require(department ?? civilAffairs), system: system,
      hasPersonCertificate: person, mode: mode, reason: reason, asOf: day(asOf))
  }

  private func judge(_ offer: DeliveryOffer, _ terms: DeliveryTerms) -> IngestRefusal? {
    refusal { try checkDelivery(offer, under: terms, today: day("2024-03-04")) }
  }

  @Test("the entry's own system delivers a table")
  func table() throws {
    #expect(try judge(offer(.table, system: system), terms()) == nil)
  }

  @Test("a manual upload to a self-built system's entry is refused (meizhou-public-2023/12)")
  func manualUpload() throws {
    for mode in [DeliveryMode.manualUpload, .file, .fileUpload] {
      let found = try judge(offer(mode, person: true), terms())
      #expect(found == .manualUploadRefused(citation: public12))
      #expect(found?.reason == "ingest.manual_upload_refused")
      #expect(found?.kind == .notAllowed)
      #expect(found?.citation?.text == "meizhou-public-2023/12b")
      #expect(found?.nextStep != nil)
    }
    #expect(try judge(offer(.file, person: true), terms(origin: .noSystem)) == nil)
    #expect(try judge(offer(.file, person: true), terms(selfBuilt: false)) == nil)
  }

  @Test(
    "only data without a system are uploaded by hand, where the profile says so (meizhou-public-2023/12d)",
    arguments: DataOrigin.allCases)
  func origins(_ origin: DataOrigin) throws {
    let strict = try terms(origin: origin, selfBuilt: false, byHandFrom: [.noSystem])
    let found = try judge(offer(.file, person: true), strict)
    #expect(
      found == (origin == .noSystem ? nil : .manualUploadOfOrigin(origin, citation: public12d)))
    #expect(try judge(offer(.table, system: system), strict) == nil)
    let open = try terms(origin: origin, selfBuilt: false, byHandFrom: Set(DataOrigin.allCases))
    #expect(try judge(offer(.file, person: true), open) == nil)
  }

  @Test("whoever goes on with a batch is whom its mode wants; nobody fills a correction")
  func hands() {
    let opener = "departments/civil-affairs/systems/cremation"
    func judge(
      _ mode: DeliveryMode, _ principal: String, person: Bool, kind: BatchKind = .stock
    ) -> String? {
      refusal {
        try checkHand(
          mode: mode, kind: kind, opener: opener, principal: principal,
          hasPersonCertificate: person)
      }?.reason
    }
    let person = "departments/civil-affairs/persons/li"
    #expect(judge(.table, opener, person: false) == nil)
    #expect(judge(.table, person, person: true) == "ingest.system_needed")
    #expect(
      judge(.table, "departments/civil-affairs/systems/other", person: false)
        == "ingest.other_system")
    #expect(judge(.file, person, person: true) == nil)
    #expect(judge(.file, opener, person: false) == "ingest.person_needed")
    #expect(judge(.file, person, person: true, kind: .correction) == "ingest.batch_of_correction")
  }

  @Test("a file wants a person, a table the registered system")
  func certificates() throws {
    let hand = try terms(origin: .noSystem)
    #expect(try judge(offer(.file, system: system), hand) == .personNeeded(mode: .file))
    #expect(try judge(offer(.table, person: true), terms()) == .systemNeeded(mode: .table))
    let expected = try #require(system)
    #expect(try judge(offer(.table, system: other), terms()) == .otherSystem(expected: expected))
  }

  @Test("an interface needs a reason where the profile asks for one (meizhou-specific-2021/12)")
  func interface() throws {
    let open = try terms(modes: [.table, .file, .api], selfBuilt: false)
    #expect(
      try judge(offer(.api, system: system, reason: " "), open)
        == .interfaceReasonMissing(citation: specific12))
    #expect(try judge(offer(.api, system: system, reason: "上级系统"), open) == nil)
    let free = try terms(modes: [.api], selfBuilt: false, reason: false)
    #expect(try judge(offer(.api, system: system), free) == nil)
    #expect(
      try judge(offer(.api, system: system), terms())
        == .modeNotOffered(mode: .api, citation: modes12))
  }

  @Test("an as-of day may be today, not tomorrow")
  func asOf() throws {
    #expect(
      try judge(offer(.table, system: system, asOf: "2024-03-05"), terms())
        == .asOfInFuture(today: day("2024-03-04")))
  }

  @Test("what is wrong in every way is refused in the fixed order")
  func precedence() throws {
    let delivery = RuleBasis(profile: "meizhou-public-2023").delivery
    // Each step repairs what the step before was refused for.
    var found: [String?] = []
    let bad = try terms(published: false, modes: [])
    found.append(judge(try offer(.file, department: justice, asOf: "2025-01-01"), bad)?.reason)
    #expect(
      judge(try offer(.file, department: justice), bad) == .notOwner(citation: delivery))
    found.append(judge(try offer(.file, asOf: "2025-01-01"), bad)?.reason)
    found.append(judge(try offer(.file, asOf: "2025-01-01"), try terms(modes: []))?.reason)
    found.append(judge(try offer(.api, asOf: "2025-01-01"), try terms(modes: []))?.reason)
    found.append(judge(try offer(.api, asOf: "2025-01-01"), try terms(modes: [.api]))?.reason)
    found.append(
      judge(try offer(.api, reason: "r", asOf: "2025-01-01"), try terms(modes: [.api]))?.reason)
    found.append(
      judge(
        try offer(.api, system: other, reason: "r", asOf: "2025-01-01"), try terms(modes: [.api]))?
        .reason)
    found.append(
      judge(
        try offer(.api, system: system, reason: "r", asOf: "2025-01-01"),
        try terms(modes: [.api]))?.reason)
    #expect(
      found == [
        "ingest.not_owner", "ingest.entry_not_published", "ingest.manual_upload_refused",
        "ingest.mode_not_offered", "ingest.interface_reason_missing", "ingest.system_needed",
        "ingest.other_system", "ingest.as_of_in_future",
      ])
  }
}

@Suite("chunks come in order; the same again is answered again (FORMATS, file chunk)")
struct ChunkOrderTests {
  private func judge(
    _ number: Int, state: BatchState = .loading, next: Int = 3, stored: [UInt8]? = nil,
    rows: Int = 10, bytes: Int = 100
  ) throws -> ChunkDecision {
    try decideChunk(
      ChunkOffer(number: number, firstLine: 2, rowCount: rows, byteCount: bytes, digest: [1]),
      progress: BatchProgress(state: state, nextNumber: next), stored: stored)
  }

  @Test("the expected number is taken, a repetition answered, other content refused")
  func order() throws {
    #expect(try judge(3) == .take)
    #expect(try judge(1, state: .open, next: 1) == .take)
    #expect(try judge(2, stored: [1]) == .repeatAnswer)
    #expect(refusal { _ = try judge(2, stored: [2]) } == .chunkContentDiffers(number: 2))
    #expect(refusal { _ = try judge(4) } == .chunkOutOfOrder(expected: 3, found: 4))
    #expect(refusal { _ = try judge(0) } == .chunkOutOfOrder(expected: 3, found: 0))
    #expect(refusal { _ = try judge(4) }?.kind == .wrongState)
  }

  @Test("a repetition is answered after the commit too; anything else is refused")
  func closed() throws {
    #expect(try judge(2, state: .committed, stored: [1]) == .repeatAnswer)
    #expect(refusal { _ = try judge(3, state: .committed) } == .batchState(.committed))
    #expect(refusal { _ = try judge(3, state: .abandoned) } == .batchState(.abandoned))
  }

  @Test("after a failed pre-check the first chunk begins anew")
  func restart() throws {
    #expect(try judge(1, state: .qualityFailed, stored: [2]) == .restart)
    // The error may be further on: the repaired file may begin with the same chunk.
    #expect(try judge(1, state: .qualityFailed, stored: [1]) == .restart)
    #expect(try judge(2, state: .qualityFailed, stored: [1]) == .repeatAnswer)
    #expect(
      refusal { _ = try judge(3, state: .qualityFailed) }
        == .chunkOutOfOrder(expected: 1, found: 3))
  }

  @Test("a chunk has at most 32,768 rows and 1 MiB, and at least one row")
  func limits() throws {
    #expect(try judge(3, rows: 32_768, bytes: 1 << 20) == .take)
    #expect(
      refusal { _ = try judge(3, rows: 32_769) } == .chunkTooLarge(rows: 32_769, bytes: 100))
    let tooLong = refusal { _ = try judge(9, state: .committed, bytes: (1 << 20) + 1) }
    #expect(tooLong?.kind == .tooMuch)
    #expect(refusal { _ = try judge(3, rows: 0) } == .chunkEmpty)
  }
}

@Suite("only what passed its pre-check is committed (meizhou-specific-2021/29, e.3)")
struct PrecheckTests {
  private let basis = RuleBasis(profile: "meizhou-specific-2021")

  private func judge(
    accepted: Int, rejected: Int, percent: Int? = nil, state: BatchState = .loading,
    chunks: Int = 2, rows: Int? = nil, next: Int = 3, kind: BatchKind = .stock,
    declaresNil: Bool = false, standard: Int? = 5, isOurs: Bool = true
  ) throws -> PrecheckVerdict {
    try precheck(
      progress: BatchProgress(state: state, nextNumber: next), accepted: accepted,
      rejected: rejected, statedChunks: chunks, statedRows: rows ?? accepted + rejected,
      kind: kind, declaresNil: declaresNil,
      threshold: RejectThreshold(
        percent: percent,
        standard: standard.map {
          Provision(
            value: $0,
            citation: Citation(
              document: isOurs ? Citation.productDocument : "meizhou-specific-2021",
              article: "quality"), origin: isOurs ? .productDefault : .text)
        }, basis: basis))
  }

  @Test("five in a hundred pass, one more does not; the number is shown as ours")
  func threshold() throws {
    #expect(try judge(accepted: 95, rejected: 5) == .passed)
    guard case .failed(let refusal) = try judge(accepted: 9_499, rejected: 501) else {
      Issue.record("passed")
      return
    }
    #expect(refusal.reason == "ingest.quality_failed")
    #expect(refusal.citation?.text == "weir-default/quality")
    #expect(refusal.sentence.english.contains("our default"))
  }

  @Test("the number is the profile's row, whatever it says; without one no row may be rejected")
  func profileThreshold() throws {
    #expect(try judge(accepted: 98, rejected: 2, standard: 2) == .passed)
    guard
      case .failed(let refusal) = try judge(accepted: 97, rejected: 3, standard: 2, isOurs: false)
    else {
      Issue.record("passed")
      return
    }
    #expect(refusal.citation?.text == "meizhou-specific-2021/quality")
    #expect(!refusal.sentence.english.contains("our default"))
    #expect(try judge(accepted: 99, rejected: 1, standard: nil) != .passed)
  }

  @Test("e.3 only an increment to which nothing was sent is declared as nothing")
  func declaredNil() throws {
    func judge(_ kind: BatchKind, _ state: BatchState, accepted: Int = 0) throws -> PrecheckVerdict
    {
      try self.judge(
        accepted: accepted, rejected: 0, state: state, chunks: accepted > 0 ? 1 : 0,
        next: accepted > 0 ? 2 : 1, kind: kind, declaresNil: true)
    }
    #expect(try judge(.increment, .open) == .nothingToDeliver)
    #expect(refusal { _ = try judge(.stock, .open) } == .nilOfOther)
    #expect(refusal { _ = try judge(.increment, .loading, accepted: 1) } == .nilOfOther)
  }

  @Test("an entry's own threshold counts, nought included")
  func ownThreshold() throws {
    #expect(try judge(accepted: 1, rejected: 1, percent: 50) == .passed)
    #expect(try judge(accepted: 10, rejected: 0, percent: 0) == .passed)
    guard case .failed(let refusal) = try judge(accepted: 1_000_000, rejected: 1, percent: 0)
    else {
      Issue.record("passed")
      return
    }
    #expect(refusal.citation?.text == "meizhou-specific-2021/29")
  }

  @Test("state first, then counts, then emptiness")
  func precedence() {
    #expect(
      refusal { _ = try judge(accepted: 0, rejected: 0, state: .committed, chunks: 9) }
        == .batchState(.committed))
    #expect(
      refusal { _ = try judge(accepted: 5, rejected: 0, chunks: 3) }
        == .countsDiffer(chunks: 2, rows: 5, statedChunks: 3, statedRows: 5))
    #expect(
      refusal { _ = try judge(accepted: 5, rejected: 0, rows: 6) }
        == .countsDiffer(chunks: 2, rows: 5, statedChunks: 2, statedRows: 6))
    #expect(refusal { _ = try judge(accepted: 0, rejected: 0) } == .batchEmpty)
  }

  @Test("every state allows exactly the events of e.3")
  func machine() {
    let events: [BatchEvent] = [
      .chunk, .restart, .precheckPassed, .precheckFailed, .declareNil, .abandon,
    ]
    let allowed: [BatchState: [BatchEvent: BatchState]] = [
      .open: [
        .chunk: .loading, .declareNil: .nilDeclared, .abandon: .abandoned,
      ],
      .loading: [
        .chunk: .loading, .precheckPassed: .committed, .precheckFailed: .qualityFailed,
        .abandon: .abandoned,
      ],
      .qualityFailed: [.restart: .loading, .abandon: .abandoned],
    ]
    for state in BatchState.allCases {
      for event in events {
        if let next = allowed[state]?[event] {
          #expect((try? state.after(event)) == next)
        } else {
          #expect(refusal { _ = try state.after(event) } == .batchState(state))
        }
      }
      #expect(state.isClosed == ([.open, .loading, .qualityFailed].contains(state) == false))
    }
  }
}

@Suite("a batch's columns are its entry's items (meizhou-specific-2021/13a)")
struct ColumnOrderTests {
  private func judge(_ header: [String]) throws -> ColumnOrder {
    try ColumnOrder(header: header, schema: corrections)
  }

  @Test("columns bear slug or title, in any order, optional ones may be missing")
  func match() throws {
    let order = try judge(["姓名", " id ", "start"])
    #expect(order.columns == [1, 0, 2, nil, nil, nil, nil, nil, nil])
    #expect(order.columnCount == 3)
  }

  @Test("data, unknown, doubled and missing columns are refused in this order, without their text")
  func refusals() {
    let person = personID(44_140_219_900_101_001).text
    #expect(refusal { _ = try judge(["x", person]) } == .headerIsData(column: 2))
    #expect(refusal { _ = try judge(["id", "id", "x"]) } == .headerColumnTwice(item: "id"))
    #expect(refusal { _ = try judge(["x", "id", "id"]) } == .headerUnknownColumn(column: 1))
    #expect(refusal { _ = try judge(["id"]) } == .headerItemMissing(item: "name", title: "姓名"))
    #expect(refusal { _ = try judge([]) } == .headerItemMissing(item: "id", title: "身份证号码"))
  }

  @Test("an identity column with lost digits is refused whole, with the advice (GB 11643)")
  func lostDigits() throws {
    let order = try judge(["姓名", "id"])
    let lost = ["4.41402E+17", "441402199001010000", "441402198505050000"]
    let found = refusal {
      try checkDigits(rows: lost.map { ["王", $0] }, schema: corrections, order: order)
    }
    #expect(found?.reason == "ingest.digits_lost")
    #expect(found?.nextStep?.english.contains("text") == true)
    let rows = [["王", personID(44_140_219_900_101_001).text], ["only one field"]]
    #expect(refusal { try checkDigits(rows: rows, schema: corrections, order: order) } == nil)
  }
}

@Suite("refusals of Ingest speak to the person who must act")
struct IngestRefusalTests {
  @Test("each has its own reason, both languages, and no case falls through")
  func sentences() throws {
    let citation = Citation(document: "meizhou-public-2023", article: "12b")
    let system = try #require(SystemName("cremation"))
    let lost = try #require(LostDigits.found(in: ["4.41402E+17"]))
    let threshold = RejectThreshold(
      percent: nil, standard: nil, basis: RuleBasis(profile: "none"))
    let all: [IngestRefusal] = [
      .manualUploadOfOrigin(.upperLevel, citation: citation), .batchOfCorrection, .nilOfOther,
      .identityNumberInText(field: "reason"), .notOwner(citation: citation), .entryNotPublished,
      .manualUploadRefused(citation: citation),
      .modeNotOffered(mode: .api, citation: citation), .interfaceReasonMissing(citation: citation),
      .personNeeded(mode: .file), .systemNeeded(mode: .table), .otherSystem(expected: system),
      .asOfInFuture(today: day("2024-03-04")), .headerIsData(column: 1),
      .headerUnknownColumn(column: 1), .headerColumnTwice(item: "id"),
      .headerItemMissing(item: "id", title: "身份证号码"), .chunkTooLarge(rows: 1, bytes: 1),
      .chunkEmpty, .chunkContentDiffers(number: 1), .chunkOutOfOrder(expected: 1, found: 2),
      .digitsLost(item: "id", lost), .batchState(.committed),
      .countsDiffer(chunks: 1, rows: 1, statedChunks: 2, statedRows: 2), .batchEmpty,
      .qualityFailed(rejected: 1, total: 2, threshold: threshold),
      .rejectsDeleted(kept: day("2024-03-04"), citation: citation),
    ]
    #expect(Set(all.map(\.reason)).count == all.count)
    for refusal in all {
      #expect(refusal.reason.hasPrefix("ingest."))
      #expect(refusal.sentence.chinese != refusal.reason)
      #expect(refusal.sentence.english != refusal.reason)
      #expect(refusal.field != nil)
    }
  }

  @Test("each profile cites its own articles, an unknown one the product")
  func basis() {
    #expect(RuleBasis(profile: "hebi-2021").format.text == "hebi-2021/12.1a")
    #expect(RuleBasis(profile: "elsewhere").format.isOfText == false)
  }
}
