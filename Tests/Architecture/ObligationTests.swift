// Which obligations the tests show, held on their text: nothing unknown is named, nothing that does not run counts, and
// the committed floor says how many there are.

import Obligations
import SourceReading
import Testing

@Suite("What the tests say of obligations is true")
struct ObligationTests {
  let coverage: Coverage
  let floor: Floor

  init() throws {
    coverage = Coverage(
      register: try ObligationRegister.read(root: SourceTree.root),
      tags: TestTags(files: try SourceTree.shared.get().files))
    floor = try Floor.read(root: SourceTree.root)
  }

  @Test("the register was really read, and its rows agree with each other")
  func register() {
    #expect(coverage.register.documents.count == 5)
    #expect(coverage.register.obligations.count > 500)
    #expect(coverage.register.capabilities.count > 150)
  }

  @Test("every id named exists, and every test that names one runs")
  func faults() {
    for fault in coverage.faults { Issue.record("\(fault)") }
  }

  @Test("as many obligations are met as the floor says, no fewer and no more")
  func isAtTheFloor() {
    for violation in floor.violations(now: coverage.floor) { Issue.record("\(violation)") }
  }
}

// MARK: - Each rule can fail

private let register = ObligationRegister(
  documents: ["hebi-2021", "luyi-2019"],
  capabilities: [
    Capability(slug: "audit.log-retention", service: "audit", zh: "日志留存", en: "Keeping of logs"),
    Capability(slug: "org.succession", service: "catalog", zh: "合并", en: "Mergers"),
  ],
  obligations: [
    row("hebi-2021/13.3"), row("luyi-2019/17"), row("hebi-2021/26.2", "org.succession"),
    row("hebi-2021/4", "none", kind: .organizational, service: []),
  ])

private func row(
  _ id: String, _ capability: String = "audit.log-retention",
  kind: Obligation.Kind = .enforce, zh: String = "短", service: [String] = ["audit"],
  deadline: Obligation.Deadline? = nil
) -> Obligation {
  Obligation(
    id: id, zh: zh, en: "Short", kind: kind, capability: capability, also: nil, service: service,
    deadline: deadline)
}

private func coverage(_ texts: String..., path: String = "Tests/A.swift") -> Coverage {
  Coverage(
    register: register,
    tags: TestTags(files: texts.map { SourceFile(path: path, text: $0) }))
}

@Suite("The reader of obligations")
struct ObligationReaderTests {
  @Test("a test names one or several, whatever stands around them")
  func tags() {
    let found = coverage(
      """
      @Suite("S", .obligation("hebi-2021/26.2"))
      struct S {
        @Test(
          "kept (\\"three\\") years",
          .obligation("hebi-2021/13.3", "luyi-2019/17"),
          arguments: [1, 2])
        func a(_ years: Int) { #expect(years > 0) }
        @Test("without any") func b() {}
      }
      """)
    #expect(found.faults == [])
    #expect(found.tests.keys.sorted() == ["hebi-2021/13.3", "hebi-2021/26.2", "luyi-2019/17"])
    #expect(found.tests["hebi-2021/13.3"]?.first?.line == 3)
    #expect(found.tests["hebi-2021/26.2"]?.first?.test == "S")
  }

  @Test(
    "what only looks like a tag counts for nothing",
    arguments: [
      "// @Test(\"x\", .obligation(\"hebi-2021/13.3\"))",
      "let text = \"@Test(.obligation(\\\"hebi-2021/13.3\\\"))\"",
      "@Test(\"hebi-2021/13.3\") func a() {}",
    ])
  func lookalikes(text: String) {
    let found = coverage(text)
    #expect(found.faults == [] && found.tests.isEmpty)
  }

  @Test("a tag outside of the tests' folder counts for nothing")
  func elsewhere() {
    let found = coverage(
      "@Test(\"x\", .obligation(\"hebi-2021/13.3\")) func a() {}", path: "Shared/A.swift")
    #expect(found.tests.isEmpty)
  }

