// The authorizer twice: the chain of the services against a reference that knows no rule of theirs, on worlds made by chance.

import Access
import Boot
import Foundation
import Regulation
import TestSupport
import Testing

/// How often each answer was yes, of how often it was asked for.
private struct Tally {
  private(set) var asked: [String: (yes: Int, all: Int)] = [:]

  /// Calls that were refused for nothing but that those whom they reach may have no item in common.
  private(set) var disjoint = 0

  mutating func note(_ call: World.Call, _ answer: Answer, isDisjoint: Bool) {
    if isDisjoint { disjoint += 1 }
    note(call, answer)
  }

  private mutating func note(_ call: World.Call, _ answer: Answer) {
    note("admitted", answer.isAdmitted)
    guard answer.isAdmitted else { return }
    switch call.ask {
    case .see: note("entry seen", answer.sees)
    case .take: note("items taken", answer.takes)
    case .data:
      note("data granted by Share", answer.share)
      note("data granted by Ingest", answer.ingest)
      note("data opened", answer.opens)
    case .method: break
    }
  }

  private mutating func note(_ name: String, _ isYes: Bool) {
    asked[name, default: (0, 0)].all += 1
    if isYes { asked[name, default: (0, 0)].yes += 1 }
  }
}

@Suite(
  "The authorizer twice (AC-01 AC-03 AC-05 AC-13 AC-20 AC-40 to AC-48 AC-51 AC-52 AC-55 AC-92)")
struct AuthorizationTests {
  private static let root: String = {
    var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast(3)
    return parts.joined(separator: "/")
  }()

  private static let callsPerWorld = 200
  /// 10,000 in every run; WEIR_TEST_CASES asks for more, WEIR_TEST_SEED for the same again.
  private static let cases = number("WEIR_TEST_CASES") ?? 10_000

  private static func number(_ name: String) -> Int? {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
  }

  @Test("registry, table, catalogue, Share and Ingest decide as the reference does")
  func agreement() throws {
    let seed = Self.number("WEIR_TEST_SEED").map { UInt64($0) } ?? UInt64.random(in: 0..<1 << 62)
    var generator = Generator(seed: seed)
    let table = generator.table
    let ground = try Ground(
      methods: table.values,
      profiles: try PolicyFiles.load(
        policiesFolder: Self.root + "/deploy/policies",
        governanceFile: Self.root + "/deploy/governance.yaml"))
    var tally = Tally()
    for number in 0..<(Self.cases + Self.callsPerWorld - 1) / Self.callsPerWorld {
      let world = generator.world()
      let chain = try Chain(world, on: ground)
      let reference = Reference(world: world)
      for _ in 0..<Self.callsPerWorld {
        let call = generator.call(in: world)
        let expected = reference.answer(call, table[call.path])
        let answer = try chain.answer(call)
        tally.note(call, expected, isDisjoint: reference.isDisjoint(call, table[call.path]))
        try #require(
          answer == expected, "seed \(seed), world \(number): \(call) by \(world.holder(of: call))")
      }
    }
    let lines = tally.asked.sorted { $0.key < $1.key }
      .map { "  \($0.key): \($0.value.yes) of \($0.value.all)" }
    print("authorizer twice: seed \(seed), \(Self.cases) cases\n" + lines.joined(separator: "\n"))
    print("  recipients without a common item: \(tally.disjoint)")
    #expect(tally.disjoint > 0, "seed \(seed)")
    // A generator that only makes refusals, or none, shows nothing.
    #expect(tally.asked.count == 6)
    for (name, count) in tally.asked {
      let share = Double(count.yes) / Double(count.all)
      #expect((0.05...0.95).contains(share), "\(name): \(count), seed \(seed)")
    }
  }
}

extension World {
  /// For the message of a case that went wrong.
  fileprivate func holder(of call: Call) -> String {
    guard call.paper < papers.count else { return "nobody" }
    let paper = papers[call.paper]
    var text = "\(paper) of \(bodies[paper.body])"
    switch call.ask {
    case .data(let ask):
      text += " under \(grants[ask.grant]) on \(entries[grants[ask.grant].entry])"
    case .see(let entry), .take(let entry, _): text += " on \(entries[entry])"
    case .method: break
    }
    return text
  }
}
