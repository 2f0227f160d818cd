// Audit's log that takes entries in twice, and publishes after each time.

import AuditHandlers
import AuditRules
import AuditStore
import Boot
import Crypto
import Database
import Integrity
import Vocabulary

extension DurableFolder: LogFolder {}

extension FaultProbe {
  /// Says `ok inspected COUNT` for what the log held when it was opened, `ok taken COUNT` and `ok published COUNT`. Started again it
  /// gets the same entries again, as from a service that was not told that they are covered.
  static func useLog(_ folder: String) async throws {
    let random = SystemRandom()
    let now: @Sendable () -> Instant = { Instant(milliseconds: 1_709_521_200_000) }
    let clocks = AuditClocks(civil: now, real: now)
    let database = try await SQLDatabase.open(
      .sqlite(path: folder + "/data/audit.sqlite"), schema: auditSchema, now: now)
    let keys = MonthKeys(
      keyring: try Keyring(folder: folder + "/keys", creates: true, random: random), random: random)
    try keys.prepareActs(at: now())
    let appender = try await database.write { try $0.becomeAppender(holder: "probe", at: now()) }
    let board = OriginBoard(try await database.read { try $0.origins() })
    let intake = Intake(
      database: database, keys: keys, board: board, appender: appender, grace: DisclosureGrace(),
      clocks: clocks)
    let files = DurableFolder(path: folder + "/log")
    let signer = try NoteSigner(
      name: KeyList.auditName("weir.test"),
      key: Ed25519PrivateKey(rawBytes: [UInt8](repeating: 9, count: 32)))
    let publisher = LogPublisher(
      database: database, folder: files, signer: signer, board: board, appender: appender,
      civil: now)
    let inspection = LogInspection(database: database, folder: files, verifier: signer.verifier)
    let held = try await inspection.run()
    try await inspection.repairFiles(with: publisher)
    say("ok inspected \(held)")
    try keys.prepare(MonthKeys.month(of: now()), at: now())
    let salts = SeededRandom(seed: 70)
    var chain = try origin()
    var count = 0
    for size in [5, 260] {
      var events: [ArrivedEvent] = []
      for number in 0..<size { events.append(event(number, &chain, salts)) }
      count += size
      let (batch, origin) = (events, chain.origin)
      await twice("taken \(count)") { try await intake.take(batch, of: origin) }
      await twice("published \(count)") { _ = try await publisher.publish() }
    }
    await database.close()
  }

  private static func origin() throws -> OutboxChain {
    guard
      let origin = Origin(
        service: "share", replica: "r1", incarnation: [UInt8](repeating: 7, count: 16))
    else { throw OutboxError.badOrigin }
    return OutboxChain(origin: origin)
  }

  private static func event(
    _ number: Int, _ chain: inout OutboxChain, _ random: any RandomSource
  ) -> ArrivedEvent {
    let topic = "share.decision"
    let leaf = Leaf(
      [
        "topic": .string(topic), "time": .integer(1_709_521_200_000),
        "number": .integer(Int64(number)),
      ],
      random: random)
    chain.append(commitment: leaf.commitment)
    return ArrivedEvent(
      sequence: chain.sequence, topic: topic, salt: leaf.salt, payload: leaf.payload,
      leaf: leaf.commitment, chain: chain.head)
  }
}
