// The demonstration from beginning to end: input written, node started, story told, checks collected.

package import Boot
import Contracts
import Crypto
import Foundation
import RPC
package import Synth
import Vocabulary

/// What a demonstration is made from.
package struct DemoOptions: Sendable {
  /// The node's data folder: new.
  package var dataFolder: String
  /// Registers, rolls and plan: what departments have of their own. Kept out of the data folder, where no identifier may lie open.
  package var inputFolder: String
  package var seed: UInt64
  package var sizes: Sizes
  package var law: String
  /// The regulation, its day and its place.
  package var scene = DemoScene.standard
  package var programs: String
  package var flaws: Set<DemoFlaw> = []
  /// Runs beside a step; tests make faults here.
  package var duringStep: @Sendable (_ step: String, _ node: RunningNode) async throws -> Void = {
    _, _ in
  }
  /// The steps to play; tests end it early, or play one of their own.
  var story = DemoStep.story
  /// Around each principal's calls; a test listens here to what is said.
  var listening: @Sendable (any MessageTransport) -> any MessageTransport = { $0 }
  /// Of every process of the node; `nil` takes the defaults.
  package var limits: ServiceConfiguration.Limits?
  /// Ingest in several processes over PostgreSQL; `nil` for one with its own files.
  package var ingest: IngestReplicas?
  /// Over the node's files of keys; `nil` for none.
  package var masterKey: ServiceConfiguration.MasterKeyPlace?
  /// Who is told of reminders and escalations; nobody by itself.
  package var webhooks: [ServiceConfiguration.Webhook]?
  /// Called when a step has ended; tests tamper here.
  package var afterStep: @Sendable (_ step: String) async throws -> Void = { _ in }

  package init(
    dataFolder: String, inputFolder: String, seed: UInt64, sizes: Sizes, law: String,
    programs: String
  ) {
    self.dataFolder = dataFolder
    self.inputFolder = inputFolder
    self.seed = seed
    self.sizes = sizes
    self.law = law
    self.programs = programs
  }
}

extension Sizes {
  /// A demonstration for tests: every kind of row, few of each.
  package static let small = Sizes(total: 4_000, roll: 2_000)
}

/// How a demonstration went.
package struct DemoOutcome: Sendable {
  package let checks: [DemoCheck]
  /// Where the law led the story another way than the standard one does.
  package let differences: [DemoDifference]
  package let seconds: [String: Double]
  package var isGreen: Bool { !checks.isEmpty && checks.allSatisfy(\.holds) }
}

/// Runs the demonstration, then hands over what came of it while the node still runs.
///
/// - Parameter after: Shows the outcome, and stays as long as the node is to be left running.
package func playDemo(
  _ options: DemoOptions, console: Console,
  after: (DemoOutcome, RunningNode) async throws -> Void
) async throws -> DemoOutcome {
  let law = try DemoLaw(options.scene, folder: options.law)
  let plan = try Plan(seed: options.seed, sizes: options.sizes, today: law.today)
  try writeInput(plan, to: options.inputFolder, console)
  var node = NodeOptions(
    dataFolder: options.dataFolder, law: options.law, programs: options.programs,
    random: SystemRandom())
  node.domain = law.scene.domain
  node.founding = law.founding
  if let governance = law.governance {
    let file = options.inputFolder + "/governance.yaml"
    try Files.write(governance, to: file, isPrivate: false)
    node.governanceFile = file
  }
  node.demoStart = plan.today
  node.limits = options.limits
  node.ingest = options.ingest
  node.masterKey = options.masterKey
  node.webhooks = options.webhooks
  let progress = ProgressLine(
    BilingualText("启动", "starting"), total: ServiceConfiguration.services.count, console: console)
  return try await withNode(
    node, tell: { console.note(BilingualText($0, $0)) }, answered: { _ in progress.advance() }
  ) { running in
    progress.finish(BilingualText("六个服务均已就绪", "all six services answer"))
    let outcome = try await tell(options, plan, law, running, console)
    try await after(outcome, running)
    return outcome
  }
}

/// What each department brings along, and the plan of what is in it, before the first call.
private func writeInput(_ plan: Plan, to folder: String, _ console: Console) throws {
  let progress = ProgressLine(
    BilingualText("生成虚构登记表与清单", "writing synthetic registers and their plan"),
    total: RegisterKind.allCases.count, console: console)
  try Files.makeFolder(folder)
  try Files.makeFolder(folder + "/registers")
  try Files.write(plan.json(), to: folder + "/plan.json", isPrivate: true)
  for kind in RegisterKind.allCases {
    try plan.writeRegister(
      kind, to: "\(folder)/registers/\(kind.rawValue).csv", encoding: DemoDelivery.encoding(kind))
    progress.advance()
  }
  progress.finish(BilingualText("完成", "done"))
}

private func tell(
  _ options: DemoOptions, _ plan: Plan, _ law: DemoLaw, _ running: RunningNode,
  _ console: Console
) async throws -> DemoOutcome {
  guard let gateway = Address(running.ready.gateway) else {
    throw DemoGap(what: "address of the gateway")
  }
  let wire = DemoWire(
    keys: running.keys, gateway: gateway, seed: options.seed, listening: options.listening)
  var stage = DemoStage(
    plan: plan, law: law, wire: wire, running: running, input: options.inputFolder,
    console: console,
    flaws: options.flaws)
  var seconds: [String: Double] = [:]
  for (index, step) in options.story.enumerated() {
    stage.ledger.begin(step.name)
    console.note(
      BilingualText(
        "【\(index + 1)/\(options.story.count)】", "[\(index + 1)/\(options.story.count)] ")
        + step.title)
    let started = ContinuousClock.now
    do {
      async let beside: Void = options.duringStep(step.name, running)
      try await step.run(&stage)
      try await beside
      try await options.afterStep(step.name)
    } catch {
      stage.ledger.fail(cause(of: error))
    }
    let took = ContinuousClock.now - started
    seconds[step.name] =
      Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18
    noteEnd(of: step.name, stage.ledger, seconds[step.name, default: 0], console)
  }
  await wire.shutdown()
  return DemoOutcome(
    checks: stage.ledger.checks, differences: law.differences(stage.ledger.checks),
    seconds: seconds)
}

/// How many checks a step made, and which of them differ.
private func noteEnd(
  of step: String, _ ledger: DemoLedger, _ seconds: Double, _ console: Console
) {
  let checks = ledger.checks.filter { $0.step == step }
  let wrong = checks.filter { !$0.holds }
  let tenths = Int((seconds * 10).rounded())
  let time = "\(tenths / 10).\(tenths % 10)"
  console.note(
    BilingualText(
      "  核对 \(checks.count) 项，不符 \(wrong.count) 项，用时 \(time) 秒",
      "  \(checks.count) checks, \(wrong.count) differ, \(time) s"))
  for check in wrong {
    console.note(
      BilingualText(
        "  ✗ \(check.what.chinese)：应为 \(check.planned)，实为 \(check.found)",
        "  ✗ \(check.what.english): planned \(check.planned), found \(check.found)"))
  }
}

/// A refusal in its stable words; else the error's own.
private func cause(of error: any Error) -> String {
  guard let status = error as? Status else { return "\(error)" }
  let refusal = DemoRefusal(status)
  let field = status.trailers["weir-field"].map { " [\($0)]" } ?? ""
  return "\(refusal)\(field): \(status.message)"
}

extension BilingualText {
  static func + (left: BilingualText, right: BilingualText) -> BilingualText {
    BilingualText(left.chinese + right.chinese, left.english + right.english)
  }
}
