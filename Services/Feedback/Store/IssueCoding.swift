// What of an issue nobody searches for: kept as canonical JSON in one column.

import FeedbackRules
import Integrity
import Regulation
import Vocabulary

extension QualityIssue {
  /// The report, the clocks and what was answered; members that say nothing are left out.
  var body: [UInt8] {
    var object = JSONObject()
    object["kind"] = report.kind.map { .string($0.rawValue) }
    object["reporter"] = report.reporter.map { .string($0.rawValue) }
    object["channel"] = .string(report.channel.rawValue)
    let texts = [
      ("item", report.item), ("cause", report.cause), ("grant", report.grant),
      ("slip", report.slipNumber), ("document", report.documentSeen),
      ("correction", correctionBatch),
    ]
    for (name, text) in texts where !text.isEmpty { object[name] = .string(text) }
    if report.personIsAlive { object["alive"] = true }
    for (name, lines) in [("details", report.details), ("reasons", reasons)] where !lines.isEmpty {
      object[name] = .array(lines.map { .string($0) })
    }
    for (name, clock) in [
      ("verify", clocks.verify), ("rectify", clocks.rectify), ("silence", clocks.silence),
    ] {
      object[name] = clock?.json
    }
    object["verified"] = clocks.verified.map { .string($0.iso) }
    object["rectified"] = clocks.rectified.map { .string($0.iso) }
    object["verify_ended"] = clocks.verifyEnded?.json
    object["rectify_ended"] = clocks.rectifyEnded?.json
    if let proposal {
      object["proposed"] = .string(proposal.date.iso)
      object["proposed_by"] = .string(proposal.by.text)
    }
    if reopened > 0 { object["reopened"] = .integer(Int64(reopened)) }
    return CanonicalJSON.encode(.object(object))
  }

  /// Takes up what ``body`` says.
  mutating func read(_ fields: Fields) throws(UnreadableIssue) {
    clocks = IssueClocks(
      verify: try Self.clock(fields["verify"]), rectify: try Self.clock(fields["rectify"]),
      silence: try Self.clock(fields["silence"]),
      verified: CivilDate(iso: fields.text("verified")),
      rectified: CivilDate(iso: fields.text("rectified")))
    clocks.verifyEnded = try fields["verify_ended"].map(ClockReading.init(json:))
    clocks.rectifyEnded = try fields["rectify_ended"].map(ClockReading.init(json:))
    reasons = fields.texts("reasons")
    correctionBatch = fields.text("correction")
    if let date = CivilDate(iso: fields.text("proposed")),
      let by = DepartmentCode(fields.text("proposed_by"))
    {
      proposal = DateProposal(date: date, by: by)
    }
    reopened = Int(fields.number("reopened") ?? 0)
  }

  private static func clock(_ json: JSONValue?) throws(UnreadableIssue) -> LegalClock? {
    guard let json else { return nil }
    return try LegalClock(json: json)
  }
}

extension IssueReport {
  init(_ fields: Fields) {
    self.init()
    item = fields.text("item")
    kind = QualityProblemKind(rawValue: fields.text("kind"))
    cause = fields.text("cause")
    details = fields.texts("details")
    reporter = ReporterKind(rawValue: fields.text("reporter"))
    channel = IssueChannel(rawValue: fields.text("channel")) ?? .platform
    grant = fields.text("grant")
    slipNumber = fields.text("slip")
    documentSeen = fields.text("document")
    personIsAlive = fields.flag("alive")
  }
}
