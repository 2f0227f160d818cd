// New keys for a register that is served: how fast its rows are sealed anew, what whoever looks up meanwhile notices, and what it takes.

import Contracts
import Foundation
import Synchronization
import Synth
import Vocabulary

/// `weir keys rotate` from its start until nothing lies under the old keys, while persons are looked up at a steady rate, each look-up with its
/// durable evidence. The peer is the same node: its own ingest of the same rows in this run, and the same look-ups before.
func rotationFigures(_ workshop: Workshop) async throws -> [Figure] {
  let rows = workshop.rows(1_000_000)
  let register = try SyntheticRegister(workshop, rows: rows)
  let node = try BenchNode(workshop)
  defer { node.stop() }
  try register.deliver(to: node)
  let ingest = try register.deliver(to: node)
  let load = try LoadGenerator(node.lookupTarget(register))
  let perSecond = 20.0
  try await load.saturate(calls: 256)
  try await node.settle()
  try node.forgetPeaks()
  let before = try await load.arrive(
    perSecond: perSecond, seconds: workshop.quick ? 3 : 15, seed: 1)
  let memoryBefore = try node.peakMemory(of: "ingest")
  let start = DispatchTime.now().uptimeNanoseconds
  try node.weir(
    ["keys", "rotate", node.entry, "--reason", "bench"], as: BenchNode.operations)
  var during: [Double] = []
  var seed: UInt64 = 2
  while try node.isRotating() {
    during += try await load.arrive(perSecond: perSecond, seconds: 1, seed: seed)
    seed += 1
  }
  let elapsed = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
  let memory = try node.peakMemory(of: "ingest")
  let beside = try await lookUps(load, perSecond, whileDelivering: register, to: node)
  await load.close()
  during.sort()
  return [
    .rate(
      "rows of \(rows) under new keys, served", unit: "rows/s", ours: Double(rows) / elapsed,
      peer: Double(rows) / ingest, against: "their ingest on the same node", target: 0.5),
    .time(
      "half of look-ups, \(Int(perSecond)) a second, during a rotation", unit: "ms",
      ours: quantile(during, 0.5), peer: quantile(before, 0.5), against: "themselves before it",
      target: 0.3),
    .time(
      "99 % of look-ups during a rotation", unit: "ms", ours: quantile(during, 0.99),
      peer: quantile(before, 0.99), against: "themselves before it", target: 0.1),
    .time(
      "99 % of look-ups while the whole register is delivered anew", unit: "ms",
      ours: quantile(beside, 0.99), peer: quantile(before, 0.99), against: "themselves before it",
      target: 0.1),
    .time(
      "memory of Ingest during a rotation", unit: "MB", ours: memory / 1e6,
      peer: memoryBefore / 1e6, against: "itself before it", target: 0.7),
  ]
}

/// How long look-ups take while another whole stock takes the place of the one that is looked into, in order.
private func lookUps(
  _ load: LoadGenerator, _ perSecond: Double, whileDelivering register: SyntheticRegister,
  to node: BenchNode
) async throws -> [Double] {
  let isDelivered = Atomic(false)
  async let delivery: Void = {
    defer { isDelivered.store(true, ordering: .relaxed) }
    try register.deliver(to: node)
  }()
  var taken: [Double] = []
  var seed: UInt64 = 1_000
  while !isDelivered.load(ordering: .relaxed) {
    taken += try await load.arrive(perSecond: perSecond, seconds: 1, seed: seed)
    seed += 1
  }
  try await delivery
  return taken.sorted()
}

extension BenchNode {
  fileprivate func isRotating() throws -> Bool {
    let said = try weir(["keys", "list"], as: Self.operations)
    guard let list = said as? [[String: Any]],
      let keys = list.first(where: { $0["entry"] as? String == entry })
    else { throw BenchError.unreadable("the keys of \(entry)") }
    return (keys["previous_version"] as? Int ?? 0) != 0
  }

  /// A call that looks up one person of the register.
  fileprivate func lookupTarget(_ register: SyntheticRegister) throws -> LoadTarget {
    let said = try weir(
      [
        "share", "subscribe", entry, "--items", "name,cremation-date", "--purpose", Self.purpose,
        "--business", "养老保险待遇核发", "--scenario", "窗口核实", "--mode", "lookup", "--until",
        "2025-12-31",
      ], as: Self.user)
    guard let grant = (said as? [String: Any])?["name"] as? String else {
      throw BenchError.unreadable("the grant")
    }
    let records = RegisterRows(register.plan, .cremation)
    var row = 0
    var person = PersonIdentifier(exact: records.fields(ofRow: row)[0])
    while person == nil {
      row += 1
      person = PersonIdentifier(exact: records.fields(ofRow: row)[0])
    }
    guard let person else { throw BenchError.unreadable("a person") }
    let request = ShareV1.LookupRequest(
      grant: grant, subject: IngestV1.Subject(block: IdentifierBlock(person).bytes),
      purpose: Self.purpose, caseNumber: "YL-2024-1")
    return LoadTarget(
      port: try gatewayPort(), path: "/weir.share.v1.Share/Lookup",
      message: try request.serialized(), root: pki + "/service-root/ca.pem",
      identity: identity(of: Self.user), serverName: nil,
      serverURI: "spiffe://\(try domain())/service/gateway")
  }
}
