// Revoking what the offline roots issued: lists that a root signs, each replaced by the next.

package import Crypto
package import Vocabulary

/// Why no list is signed.
package enum KeyRevocationError: Error, Equatable, Sendable {
  case alreadyRevoked(serial: String)
  /// The list in the folder is not this root's: somebody must look before it is replaced.
  case listOfAnother(path: String)
}

extension KeyFolder {
  /// The two roots. Certificates of departments are revoked in the gateway's registry, its issuing authority by a list.
  package enum Root: String, CaseIterable, Sendable {
    case service, department
  }

  /// For so long a list holds unless the operator says otherwise.
  package static let listDays = 365

  package func revocationList(_ root: Root) -> String { "\(path)/\(root.rawValue)-root/crl.pem" }

  /// The list that lies in the folder; `nil` for none.
  package func currentList(_ root: Root) throws -> RevocationList? {
    let file = revocationList(root)
    guard Files.exists(file) else { return nil }
    let list = try RevocationList(pem: try readText(file))
    let certificate = try Certificate(pem: try readText("\(path)/\(root.rawValue)-root/ca.pem"))
    guard list.isSigned(by: certificate) else { throw KeyRevocationError.listOfAnother(path: file) }
    return list
  }

  /// Signs the next list of a root, with everything that the last one named.
  ///
  /// - Parameter serial: A certificate to be revoked now; `nil` to sign the same list for a longer time.
  /// - Returns: The new list, which lies in the folder, whole, whatever happens meanwhile.
  @discardableResult
  package func signRevocationList(
    _ root: Root, revoking serial: String? = nil,
    reason: RevokedCertificate.Reason = .unspecified, days: Int = listDays, now: Instant
  ) throws -> RevocationList {
    let last = try currentList(root)
    let seconds = now.milliseconds / 1000
    var entries = last?.entries ?? []
    if let serial {
      guard last?.revoked[serial] == nil else {
        throw KeyRevocationError.alreadyRevoked(serial: serial)
      }
      entries.append(RevokedCertificate(serialHex: serial, revokedAt: seconds, reason: reason))
    }
    let list = try authority("\(root.rawValue)-root").revocationList(
      entries, number: (last?.number ?? 0) + 1, thisUpdate: seconds,
      nextUpdate: seconds + Int64(days) * 86_400)
    try Files.write(list.pem, to: revocationList(root), isPrivate: false)
    return list
  }
}
