// Where the claim of a verification request waits, and what is written about cases: sealed, and told apart by pseudonym alone.

package import Contracts
package import Crypto
package import Database
import Integrity
import RPC
import ShareStore
package import Vocabulary

/// Seals claims, names their subjects and digests requests, under two keys of Share's keyring.
package struct ClaimVault: CaseSeal {
  private static let resource = "share-verification"

  private let keys: PersonalSeal

  /// Makes the keys where there are none; called once at the start, as it may wait for the disk.
  ///
  /// - Parameter now: Real time.
  package init(keyring: Keyring, random: any RandomSource, now: Instant) throws {
    keys = try PersonalSeal(
      keyring: keyring, resource: Self.resource,
      columns: [
        SealedColumn(table: "verifications", keys: ["id"], column: "sealed") {
          Self.place(try $0["id"])
        },
        SealedColumn(table: "cases", keys: ["comparison", "number"], column: "content") {
          Self.place(try $0["comparison"], try $0["number"])
        },
      ], random: random, now: now.milliseconds)
  }

  /// What rotates.
  package var sealing: TableSeal { keys.sealing }

  /// The claim, bound to its request, in the transaction that stores it.
  package func seal(
    _ claim: IngestV1.VerifyClaimRequest, request: Int64,
    in transaction: borrowing WriteTransaction
  ) throws -> [UInt8] {
    try keys.sealing.seal(try claim.serialized(), at: Self.place(request), in: transaction)
  }

  package func open(_ sealed: [UInt8], request: Int64) throws -> IngestV1.VerifyClaimRequest {
    try IngestV1.VerifyClaimRequest(
      serialized: try keys.sealing.open(sealed, at: Self.place(request)))
  }

  package func seal(
    _ content: [UInt8], comparison: Int64, case number: Int64,
    in transaction: borrowing WriteTransaction
  ) throws -> [UInt8] {
    try keys.sealing.seal(content, at: Self.place(comparison, number), in: transaction)
  }

  package func open(_ sealed: [UInt8], comparison: Int64, case number: Int64) throws -> [UInt8] {
    try keys.sealing.open(sealed, at: Self.place(comparison, number))
  }

  /// The subject's name in counting: the same person gives the same bytes, and nobody without the key can make them.
  package func pseudonym(of subject: IngestV1.Subject) -> [UInt8] {
    var named = subject.block
    if named.isEmpty {
      let type = Array(subject.documentType.utf8)
      let number = Array(documentNumber(subject.documentNumber).utf8)
      named = UInt32(type.count).bigEndianBytes + type + number
    }
    return Pseudonym(of: named, key: keys.naming).bytes
  }

  /// The digest by which a request that comes again is known.
  package func digest(of request: some Message) throws -> [UInt8] {
    keys.digest(ofRequest: try request.serialized())
  }

  private static func place(_ comparison: Int64, _ number: Int64) -> SealContext {
    SealContext(
      kind: .attachment, resource: resource, batch: "case/\(number)", recordID: comparison)
  }

  private static func place(_ request: Int64) -> SealContext {
    SealContext(kind: .identity, resource: resource, recordID: request)
  }
}
