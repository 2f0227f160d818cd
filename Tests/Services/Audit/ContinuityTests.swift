// What Audit takes from an origin, and what it refuses: the rules alone.

import AuditRules
import Testing
import Vocabulary

private let held = HeldOrigin(name: "share/r1/00", sequence: 5, head: [5])

private func entry(
  _ sequence: UInt64, leaf: [UInt8] = [1], computed: [UInt8]? = [1], chain: [UInt8] = [6]
) -> ArrivedEntry {
  ArrivedEntry(sequence: sequence, leaf: leaf, computedLeaf: computed, chain: chain)
}

@Suite("Each entry once, in order, as its chain says (AC-70, hebi-2021/13.3)")
struct ContinuityTests {
  @Test("the entry after the last one is next")
  func next() throws {
    #expect(try continuity(of: entry(6), after: held, heldLeaf: nil, nextChain: [6]) == .next)
  }

  @Test("an entry that the log has is held, not doubled", arguments: [1, 5] as [UInt64])
  func again(sequence: UInt64) throws {
    let result = try continuity(
      of: entry(sequence), after: held, heldLeaf: [1], nextChain: [6])
    #expect(result == .held)
  }

  @Test("another entry at a taken sequence is a fork")
  func forkAtHeld() {
    #expect(throws: OriginRefusal(.fork, origin: held.name, sequence: 5)) {
      try continuity(of: entry(5), after: held, heldLeaf: [2], nextChain: [6])
    }
    #expect(throws: OriginRefusal(.fork, origin: held.name, sequence: 4)) {
      try continuity(of: entry(4), after: held, heldLeaf: nil, nextChain: [6])
    }
  }

  @Test("a chain that does not follow is a fork")
  func forkAtHead() {
    #expect(throws: OriginRefusal(.fork, origin: held.name, sequence: 6)) {
      try continuity(of: entry(6, chain: [9]), after: held, heldLeaf: nil, nextChain: [6])
    }
  }

  @Test("a later entry names the first one that is missing", arguments: [7, .max] as [UInt64])
  func gap(sequence: UInt64) {
    #expect(throws: OriginRefusal(.gap, origin: held.name, sequence: 6)) {
      try continuity(of: entry(sequence), after: held, heldLeaf: nil, nextChain: [6])
    }
  }

  @Test("content that is not what its leaf says is refused first of all")
  func badLeaf() {
    for (sequence, computed) in [(5, nil), (6, [2]), (9, [2])] as [(UInt64, [UInt8]?)] {
      #expect(throws: OriginRefusal(.badLeaf, origin: held.name, sequence: sequence)) {
        try continuity(
          of: entry(sequence, computed: computed), after: held, heldLeaf: nil, nextChain: [9])
      }
    }
  }

  @Test("an origin behind the log was set back; one that is level or ahead was not")
  func rollback() throws {
    #expect(throws: OriginRefusal(.rolledBack, origin: held.name, sequence: 5)) {
      try requireNotRolledBack(held, newest: 4)
    }
    try requireNotRolledBack(held, newest: 5)
    try requireNotRolledBack(held, newest: 6)
  }

  @Test(
    "a topic belongs to the service whose name it begins with; what all say is nobody's",
    arguments: [
      ("share.decision", "share", false), ("share.decision", "ingest", true),
      ("ingest.disclosure", "share", true), ("catalog.entry_published", "feedback", true),
      ("registry.person_registered", "gateway", false), ("registry.founded", "share", true),
      ("audit.entries_read", "audit", false), ("access.refused", "ingest", false),
      ("shared.words", "ingest", false), ("", "ingest", false),
    ])
  func topics(topic: String, service: String, isForeign: Bool) {
    #expect(AuditRules.isForeign(topic: topic, from: service) == isForeign)
  }

  @Test(
    "every alarm says where, cites its article, and tells what to do", arguments: AlarmKind.allCases
  )
  func alarms(kind: AlarmKind) {
    let refusal = OriginRefusal(kind, origin: "share/r1/00", sequence: 17)
    #expect(refusal.reason == "audit.origin_\(kind.rawValue)")
    #expect(refusal.kind == .wrongState)
    let article =
      switch kind {
      case .dutyOpen: "weir-default/AC-91"
      case .canaryNamed, .enumerationSuspected: "meizhou-public-2023/39"
      default: "hebi-2021/13.3"
      }
    #expect(refusal.citation?.text == article)
    #expect(refusal.nextStep != nil)
    let text = kind.sentence(origin: "share/r1/00", sequence: 17, call: "c0ffee")
    for sentence in [text.chinese, text.english] {
      #expect(sentence.contains(kind == .disclosureWithoutDecision ? "c0ffee" : "share/r1/00"))
    }
  }
}

@Suite("No data without a decision (hebi-2021/13.3)")
struct DisclosureDecisionTests {
  static let due = Instant(milliseconds: 30_000)

  @Test(
    "the grace ends after its last moment",
    arguments: [
      (DisclosureState.awaiting, false, 30_000, DisclosureState.awaiting),
      (.awaiting, false, 30_001, .alarmed), (.awaiting, true, 90_000, .decided),
      (.alarmed, false, 0, .alarmed), (.alarmed, true, 90_000, .decided),
    ] as [(DisclosureState, Bool, Int64, DisclosureState)])
  func judging(
    state: DisclosureState, isDecided: Bool, now: Int64, expected: DisclosureState
  ) {
    let judged = judge(
      state, isDecided: isDecided, due: Self.due, now: Instant(milliseconds: now))
    #expect(judged == expected)
  }

  @Test("the grace counts from the moment at which Audit received the disclosure")
  func grace() {
    let end = DisclosureGrace(seconds: 30).end(received: Instant(milliseconds: 5))
    #expect(end == Instant(milliseconds: 30_005))
  }
}