  @Test(
    "an unknown, an organizational and a computed id are refused, and so is one named twice",
    arguments: [
      ("\"hebi-2021/13.9\"", "there is no obligation hebi-2021/13.9"),
      ("\"hebi-2021/4\"", "hebi-2021/4 is organizational"), ("id", "as plain literals"),
      ("\"hebi-2021/\\(13).3\"", "as plain literals"), ("", "as plain literals"),
      ("\"hebi-2021/13.3\", \"hebi-2021/13.3\"", "hebi-2021/13.3 is named twice"),
    ])
  func ids(arguments: String, rule: String) {
    let found = coverage("@Test(\"x\", .obligation(\(arguments))) func a() {}")
    #expect(found.faults.count == 1)
    #expect(found.faults.first?.rule.contains(rule) == true)
  }

  @Test("a tag that stands in no attribute is refused")
  func stray() {
    let found = coverage("let trait = .obligation(\"hebi-2021/13.3\")")
    #expect(found.faults.map(\.rule) == [".obligation(…) stands in a @Test or a @Suite"])
    #expect(found.tests.isEmpty)
  }

  private static let tagged =
    "@Test(\"x\", .obligation(\"hebi-2021/13.3\")) func a() { #expect(b) }"

  @Test(
    "a tag on a test that is disabled, conditional, or forgiven is refused",
    arguments: [
      "@Test(\"x\", .disabled(), .obligation(\"hebi-2021/13.3\")) func a() {}",
      "@Test(\"x\", .obligation(\"hebi-2021/13.3\"), .enabled(if: has)) func a() {}",
      "@Suite(\"S\", .disabled(\"later\")) struct S { \(tagged) }",
      "@Suite(.enabled(if: has)) @MainActor final class S { struct T { \(tagged) } }",
      "@Suite(\"S\", .enabled(\"x\") { has() }) struct S { @Test func b() {} }\nextension S { \(tagged) }",
      "@Suite(\"S\", .disabled(), .obligation(\"hebi-2021/13.3\")) struct S { @Test func b() {} }",
      "#if os(macOS)\n\(tagged)\n#endif",
      "@Test(\"x\", .obligation(\"hebi-2021/13.3\")) func a() { withKnownIssue { f() } }",
      "@Suite(\"S\", .obligation(\"hebi-2021/13.3\")) struct S { func helper() {} }",
    ])
  func disabled(text: String) {
    #expect(coverage(text).faults.count == 1)
  }

  @Test(
    "what is disabled beside it does not matter",
    arguments: [
      "@Suite(\"S\") struct S { @Test(\"y\", .disabled()) func b() {} \(tagged) }",
      "@Suite(\"S\", .disabled()) struct S { @Test func b() {} }\nstruct T { \(tagged) }",
      "#if os(macOS)\n#endif\n\(tagged)",
      "\(tagged)\n@Test(\"y\") func c() { withKnownIssue { f() } }",
    ])
  func enabled(text: String) {
    let found = coverage(text)
    #expect(found.faults == [])
    #expect(found.tests["hebi-2021/13.3"]?.count == 1)
  }
}

@Suite("The floor of obligations")
struct FloorTests {
  private let one = Floor(["audit.log-retention": ["hebi-2021": 1, "luyi-2019": 1]])

  @Test("at the floor nothing is wrong; it comes back from its own text")
  func atTheFloor() throws {
    #expect(one.violations(now: one) == [])
    #expect(try Floor(yaml: one.yaml) == one)
    #expect(try Floor(yaml: Floor([:]).yaml) == Floor([:]))
  }

  @Test("below it the capability and the regulation are named")
  func falls() {
    let now = Floor(["audit.log-retention": ["hebi-2021": 1]])
    #expect(one.falls(to: now))
    #expect(
      one.violations(now: now).map(\.rule) == [
        "audit.log-retention of luyi-2019: 1 met before, 0 now: what was met stays met"
      ])
  }

  @Test("above it the floor must be raised, so that it stays true")
  func rises() {
    let now = Floor([
      "audit.log-retention": ["hebi-2021": 2, "luyi-2019": 1], "org.succession": ["hebi-2021": 1],
    ])
    #expect(!one.falls(to: now))
    #expect(
      one.violations(now: now).map(\.rule) == [
        "audit.log-retention of hebi-2021: 1 met before, 2 now: run make floor",
        "org.succession of hebi-2021: 0 met before, 1 now: run make floor",
      ])
  }

  @Test("a fall in one place is not made good by a rise in another")
  func exchange() {
    let now = Floor(["audit.log-retention": ["hebi-2021": 2]])
    #expect(one.falls(to: now))
  }
}

