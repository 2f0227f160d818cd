// A wrong value is recalled from everyone who received it; and who sees what of it all.

import FeedbackRules
import Regulation
import Testing
import Vocabulary

@Suite("a recall ends when every receiver has said what it did (meizhou-public-2023/35b)")
struct RecallTests {
  private func receiver(_ code: String, row: Int) throws -> RecallReceiver {
    RecallReceiver(
      department: try department(code), grant: "grants/G-1", callID: "c", received: nil,
      comparison: "comparisons/C-1", chunk: 1, row: row, caseNumber: "")
  }

  private func recall() throws -> Recall {
    Recall(
      number: 1, issue: 1, entry: 1, record: "entries/E-1/records/7",
      created: try morning("2024-03-08"),
      receivers: [
        try receiver(holder, row: 3), try receiver("health", row: 9), try receiver(holder, row: 4),
      ])
  }

  private func acknowledge(
    _ recall: Recall, _ outcome: String = "reopened", note: String = "", by code: String
  ) throws -> Recall {
    try recall.acknowledged(
      outcome: outcome, note: note, by: try officer(code), at: try morning("2024-03-09"))
  }

  @Test("a receiver speaks for all that its department received, once")
  func once() throws {
    let first = try acknowledge(try recall(), by: holder)
    #expect(first.acknowledgedCount == 2 && !first.isComplete)
    #expect(
      refusal { try acknowledge(first, by: holder) }?.reason == "feedback.already_acknowledged")
    let second = try acknowledge(first, "not_affected", note: "未使用", by: "health")
    #expect(second.isComplete)
    #expect(second.receivers[0].acknowledgement?.outcome == .reopened)
    #expect(second.receivers[1].acknowledgement?.note == "未使用")
  }

  @Test("who received nothing has nothing to acknowledge")
  func strangers() throws {
    for code in [source, authority] {
      #expect(
        refusal { try acknowledge(try recall(), by: code) }?.reason == "feedback.not_receiver")
    }
  }

  @Test("outcomes are reopened, not_affected and made_good; notes are short and without numbers")
  func outcomes() throws {
    for outcome in ["reopened", "not_affected", "made_good"] {
      #expect(try acknowledge(try recall(), outcome, by: holder).acknowledgedCount == 2)
    }
    for outcome in ["", "closed", "REOPENED"] {
      #expect(
        refusal { try acknowledge(try recall(), outcome, by: holder) }?.field == "outcome")
    }
    let long = String(repeating: "误", count: 2_001)
    #expect(
      refusal { try acknowledge(try recall(), note: long, by: holder) }?.reason
        == "feedback.too_long")
    #expect(
      refusal { try acknowledge(try recall(), note: "11010519491231002X", by: holder) }?.reason
        == "feedback.identity_number_in_text")
  }

  @Test("a receiver takes it up promptly, by a number of ours")
  func due() throws {
    let profile = try FeedbackLaw.profile(publicData)
    let calendar = try FeedbackLaw.calendar()
    let due = try #require(
      try recall().due(under: profile, calendar: calendar, today: try day("2024-03-08")))
    #expect(!due.due.citation.isOfText && due.overdue == nil)
    let late = try recall().due(under: profile, calendar: calendar, today: try day("2024-06-03"))
    #expect(late?.overdue != nil)
  }

  @Test("a recall that reached nobody is complete")
  func nobody() throws {
    var recall = try recall()
    recall.receivers = []
    #expect(recall.isComplete)
  }
}

@Suite("an issue is seen by its parties, those who were told, and the source's authority")
struct VisibilityTests {
  private func sight(_ code: String, roles: Set<Role> = [.departmentOfficer]) throws
    -> IssueVisibility
  {
    IssueVisibility(try officer(code, roles: roles))
  }

  @Test(
    "parties, told departments and the authority see it; strangers and other authorities do not")
  func seen() throws {
    let issue = try filed()
    for code in [holder, source] {
      #expect(try sight(code).sees(issue, wasTold: false))
    }
    #expect(try sight("health").sees(issue, wasTold: true))
    #expect(try !sight("health").sees(issue, wasTold: false))
    #expect(try sight(authority, roles: [.authority]).sees(issue, wasTold: false))
    #expect(try !sight(authority).sees(issue, wasTold: false))
    #expect(try !sight("other-authority", roles: [.authority]).sees(issue, wasTold: false))
  }

  @Test("who states a person sees no record that was found, whatever else it is (AC-41)")
  func records() throws {
    let found = "entries/E-1/records/9"
    func shown(_ issue: QualityIssue, _ code: String, _ roles: Set<Role> = [.departmentOfficer])
      throws -> [String]
    {
      try sight(code, roles: roles).sight(of: issue.located([found])).records.map(\.name)
    }
    let alive = try filed(aliveReport(), records: [], by: "public-security")
    #expect(try shown(alive, "public-security").isEmpty)
    #expect(try shown(alive, source) == [found])
    #expect(try shown(alive, authority, [.authority]) == [found])
    #expect(try shown(alive, "health") == [found])
    let own = try filed(aliveReport(), records: [], by: authority)
    #expect(try shown(own, authority, [.authority]).isEmpty)
    let named = try filed()
    #expect(try shown(named, holder) == ["entries/E-1/records/7"])
    #expect(try shown(named, source) == ["entries/E-1/records/7", found])
  }

  @Test("a receiver sees what concerns itself of a recall, source and authority all")
  func receivers() throws {
    let code = try department(source)
    let over = try department(authority)
    #expect(try sight(source).seesAllReceivers(source: code, authority: over))
    #expect(
      try sight(authority, roles: [.authority]).seesAllReceivers(source: code, authority: over))
    #expect(try !sight(holder).seesAllReceivers(source: code, authority: over))
  }
}

@Suite("every refusal says what, why and by which article")
struct FeedbackRefusalTests {
  private static let citation = Citation(document: "meizhou-public-2023", article: "23a")
  static let all: [FeedbackRefusal] = [
    .noProfileInForce(resourceClass: "x"), .grantMissing(citation),
    .notHolder(grant: "g", entry: "e", citation), .notSource(issue: "i"), .notReporter(issue: "i"),
    .notParty(issue: "i", citation), .notReceiver(recall: "r"), .headNeeded(issue: "i", citation),
    .wrongState(issue: "i", state: .closed, action: BilingualText("核实", "verified")),
    .alreadyAcknowledged(recall: "r"), .fieldMissing(path: "p", citation),
    .channelNotOffered(.letter, allowed: [.platform], citation),
    .itemUnknown(entry: "e", item: "i"), .documentMalformed, .aliveNeedsCounter(citation),
    .elementMissing(.cause, citation), .elementMissing(.detailedList, citation),
    .tooLong(path: "p", limit: 1), .recordForeign(record: "r", entry: "e"),
    .identityNumberInText(path: "p"),
    .reasonsMissing(path: "p", citation), .filingMissing(citation), .outcomeUnknown,
    .clock(.notNegotiable, issue: "i", citation),
  ]

  @Test("in both languages, with a reason of its own", arguments: all)
  func told(refusal: FeedbackRefusal) {
    #expect(refusal.sentence.chinese != "不予办理。" && refusal.sentence.english != "Refused.")
    #expect(refusal.reason.hasPrefix("feedback.") || refusal.reason.hasPrefix("clock."))
  }

  @Test("no two cases share a reason")
  func distinct() {
    #expect(Set(Self.all.map(\.reason)).count == Self.all.count - 1)
  }
}
