// How a connection to PostgreSQL may travel: over a network only with TLS that knows whom it talks to.

import CLibpq

/// What a connection string says about the way to the server (the manual, section 34.1.2).
struct PostgresTransport: Equatable {
  /// Where it goes; empty for the socket that libpq was built with.
  var hosts: [String]
  var sslMode: String?

  /// - Returns: `nil` for a string that libpq cannot read, or one that keeps the host in a file of services.
  init?(connectionString: String) {
    guard let options = PQconninfoParse(connectionString, nil) else { return nil }
    defer { PQconninfoFree(options) }
    var values: [String: String] = [:]
    var option = options
    // Sound: the array ends with an option without a keyword, and every text lives until it is freed.
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val {
        values[String(cString: keyword)] = String(cString: value)
      }
      option += 1
    }
    if values["service"] != nil { return nil }
    // An address in numbers stands before the name, which is only what the certificate must bear then.
    let places = values["hostaddr"] ?? values["host"] ?? ""
    hosts = places.split(separator: ",").map(String.init)
    sslMode = values["sslmode"]
  }

  /// Whether it never leaves the machine: a Unix socket or loopback.
  var isLocal: Bool { hosts.allSatisfy(Self.isLocal) }

  static func isLocal(_ host: String) -> Bool {
    if host.isEmpty || host.hasPrefix("/") || host.hasPrefix("@") { return true }
    if host == "localhost" || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }

  /// What is taken where the string says nothing; `nil` leaves it to libpq.
  var defaultMode: String? { isLocal ? nil : "verify-full" }

  /// Anything less than `verify-full` lets somebody in between read along, or be the server.
  func check() throws(DatabaseError) {
    if isLocal || sslMode == nil || sslMode == "verify-full" { return }
    throw .cannotOpen(
      "over a network PostgreSQL is reached with sslmode=verify-full, not \(sslMode ?? "")")
  }
}
