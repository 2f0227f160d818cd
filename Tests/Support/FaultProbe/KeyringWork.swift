// A keyring that gets three keys and loses one.

import Crypto

extension FaultProbe {
  /// Says `ok add RESOURCE ID`, `ok retire ID`, `ok destroy RESOURCE`, and last what memory holds: `holds ID`.
  static func useKeyring(_ folder: String) throws {
    let keyring = try opened(folder)
    for resource in ["first", "second", "third"] {
      attempt("add \(resource)") {
        let key = try keyring.add(.month, resource: resource, suite: .aes256GCM, createdAt: 1)
        return " \(key.id.rawValue)"
      }
    }
    if let second = keyring.currentKey(.month, resource: "second") {
      attempt("retire") {
        try keyring.retire(second.id, at: 2)
        return " \(second.id.rawValue)"
      }
    }
    // As Audit destroys a month.
    attempt("destroy first") {
      for key in keyring.keys(.month, resource: "first") { try keyring.destroy(key.id) }
      return ""
    }
    for key in keyring.keys { say("holds \(key.id.rawValue)") }
  }

  private static func opened(_ folder: String) throws -> Keyring {
    do {
      return try Keyring(folder: folder, creates: true, random: SystemRandom())
    } catch {
      say("failed create \(error)")
      return try Keyring(folder: folder, creates: true, random: SystemRandom())
    }
  }

  private static func attempt(_ name: String, _ body: () throws -> String) {
    for _ in 0..<2 {
      do {
        say("ok \(name)\(try body())")
        return
      } catch {
        say("failed \(name) \(error)")
      }
    }
  }
}
