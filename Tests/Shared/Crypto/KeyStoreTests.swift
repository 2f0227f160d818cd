// Key stores of PKCS #12, as openssl and Java's keytool read them.

import Crypto
import Foundation
import TestSupport
import Testing

@Suite("A certificate and its key go into one file for Java")
struct KeyStoreTests {
  let pki: TestPKI
  let system: TestPKI.Identity
  let folder: TemporaryFolder

  private static let keytool = FileManager.default.isExecutableFile(atPath: "/usr/bin/keytool")

  init() throws {
    pki = try TestPKI()
    system = try pki.system("pensions", department: "human-resources")
    folder = try TemporaryFolder()
  }

  private func written(_ form: KeyStoreForm) throws -> String {
    let store = try KeyStore.encode(
      system.key, chain: try Certificate.all(pem: system.chainPEM), alias: "weir",
      password: "secret-7", form: form)
    let path = folder.path("\(form.rawValue).p12")
    try Data(store).write(to: URL(filePath: path))
    return path
  }

  @Test(
    "openssl finds key and chain in it, with this password alone", arguments: KeyStoreForm.allCases)
  func openssl(form: KeyStoreForm) async throws {
    let path = try written(form)
    let read = try await runToEnd(
      "/usr/bin/openssl",
      ["pkcs12", "-in", path, "-passin", "pass:secret-7", "-nodes", "-info"])
    #expect(read.status == 0, "\(read.output)")
    let scheme = form == .legacy ? "pbeWithSHA1And3-KeyTripleDES-CBC" : "PBES2"
    #expect(read.output.contains(scheme))
    #expect(read.output.contains(form == .legacy ? "MAC: sha1" : "MAC: sha256"))
    #expect(read.output.components(separatedBy: "BEGIN CERTIFICATE").count == 3)
    let wrong = try await runToEnd(
      "/usr/bin/openssl", ["pkcs12", "-in", path, "-passin", "pass:secret-8", "-nodes"])
    #expect(wrong.status != 0)
  }

  @Test(
    "Java's keytool lists the entry with its chain", .enabled(if: keytool, "there is no Java"),
    arguments: KeyStoreForm.allCases)
  func java(form: KeyStoreForm) async throws {
    let path = try written(form)
    let listed = try await runToEnd(
      "/usr/bin/keytool",
      [
        "-list", "-v", "-keystore", path, "-storetype", "PKCS12", "-storepass", "secret-7",
        "-J-Duser.language=en",
      ])
    #expect(listed.status == 0, "\(listed.output)")
    #expect(listed.output.contains("Alias name: weir"))
    #expect(listed.output.contains("Entry type: PrivateKeyEntry"))
    #expect(listed.output.contains("Certificate chain length: 2"))
    #expect(listed.output.contains("spiffe://weir.test/department/human-resources/system/pensions"))
  }

  @Test("another key's certificate goes into none")
  func mismatch() throws {
    let other = try pki.system("other", department: "human-resources")
    #expect(throws: CryptoError.keyMismatch) {
      _ = try KeyStore.encode(
        other.key, chain: [system.certificate], alias: "weir", password: "secret-7", form: .modern)
    }
  }
}
