// How PostgreSQL is reached: over a network with TLS that knows whom it talks to, on the machine as it likes.

import Crypto
import Foundation
import TestSupport
import Testing

@testable import Database

@Suite("PostgreSQL over a network is reached with verify-full, or not at all")
struct PostgresTransportTests {
  @Test(
    "what stays on the machine may go without TLS",
    arguments: [
      "dbname=x", "host=/run/postgresql", "host=@abstract", "host=localhost sslmode=disable",
      "host=127.0.0.1", "host=127.9.9.9", "host=::1", "postgresql:///x",
      "postgresql://weir@localhost/x", "host=db.example hostaddr=127.0.0.1",
    ])
  func local(_ text: String) throws {
    let transport = try #require(PostgresTransport(connectionString: text))
    #expect(transport.isLocal && transport.defaultMode == nil)
    try transport.check()
  }

  @Test(
    "what goes over a network is verified in full unless it says so already",
    arguments: [
      "host=db.example", "host=10.0.0.5", "host=127.0.0.1.example", "host=1270.0.0.1",
      "host=localhost,db.example", "postgresql://weir@db.example/x",
      "host=localhost hostaddr=10.0.0.5", "host=db.example sslmode=verify-full",
      "host=::2",
    ])
  func network(_ text: String) throws {
    let transport = try #require(PostgresTransport(connectionString: text))
    #expect(!transport.isLocal && transport.defaultMode == "verify-full")
    try transport.check()
  }

  @Test(
    "less is refused before anything is sent",
    arguments: ["disable", "allow", "prefer", "require", "verify-ca"])
  func weaker(_ mode: String) async throws {
    // An address for documentation (RFC 5737): an attempt would last, not be refused.
    let text = "host=192.0.2.1 dbname=x password=secret sslmode=\(mode)"
    do {
      _ = try await SQLDatabase.open(
        .postgres(connectionString: text), schema: [], now: { TestDatabase.noon })
      Issue.record("opened")
    } catch DatabaseError.cannotOpen(let reason) {
      #expect(reason.contains("verify-full") && !reason.contains("secret"))
    }
  }

  @Test(
    "what libpq cannot read, and a host that a file of services names, are refused",
    arguments: ["host", "postgresql://[", "service=elsewhere"])
  func unreadable(_ text: String) {
    #expect(PostgresTransport(connectionString: text) == nil)
  }

  @Test(
    "a server with a certificate is verified: its own root opens, another root or name does not")
  func verified() async throws {
    let folder = try TemporaryFolder()
    let pki = try TestPKI()
    let identity = try pki.service("database")
    func save(_ name: String, _ text: String) throws -> String {
      let path = folder.path(name)
      try Data(text.utf8).write(to: URL(filePath: path))
      return path
    }
    let server = try PostgresServer(
      tls: PostgresServer.TLS(
        certificate: try save("cert.pem", identity.chainPEM),
        key: try save("key.pem", identity.privateKeyPEM), port: try freeLoopbackPort()))
    let place = try server.newDatabase() + " hostaddr=127.0.0.1 sslmode=verify-full sslrootcert="
    let good = place + (try save("root.pem", pki.serviceRootPEM)) + " host=localhost"
    let database = try await SQLDatabase.open(
      .postgres(connectionString: good), schema: [], now: { TestDatabase.noon })
    let secured = try await database.read {
      try $0.queryOne("SELECT count(*) FROM pg_stat_ssl WHERE ssl AND pid = pg_backend_pid()")?[0]
        as Int?
    }
    #expect(secured == 1)
    await database.close()
    for bad in [
      place + (try save("other.pem", pki.departmentRootPEM)) + " host=localhost",
      place + folder.path("root.pem") + " host=db.example",
    ] {
      await #expect(throws: DatabaseError.self) {
        _ = try await SQLDatabase.open(
          .postgres(connectionString: bad), schema: [], now: { TestDatabase.noon })
      }
    }
  }
}
