// What departments do in the suites: apply, review, accept, compare.

import Access
import Contracts
import Integrity
import RPC
import ShareHandlers
import TestSupport
import Testing
import Vocabulary

extension ShareCalls {
  static let user = "human-resources/li dept-officer"
  static let second = "human-resources/sun dept-officer"
  static let head = "human-resources/zhou dept-head"
  static let security = "human-resources/chen dept-security"
  static let system = "human-resources dept-system"
  static let source = "justice/wu dept-officer"
  static let purpose = "核对养老金领取资格"

  static func wanted(
    _ change: (inout ShareV1.Application) -> Void = { _ in }
  ) -> ShareV1.Application {
    var application = ShareV1.Application()
    application.entry = "entries/E-3"
    application.items = ["name", "date", "court", "judgment"]
    application.purpose = purpose
    application.scenario = "发放前比对"
    application.modes = [.lookup, .comparison]
    application.until = "2024-12-31"
    application.roll = ShareV1.RollTerms(
      roll: "own-pension-roll", maxRows: 1_000, maxGrowthPercent: 10, frequency: "monthly")
    application.legalBasis = CommonV1.Basis(kind: .law, title: "社会保险法", article: "第八十条")
    change(&application)
    return application
  }

  func apply(
    _ requestID: String = "a-1", _ change: (inout ShareV1.Application) -> Void = { _ in }
  ) async throws -> ShareV1.Application {
    try await client.createApplication(
      ShareV1.CreateApplicationRequest(
        application: Self.wanted(change), requestID: requestID),
      try options(Self.user, path: "CreateApplication"))
  }

  func submit(_ name: String, _ requestID: String = "s-1") async throws -> ShareV1.Application {
    try await client.submitApplication(
      ShareV1.SubmitApplicationRequest(name: name, requestID: requestID),
      try options(Self.user, path: "SubmitApplication"))
  }

  static func decisions(
    refusing refused: Set<String> = ["judgment"],
    basis: CommonV1.Basis? = CommonV1.Basis(kind: .law, title: "社区矫正法", article: "第五十四条")
  ) -> [ShareV1.ItemDecision] {
    ["name", "date", "court", "judgment"].map { item in
      ShareV1.ItemDecision(
        item: item, approved: !refused.contains(item),
        reason: refused.contains(item) ? "与用途无关" : "",
        basis: refused.contains(item) ? basis : nil)
    }
  }

  func review(
    _ name: String, _ decisions: [ShareV1.ItemDecision] = decisions(),
    _ requestID: String = "r-1", as caller: String = source, consentingTo recipients: [String] = []
  ) async throws -> ShareV1.Application {
    try await client.reviewApplication(
      ShareV1.ReviewApplicationRequest(
        name: name, decisions: decisions, requestID: requestID, recipients: recipients),
      try options(caller, path: "ReviewApplication"))
  }

  func accept(_ name: String) async throws -> ShareV1.Grant {
    try await client.acceptGrant(
      ShareV1.AcceptGrantRequest(name: name, requestID: "accept " + name),
      try options(Self.security, path: "AcceptGrant"))
  }

  /// An active grant of name, date and court.
  func grant(refusing: Set<String> = ["judgment"]) async throws -> ShareV1.Grant {
    let application = try await apply()
    _ = try await submit(application.name)
    let answered = try await review(application.name, Self.decisions(refusing: refusing))
    return try await accept(answered.grant)
  }

  /// The catalogue tells that a version of entries/E-3 was published with these types.
  func publish(
    version: Int64, _ types: [(String, ShareType)], isMounted: Bool? = nil
  ) async throws {
    var payload = JSONObject()
    payload["entry"] = .string("entries/E-3")
    payload["version"] = .integer(version)
    payload["items"] = .array(
      types.map { ["name": .string($0.0), "share_type": .string($0.1.rawValue)] })
    if let isMounted { payload["mounted"] = .bool(isMounted) }
    try await event("catalog.entry_published", payload)
  }

  /// The catalogue tells that the source has unmounted entries/E-3, or mounted it.
  func mounting(_ topic: String) async throws {
    var payload = JSONObject()
    payload["entry"] = .string("entries/E-3")
    payload["actor"] = .string("departments/justice/persons/wu")
    try await event(topic, payload)
  }

  /// A subscription to an unconditional item.
  func subscribed(_ item: String, _ requestID: String = "sub") async throws -> ShareV1.Grant {
    try await client.subscribe(
      ShareV1.SubscribeRequest(
        entry: "entries/E-3", items: [item], purpose: Self.purpose,
        business: "养老金发放", modes: [.lookup],
        until: "2024-12-31", requestID: requestID, scenario: "日常查询"),
      try options(Self.user, path: "Subscribe"))
  }

  func lookup(
    _ grant: String, as caller: String = ShareCalls.system,
    _ change: (inout ShareV1.LookupRequest) -> Void = { _ in }
  ) async throws -> ShareV1.LookupResponse {
    var request = ShareV1.LookupRequest()
    request.grant = grant
    request.subject = IngestV1.Subject(block: try Self.person(7))
    request.purpose = Self.purpose
    request.caseNumber = "2024-0304-1"
    change(&request)
    return try await client.lookup(request, try options(caller, path: "Lookup"))
  }

