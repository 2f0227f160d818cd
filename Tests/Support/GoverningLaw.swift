// The shipped law with one profile that governs everything, changed where a test asks for it.

import Boot
import Foundation
package import Regulation

/// A row that a test changes is not in the file.
private struct NoSuchRow: Error { let row: String }

/// The shipped profiles where one of them governs everything, with a row of it replaced where one is given.
///
/// - Parameter root: Of the package.
package func governingLaw(
  _ root: String, under key: String, replacing row: String = "", by other: String = ""
) throws -> ProfileSet {
  let folder = try TemporaryFolder()
  let file = folder.path("governance.yaml")
  try Files.write(
    Array("governance:\n  - {tag: any, profile: \(key), from: 2018-01-01}\n".utf8), to: file,
    isPrivate: false)
  guard !row.isEmpty else {
    return try PolicyFiles.load(policiesFolder: root + "/deploy/policies", governanceFile: file)
  }
  let policies = folder.path("policies")
  try FileManager.default.copyItem(atPath: root + "/deploy/policies", toPath: policies)
  let text = try String(contentsOfFile: "\(policies)/\(key).yaml", encoding: .utf8)
  guard text.contains(row) else { throw NoSuchRow(row: row) }
  try Files.write(
    Array(text.replacingOccurrences(of: row, with: other).utf8), to: "\(policies)/\(key).yaml",
    isPrivate: false)
  return try PolicyFiles.load(policiesFolder: policies, governanceFile: file)
}
