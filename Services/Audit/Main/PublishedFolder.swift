// The published log on disk.

import AuditHandlers
import Boot
import Foundation

/// A folder under the data folder; every file is synced before it has its name, and its folder after.
struct PublishedFolder: LogFolder {
  let path: String

  func read(_ path: String) throws -> [UInt8]? {
    let file = self.path + "/" + path
    guard Files.exists(file) else { return nil }
    return Array(try Data(contentsOf: URL(fileURLWithPath: file)))
  }

  func write(_ bytes: [UInt8], to path: String) throws {
    let file = self.path + "/" + path
    if let slash = file.lastIndex(of: "/") { try Files.makeFolder(String(file[..<slash])) }
    try Files.write(bytes, to: file, isPrivate: false)
  }

  func removeFolder(_ path: String) throws {
    let folder = self.path + "/" + path
    if Files.exists(folder) { try FileManager.default.removeItem(atPath: folder) }
  }
}