  /// A sound identifier of a person who does not exist.
  static func person(_ last: UInt8) throws -> [UInt8] {
    let identifier = PersonIdentifier(number: 11_010_519_900_307_000 + UInt64(last))
    return IdentifierBlock(try #require(identifier)).bytes
  }

  /// A row of a roll; the register of these tests holds those that end in 7.
  static func block(_ last: UInt8) -> [UInt8] {
    [1] + [UInt8](repeating: 0, count: 14) + [last]
  }

  func prepare(
    _ grant: String, rows: Int64, _ requestID: String = "c-1", as caller: String = system,
    _ change: (inout ShareV1.Comparison) -> Void = { _ in }
  ) async throws -> ShareV1.Comparison {
    var comparison = ShareV1.Comparison()
    comparison.grant = grant
    comparison.direction = .present
    comparison.period = IngestV1.Period(firstDay: "2024-03-01", lastDay: "2024-03-31")
    comparison.rollRows = rows
    comparison.roll = "own-pension-roll"
    comparison.purpose = Self.purpose
    comparison.payout = "2024-03"
    change(&comparison)
    return try await client.createComparison(
      ShareV1.CreateComparisonRequest(comparison: comparison, requestID: requestID),
      try options(caller, path: "CreateComparison"))
  }

  func upload(
    _ comparison: String, _ number: Int32, _ last: [UInt8], from firstRow: Int32 = 0,
    as caller: String = ShareCalls.system
  ) async throws -> ShareV1.UploadComparisonChunkResponse {
    try await client.uploadComparisonChunk(
      ShareV1.UploadComparisonChunkRequest(
        comparison: comparison, number: number, ids: last.flatMap { Self.block($0) },
        firstRow: firstRow),
      try options(caller, path: "UploadComparisonChunk"))
  }

  func finish(
    _ comparison: String, _ chunks: Int32, _ requestID: String = "f-1"
  ) async throws -> ShareV1.Comparison {
    try await client.finishComparison(
      ShareV1.FinishComparisonRequest(name: comparison, chunks: chunks, requestID: requestID),
      try options(Self.system, path: "FinishComparison"))
  }

  /// A finished run of six rows with leads at 1/0, 1/2 and 2/1.
  func finished() async throws -> ShareV1.Comparison {
    let run = try await prepare(try await grant().name, rows: 6)
    _ = try await upload(run.name, 2, [0, 7, 0])
    _ = try await upload(run.name, 1, [7, 0, 7])
    return try await finish(run.name, 2)
  }

  func conclude(
    _ name: String, _ outcome: ShareV1.Outcome, evidence: ShareV1.Evidence? = nil,
    reason: String = "已核实", as caller: String = user, _ requestID: String = "conclude"
  ) async throws -> ShareV1.Case {
    try await client.concludeCase(
      ShareV1.ConcludeCaseRequest(
        name: name, outcome: outcome, evidence: evidence, reason: reason,
        requestID: requestID + name), try options(caller, path: "ConcludeCase"))
  }

  func clearance(_ comparison: String) async throws -> ShareV1.Clearance {
    try await client.getClearance(
      ShareV1.GetClearanceRequest(comparison: comparison),
      try options(Self.system, path: "GetClearance"))
  }

  func claim(
    _ item: String, _ requestID: String, last: UInt8 = 7
  ) async throws -> ShareV1.VerificationRequest {
    try await client.createVerificationRequest(
      ShareV1.CreateVerificationRequestRequest(
        entry: "entries/E-3",
        subject: IngestV1.Subject(block: try Self.person(last), personName: "张三"), item: item,
        assertedValue: "尘肺病", purpose: "工伤认定", caseNumber: "W-1", requestID: requestID),
      try options(Self.user, path: "CreateVerificationRequest"))
  }

  func decide(
    _ name: String, _ decision: ShareV1.DecideVerificationRequestRequest.Decision,
    _ requestID: String, as caller: String = source,
    _ change: (inout ShareV1.DecideVerificationRequestRequest) -> Void = { _ in }
  ) async throws -> ShareV1.VerificationRequest {
    var request = ShareV1.DecideVerificationRequestRequest()
    request.name = name
    request.decision = decision
    request.requestID = requestID
    change(&request)
    return try await client.decideVerificationRequest(
      request, try options(caller, path: "DecideVerificationRequest"))
  }

  func duties(_ caller: String, of department: String = "") async throws -> [CommonV1.Duty] {
    var duties: [CommonV1.Duty] = []
    var token = ""
    repeat {
      let page = try await client.listDuties(
        CommonV1.ListDutiesRequest(pageSize: 1, pageToken: token, department: department),
        try options(caller, path: "ListDuties"))
      duties += page.duties
      token = page.nextPageToken
    } while !token.isEmpty
    return duties
  }
}
