// Files written many at once: all there when the call returns, and a failure told.

import Boot
import Foundation
import TestSupport
import Testing

@Suite("A durable folder")
struct DurableFolderTests {
  @Test(
    "writes files in folders of its own, replaces them, and leaves no drafts", arguments: [1, 100])
  func writing(count: Int) async throws {
    let folder = try TemporaryFolder()
    let files = DurableFolder(path: folder.path("log"))
    var expected: [String: [UInt8]] = [:]
    for number in 0..<count { expected["tile/\(number % 7)/x\(number)"] = [UInt8(number)] }
    try await files.write([:])
    for _ in 0..<2 {
      try await files.write(expected)
      for (path, bytes) in expected { #expect(try files.read(path) == bytes) }
      for path in expected.keys { expected[path]?.append(9) }
    }
    let present = try FileManager.default.subpathsOfDirectory(atPath: folder.path("log"))
    #expect(!present.contains { $0.hasSuffix(".new") })
    #expect(try files.read("tile/0/none") == nil)
    try files.removeFolder("tile/0")
    #expect(try files.read("tile/0/x0") == nil)
  }

  @Test("a file that cannot be written fails the call")
  func failure() async throws {
    let folder = try TemporaryFolder()
    let files = DurableFolder(path: folder.path)
    try await files.write(["taken": [1]])
    await #expect(throws: FileError.self) {
      try await files.write(["taken/below": [2], "beside": [3]])
    }
    #expect(try files.read("taken") == [1])
  }
}
