// What a process is told before it starts: read back as written, and refused with the key at fault.

import Boot
import Crypto
import Foundation
import TestSupport
import Testing
import Vocabulary

@Suite("A configuration is checked before anything starts")
struct ServiceConfigurationTests {
  private func configuration() -> ServiceConfiguration {
    ServiceConfiguration(
      service: "share", domain: "weir.test", dataFolder: "/node/share",
      keysFolder: "/node/keys/share",
      listen: "127.0.0.1:7001", peers: ["ingest": ["127.0.0.1:7002"]],
      tls: .init(certificate: "cert.pem", key: "key.pem", serviceRoot: "ca.pem"),
      evidence: .init(
        rootPublicKey: "public.key", keyList: "keylist.note", signingKey: "evidence.key"),
      policiesFolder: "policies", calendarsFolder: "calendars", taxonomiesFolder: "taxonomies",
      governanceFile: "governance.yaml")
  }

  private func load(_ text: String) throws -> ServiceConfiguration {
    let folder = try TemporaryFolder()
    let path = folder.path("share.yaml")
    try Files.write(text, to: path, isPrivate: true)
    return try ServiceConfiguration.load(path: path)
  }

  private func refusal(_ change: (inout ServiceConfiguration) -> Void) throws -> String {
    var wrong = configuration()
    change(&wrong)
    do {
      _ = try load(try wrong.yaml())
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test("what was written is read back")
  func roundTrip() throws {
    let written = configuration()
    #expect(try load(try written.yaml()) == written)
  }

  @Test("a missing key, an unknown service, a wrong address and keys among the data are each named")
  func refusals() throws {
    let text = try configuration().yaml().split(separator: "\n")
      .filter { !$0.hasPrefix("domain:") }.joined(separator: "\n")
    do {
      _ = try load(text)
      Issue.record("a configuration without a domain was read")
    } catch {
      #expect("\(error)".contains("domain: is missing"))
    }
    for (url, networks, word) in [
      ("http://a.test/n", [], "is not https://"),
      ("https://a.test/n", ["10.0.0.0/40"], "10.1.0.0/16"),
      ("https://a.test/n", ["10.0.0.0/8"], ""),
    ] {
      let said = try refusal {
        $0.webhooks = [.init(department: "d", url: url, trust: "ca.pem", networks: networks)]
      }
      #expect(word.isEmpty ? said.isEmpty : said.contains(word))
    }
    #expect(try refusal { $0.service = "ledger" }.contains("'ledger'"))
    #expect(try refusal { $0.peers["ingest"] = ["nowhere"] }.contains("'nowhere' is not host:port"))
    #expect(try refusal { $0.keysFolder = "/node/share/keys" }.contains("outside dataFolder"))
    #expect(try refusal { $0.replica = 0 }.contains("replica"))
    for delay in [0, -1, 60_001] {
      #expect(
        try refusal { $0.limits.hedgeReadsAfterMilliseconds = delay }
          .contains("limits.hedgeReadsAfterMilliseconds: 1 to 60000"))
    }
    #expect(try refusal { $0.limits.hedgeReadsAfterMilliseconds = 60_000 } == "")
    #expect(
      try refusal {
        $0.demo = .init(civilStart: "2024-02-30", realStart: 0, offsetFile: "demo-clock")
      }.contains("demo.civilStart"))
    #expect(try refusal { $0.service = "gateway" }.contains("publicListen"))
  }