@Suite("The register and the figures of obligations")
struct ObligationRegisterTests {
  @Test("met and meetable are counted; what is organizational counts nowhere")
  func figures() {
    let found = coverage("@Test(\"x\", .obligation(\"hebi-2021/13.3\")) func a() {}")
    #expect(found.figure() == Coverage.Figure(met: 1, meetable: 3))
    #expect(
      found.figure { $0.document == "hebi-2021" } == Coverage.Figure(met: 1, meetable: 2))
    #expect(found.unmet.map(\.id) == ["luyi-2019/17", "hebi-2021/26.2"])
    #expect(found.floor == Floor(["audit.log-retention": ["hebi-2021": 1]]))
    #expect(found.table().contains("hebi-2021/26.2"))
    #expect(!found.table().contains("hebi-2021/13.3"))
  }

  @Test("two tests that show the same count once")
  func once() {
    let text = "@Test(\"x\", .obligation(\"hebi-2021/13.3\")) func a() {}"
    let found = coverage(text, text.replacing("func a", with: "func b"))
    #expect(found.figure().met == 1)
    #expect(found.tests["hebi-2021/13.3"]?.count == 2)
  }

  @Test("rows that contradict themselves or each other are told")
  func faults() {
    #expect(register.faults() == [])
    let counted = Obligation.Deadline(
      value: nil, unit: .workingDays, starts: "receipt", rule: .atMost)
    let open = Obligation.Deadline(value: 3, unit: .promptly, starts: "receipt", rule: .atMost)
    let wrong = [
      row("hebi-2021/1", "org.unknown"), row("nowhere-2000/1"),
      row("hebi-2021/2", zh: String(repeating: "长", count: 46)),
      row("hebi-2021/3", kind: .organizational), row("hebi-2021/4", "none", service: []),
      row("hebi-2021/5", deadline: counted), row("hebi-2021/6", deadline: open),
      row("hebi-2021/13.3"),
    ]
    for row in wrong {
      let faults = ObligationRegister(
        documents: register.documents, capabilities: register.capabilities,
        obligations: register.obligations.filter { $0.id != "hebi-2021/4" } + [row]
      ).faults()
      #expect(!faults.isEmpty, "\(row.id)")
    }
    let unused = ObligationRegister(
      documents: register.documents, capabilities: register.capabilities,
      obligations: [row("hebi-2021/13.3")])
    #expect(unused.faults().map(\.rule) == ["org.succession: nothing needs it"])
  }

  @Test(
    "a field that is unknown, a word that is none, and another document's file are refused",
    arguments: [
      "capability: a.b, service: [audit], surprise: 1",
      "capability: a.b, service: [audit], kind: x",
      "service: [audit]", "capability: a.b, service: [audit], deadline: {units: days}",
    ])
  func files(fields: String) throws {
    let head = "{id: hebi-2021/1, zh: 短, en: Short"
    let sound = "\(head), kind: record, capability: a.b, service: [audit]}"
    #expect(
      try rows("document: hebi-2021\nobligations:\n  - \(sound)").map(\.id) == ["hebi-2021/1"])
    #expect(throws: (any Error).self) {
      try rows("document: luyi-2019\nobligations:\n  - \(sound)")
    }
    let kind = fields.contains("kind") ? "" : ", kind: record"
    #expect(throws: (any Error).self) {
      try rows("document: hebi-2021\nobligations:\n  - \(head), \(fields)\(kind)}")
    }
  }

  private func rows(_ text: String) throws -> [Obligation] {
    try ObligationRegister.obligations(of: text, document: "hebi-2021")
  }
}
