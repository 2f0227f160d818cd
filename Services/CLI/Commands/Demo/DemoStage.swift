// What the steps of the demonstration share: the plan, the wire, and the names that earlier steps were given.

import Boot
import Contracts
import Crypto
import Synth
import Vocabulary

/// One step of the story.
struct DemoStep: Sendable {
  /// Stable, for JSON and for tests: `pension-run`.
  let name: String
  let title: BilingualText
  let run: @Sendable (inout DemoStage) async throws -> Void
}

/// The stage on which the steps act; what one learns, the next may use.
struct DemoStage: Sendable {
  let plan: Plan
  let law: DemoLaw
  let wire: DemoWire
  let running: RunningNode
  /// Registers, rolls and the plan: what departments have of their own, kept apart from the node's data.
  let input: String
  let console: Console
  let flaws: Set<DemoFlaw>
  var ledger = DemoLedger()

  var entries: [RegisterKind: CatalogV1.Entry] = [:]
  var batches: [RegisterKind: IngestV1.Batch] = [:]
  var grants: [RegisterKind: ShareV1.Grant] = [:]
  var runs: [RegisterKind: DemoRun] = [:]
  /// One receipt, kept for the auditor.
  var receipt: [UInt8] = []
  private var requests = 0

  init(
    plan: Plan, law: DemoLaw, wire: DemoWire, running: RunningNode, input: String, console: Console,
    flaws: Set<DemoFlaw>
  ) {
    self.plan = plan
    self.law = law
    self.wire = wire
    self.running = running
    self.input = input
    self.console = console
    self.flaws = flaws
  }

  /// A new request identifier; the same in each run of the same story.
  mutating func request() -> String {
    requests += 1
    return "demo-\(requests)"
  }

  var keys: KeyFolder { running.keys }

  /// A number of the year, as offices write them: `YL-2024-1`.
  func caseNumber(_ letters: String, _ number: Int) -> String {
    "\(letters)-\(plan.today.year)-\(number)"
  }

  /// Moves the civil clock of every process on.
  func skip(to day: CivilDate) throws {
    let seconds = day.daysSince(plan.today) * 86_400
    try Files.write("\(seconds)\n", to: running.demoClockFile, isPrivate: false)
  }

  func entry(_ kind: RegisterKind) throws -> CatalogV1.Entry {
    guard let entry = entries[kind] else { throw DemoGap(what: "entry of \(kind.rawValue)") }
    return entry
  }

  func grant(_ kind: RegisterKind) throws -> ShareV1.Grant {
    guard let grant = grants[kind] else { throw DemoGap(what: "grant on \(kind.rawValue)") }
    return grant
  }

  func comparison(_ kind: RegisterKind) throws -> DemoRun {
    guard let run = runs[kind] else { throw DemoGap(what: "comparison with \(kind.rawValue)") }
    return run
  }

  func registerFile(_ kind: RegisterKind) -> String { "\(input)/registers/\(kind.rawValue).csv" }
}

/// A comparison as the demonstration remembers it.
struct DemoRun: Sendable {
  let name: String
  let rows: Int
  /// The roll's line of each lead.
  var leadLines: Set<Int> = []
  var doubtfulLines: Set<Int> = []
  let chunkRows: Int

  /// The line of the roll's file on which a chunk's row stood; the header is line 1.
  func line(chunk: Int32, row: Int32) -> Int { (Int(chunk) - 1) * chunkRows + Int(row) + 2 }
}

/// A step that an earlier one left without what it needs.
struct DemoGap: Error, CustomStringConvertible {
  let what: String
  var description: String { "an earlier step left no \(what)" }
}

/// Waited longer than the demonstration may.
struct DemoPatienceEnded: Error, CustomStringConvertible {
  let what: String
  var description: String { "waited in vain for \(what)" }
}

/// Waits for what another process does by itself (an event applied, a checkpoint signed), with a limit.
func patiently<Value>(
  for what: String, limit: Duration = .seconds(20), _ look: () async throws -> Value?
) async throws -> Value {
  let clock = ContinuousClock()
  let end = clock.now + limit
  var pause = Duration.milliseconds(10)
  while true {
    if let value = try await look() { return value }
    guard clock.now < end else { throw DemoPatienceEnded(what: what) }
    try await Task.sleep(for: pause)
    pause = min(pause * 2, .milliseconds(250))
  }
}

/// A fault that a test plants, to see that the report turns red.
package enum DemoFlaw: String, Sendable, CaseIterable {
  /// The reviewer grants the fourth item, too.
  case widerGrant = "wider-grant"
}
