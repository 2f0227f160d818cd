// A whole node whose key files lie under a master key: it does its work, and does not start without the key.

import Boot
import Contracts
import Crypto
import Foundation
import RPC
import Synchronization
import Synth
import TestSupport
import Testing
import Vocabulary

@testable import WeirCLI

@Suite("A node under a master key (DESIGN 7)", .serialized)
struct MasterKeyNodeTests {
  private typealias Place = ServiceConfiguration.MasterKeyPlace

  /// Every file that opens something must be wrapped; the keyring is, by its epoch key.
  private func unwrapped(_ data: String) throws -> [String] {
    let names =
      FileManager.default.enumerator(atPath: data + "/keys")?
      .compactMap { $0 as? String } ?? []
    let secrets = names.filter { $0.hasSuffix(".key") }
    #expect(secrets.count > 8)
    return try secrets.filter {
      try !readBytes(data + "/keys/" + $0).starts(with: Array("weir-wrapped-1\n".utf8))
    }
  }

  private func made(_ arguments: [String]) async throws {
    let ended = await weir(["pki", "master-key", "--lang", "en"] + arguments, environment: [:])
    try #require(ended.exit == .done, "\(ended.errors)")
    // Never twice: what lies under the first would be lost.
    let again = await weir(["pki", "master-key", "--lang", "en"] + arguments, environment: [:])
    #expect(again.exit != .done && !again.errors.isEmpty)
  }

  private func start(
    _ demo: SmallDemo, _ body: (RunningNode) async throws -> Void = { _ in }
  ) async throws {
    var options = NodeOptions(
      dataFolder: demo.options.dataFolder, law: demo.options.law,
      programs: demo.options.programs, random: SystemRandom())
    options.demoStart = CivilDate(iso: DemoScene.standard.day)
    try await withNode(options, tell: { _ in }) { node in try await body(node) }
  }

  /// What the operator is told where it does not start.
  private func refusal(_ demo: SmallDemo) async -> String {
    do {
      try await start(demo)
      return ""
    } catch let failure as NodeFailure {
      return failure.sentence.english
    } catch {
      return "\(error)"
    }
  }

  private func set(_ place: Place?, _ demo: SmallDemo) throws {
    let folder = NodeFolder(path: demo.options.dataFolder)
    var description = try folder.description()
    description.masterKey = place
    try folder.save(description)
  }

  /// Plays as far as records are looked up, under a key; then looks once more after a start.
  private func play(_ demo: SmallDemo) async throws -> @Sendable (RunningNode) async throws -> Void
  {
    let request = Mutex<ShareV1.LookupRequest?>(nil)
    let before = Mutex<[[IngestV1.Value]]>([])
    try await demo.play(through: "subscriptions") { stage in
      let lookup = try stage.lookup(of: stage.plan.wronglyDead)
      let share = try stage.wire.client(DemoCast.humanResources.systemName).share
      let found = try await share.lookup(lookup).records.map(\.values)
      request.withLock { $0 = lookup }
      before.withLock { $0 = found }
    }
    let (asked, found) = (try #require(request.withLock { $0 }), before.withLock { $0 })
    #expect(!found.isEmpty)
    #expect(try unwrapped(demo.options.dataFolder) == [])
    return { node in
      let wire = DemoWire(
        keys: node.keys, gateway: try #require(Address(node.ready.gateway)), seed: 13)
      let share = try wire.client(DemoCast.humanResources.systemName).share
      #expect(try await share.lookup(asked).records.map(\.values) == found)
      await wire.shutdown()
    }
  }

  @Test(
    "in a token: uploads, grants and look-ups go on over a restart; a wrong PIN, another token or no setting is refused, and says so",
    .enabled(if: SoftToken.isInstalled, "there is no SoftHSM2: run deploy/setup test"))
  func token() async throws {
    _ = try SoftToken.shared.get()
    var demo = try SmallDemo(seed: 31)
    let pin = demo.folder.path("pin")
    try Files.write(SoftToken.pin + "\n", to: pin, isPrivate: true)
    try await made([
      "--module", SoftToken.module, "--token", SoftToken.label, "--key", "node", "--pin-file", pin,
    ])
    var place = Place(
      module: SoftToken.module, token: SoftToken.label, key: "node", pinFile: pin)
    let configuration = try #require(ProcessInfo.processInfo.environment["SOFTHSM2_CONF"])
    place.environment = ["SOFTHSM2_CONF": configuration]
    demo.options.masterKey = place
    let look = try await play(demo)
    try await start(demo, look)
    try Files.write("00000000\n", to: pin, isPrivate: true)
    #expect(await refusal(demo).contains("log in"))
    try Files.write(SoftToken.pin, to: pin, isPrivate: true)
    var other = place
    other.token = "pulled-out"
    try set(other, demo)
    #expect(await refusal(demo).contains("find the token"))
    try set(nil, demo)
    #expect(await refusal(demo).contains("masterKey"))
    try set(place, demo)
    try await start(demo, look)
  }

  @Test(
    "in a file, then under a new one: each start puts the key files under the newest, and the one before is needed no more"
  )
  func file() async throws {
    var demo = try SmallDemo(seed: 32)
    let files = ["first", "second"].map { demo.folder.path($0) }
    for file in files { try await made(["--file", file]) }
    demo.options.masterKey = Place(file: files[0])
    let look = try await play(demo)
    try set(Place(file: files[1]), demo)
    #expect(await refusal(demo).contains("master key"))
    var next = Place(file: files[1])
    next.previous = [Place(file: files[0])]
    try set(next, demo)
    try await start(demo, look)
    try FileManager.default.removeItem(atPath: files[0])
    try set(Place(file: files[1]), demo)
    try await start(demo, look)
    #expect(try unwrapped(demo.options.dataFolder) == [])
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: files[1])
    #expect(await refusal(demo).contains("0600"))
  }
}
