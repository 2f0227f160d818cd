// An evidence key, its list and a keyring, as a service has them.

import Crypto
import Database
import Integrity
import TestSupport

/// What a database needs to write evidence, and a verifier to believe it.
struct TestEvidence {
  let folder: TemporaryFolder
  var keysPath: String { folder.path("keys") }
  let keyring: Keyring
  /// The crash probe's.
  let signer: NoteSigner
  let root: NoteSigner
  let keys: SignedNote
  let random: any RandomSource

  init(service: String = "share", seed: UInt64 = 1) throws {
    random = SeededRandom(seed: seed)
    folder = try TemporaryFolder()
    keyring = try Keyring(folder: folder.path("keys"), creates: true, random: random)
    signer = try NoteSigner(
      name: KeyList.evidenceName("weir.test", service: service),
      key: Ed25519PrivateKey(rawBytes: [UInt8](repeating: 1, count: 32)))
    root = try NoteSigner(
      name: KeyList.rootName("weir.test"), key: Ed25519PrivateKey(random: random))
    let list = KeyList(
      domain: "weir.test", number: 1, issuedAt: 0,
      entries: [KeyList.Entry(verifier: signer.verifier, notBefore: 0)])
    keys = try list.signed(by: root)
  }

  func configuration(
    replica: String = "a", consumers: [String] = [],
    _ change: (inout OutboxConfiguration) -> Void = { _ in }
  ) -> OutboxConfiguration {
    var configuration = OutboxConfiguration(
      service: "share", replica: replica, signer: signer, keyring: keyring, random: random)
    configuration.consumers = consumers
    change(&configuration)
    return configuration
  }
}

/// All entries of an outbox, page by page.
func allEntries(_ outbox: Outbox, after sequence: UInt64 = 0, of origin: Origin? = nil) async throws
  -> [OutboxEntry]
{
  var entries: [OutboxEntry] = []
  while true {
    let page = try await outbox.read(
      after: entries.last?.sequence ?? sequence, limit: 100, of: origin)
    if page.isEmpty { return entries }
    entries += page
  }
}

/// Whether the entries follow each other without a gap, each bound to all before it.
func isChain(_ entries: [OutboxEntry], of origin: Origin) -> Bool {
  var chain = OutboxChain(origin: origin)
  for entry in entries {
    chain.append(commitment: entry.commitment)
    guard entry.origin == origin, entry.sequence == chain.sequence, entry.chain == chain.head,
      entry.leaf.commitment == entry.commitment
    else { return false }
  }
  return true
}

extension Outbox {
  /// Audit's answer, with the chain as this outbox has it.
  func answered(durable: UInt64, covered: UInt64) async throws {
    let entry = durable == 0 ? nil : try await read(after: durable - 1, limit: 1).first
    try await auditAnswered(
      durable: durable, chain: entry?.chain ?? OutboxChain.start, covered: covered)
  }
}