  @Test(
    "AC-33 several replicas need PostgreSQL, and Ingest's mapping store lies in another database than its records"
  )
  func replicas() throws {
    func records(_ other: String?) -> (inout ServiceConfiguration) -> Void {
      {
        $0.service = "ingest"
        $0.postgres = "host=db dbname=records"
        $0.identityPostgres = other
      }
    }
    var written = configuration()
    records("host=db dbname=mapping")(&written)
    written.replica = 2
    #expect(try load(try written.yaml()) == written)
    #expect(try refusal { $0.replica = 2 }.contains("needs PostgreSQL"))
    #expect(try refusal(records(nil)).contains("both or neither"))
    #expect(try refusal(records("host=db dbname=records")).contains("lies apart"))
    #expect(
      try refusal {
        $0.service = "ingest"
        $0.identityPostgres = "host=db dbname=mapping"
      }.contains("both or neither"))
    #expect(
      try refusal {
        $0.service = "share"
        $0.postgres = "host=db"
        $0.identityPostgres = "host=db dbname=mapping"
      }.contains("Ingest's alone"))
  }

  @Test(
    "suite, backups and master key are read back; what cannot be is named, a PIN open to others too"
  )
  func keys() throws {
    var written = configuration()
    written.sealing = "sm4-ctr-hmac-sm3"
    written.backups = .init(everyHours: 24, keep: 14)
    written.masterKey = .init(module: "/m.so", token: "weir", key: "master", pinFile: "/pin")
    #expect(try load(try written.yaml()) == written)
    written.masterKey?.previous = [.init(file: "/mnt/key/master")]
    #expect(try load(try written.yaml()) == written)
    #expect(try refusal { $0.sealing = "des" }.contains("sealing: 'des'"))
    #expect(try refusal { $0.backups = .init(everyHours: 0, keep: 1) }.contains("everyHours"))
    #expect(try refusal { $0.backups = .init(everyHours: 1, keep: 0) }.contains("keep"))
    let folder = try TemporaryFolder()
    func open(_ pin: String, isPrivate: Bool) throws {
      let path = folder.path("pin")
      try Files.write(pin, to: path, isPrivate: isPrivate)
      _ = try ServiceConfiguration.MasterKeyPlace(
        module: "/m.so", token: "weir", key: "master", pinFile: path
      ).open(random: SystemRandom())
    }
    try open("1234\n", isPrivate: true)
    #expect(throws: ConfigurationError.self) { try open("\n", isPrivate: true) }
    #expect(throws: ConfigurationError.self) { try open("1234", isPrivate: false) }
  }

  @Test("a file that cannot be read says so with its path")
  func unreadable() {
    #expect(throws: ConfigurationError.self) {
      try ServiceConfiguration.load(path: "/nonexistent/share.yaml")
    }
  }
}

@Suite("Small files are whole and private")
struct FilesTests {
  @Test("a private file has mode 0600 from its first byte, and is replaced whole")
  func privateFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("secret.key")
    try Files.write([1, 2, 3], to: path, isPrivate: true)
    try Files.write([4], to: path, isPrivate: true)
    #expect(try readBytes(path) == [4])
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(!Files.exists(path + ".new"))
  }

  @Test("a folder that cannot be made is told with its path")
  func folder() {
    #expect(throws: FileError.self) { try Files.makeFolder("/proc/weir/none") }
  }
}

@Suite("A demonstration has its own civil clock")
struct WallClockTests {
  @Test(
    "civil time begins at nine on the demonstration's day and moves on by the file; real time does not"
  )
  func demoClock() throws {
    let folder = try TemporaryFolder()
    let offset = folder.path("demo-clock")
    let clock = WallClock.system(
      demo: .init(
        civilStart: "2024-03-04", realStart: systemNow().milliseconds, offsetFile: offset))
    #expect(clock.civil().civilDate.iso == "2024-03-04")
    #expect(clock.civil().shanghaiText.hasPrefix("2024-03-04 09:0"))
    try Files.write("2592000\n", to: offset, isPrivate: false)
    #expect(clock.civil().civilDate.iso == "2024-04-03")
    try Files.write("86400\n", to: offset, isPrivate: false)
    #expect(clock.civil().civilDate.iso == "2024-03-05", "a new file is seen by the next call")
    try FileManager.default.removeItem(atPath: offset)
    #expect(clock.civil().civilDate.iso == "2024-03-04")
    #expect(clock.real().milliseconds - systemNow().milliseconds < 1000)
    #expect(WallClock.system(demo: nil).civil().civilDate == systemNow().civilDate)
  }
}
