// What Ingest keeps sealed beside its registers: manifests of disclosures, whom a destruction is about, planted identifiers.

import Crypto
package import Database
import IngestRules
import Vocabulary

extension TableSeal {
  static func manifests(
    _ keyring: Keyring, random: any RandomSource, now: Int64
  ) throws -> TableSeal {
    try TableSeal(
      keyring: keyring, resource: "disclosures",
      columns: [
        SealedColumn(table: "disclosures", keys: ["id"], column: "sealed", others: ["entry"]) {
          .manifest(entry: try $0["entry"], disclosure: try $0["id"])
        },
        SealedColumn(table: "destructions", keys: ["id"], column: "sealed") {
          .destruction(try $0["id"])
        },
      ], random: random, now: now)
  }

  static func canaries(
    _ keyring: Keyring, random: any RandomSource, now: Int64
  ) throws -> TableSeal {
    try TableSeal(
      keyring: keyring, resource: "canaries",
      columns: [
        SealedColumn(table: "canaries", keys: ["id"], column: "sealed") {
          .canary(try $0["id"])
        }
      ], random: random, now: now)
  }
}

extension SealContext {
  static func manifest(entry: Int64, disclosure: Int64) -> SealContext {
    SealContext(
      kind: .manifest, resource: ResourceName.entry(entry).text, recordID: disclosure)
  }

  static func destruction(_ number: Int64) -> SealContext {
    SealContext(kind: .identity, resource: ResourceName.destruction(number).text)
  }

  static func canary(_ id: Int64) -> SealContext {
    SealContext(kind: .identity, resource: "canaries", recordID: id)
  }
}

extension IngestService {
  /// What rotates beside the registers.
  package var seals: [TableSeal] { [keys.manifests, keys.canaries] }
}
