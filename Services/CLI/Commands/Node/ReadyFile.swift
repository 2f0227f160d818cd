// `DIR/ready`: where a running node is reached. It exists while all six processes have answered, and no longer.

import Boot
import Foundation
package import RPC

/// What `DIR/ready` says.
package struct ReadyFile: Codable, Equatable, Sendable {
  /// The public address of the gateway.
  package var gateway: String
  /// The internal address of each service.
  package var `internal`: [String: String]
  package var pids: [String: Int32]

  package init(gateway: String, internal: [String: String], pids: [String: Int32]) {
    self.gateway = gateway
    self.internal = `internal`
    self.pids = pids
  }

  package static func load(path: String) throws -> ReadyFile {
    do {
      return try JSONDecoder().decode(ReadyFile.self, from: Data(try readBytes(path)))
    } catch let error as ConfigurationError {
      throw error
    } catch {
      throw ConfigurationError.malformed(path: path, detail: "is not what weir up writes")
    }
  }

  /// Replaces the file as a whole.
  package func save(path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try Files.write(
      [UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")], to: path, isPrivate: false)
  }

  /// The internal addresses, as channels want them.
  package var addresses: [String: Address] { `internal`.compactMapValues { Address($0) } }
}
