// A program run to its end with bytes in and out.

import Foundation
import TestSupport

enum Tool {
  struct Failed: Error { let errors: String }

  /// - Throws: `Failed` with what it wrote as errors, when it ends with another code than 0.
  @discardableResult
  static func run(
    _ program: String, _ arguments: [String], input: [UInt8] = [],
    environment: [String: String] = [:]
  ) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    let names = ["in", "out", "errors"].map { URL(filePath: folder.path($0)) }
    try Data(input).write(to: names[0])
    for name in names.dropFirst() { try Data().write(to: name) }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = try FileHandle(forReadingFrom: names[0])
    process.standardOutput = try FileHandle(forWritingTo: names[1])
    process.standardError = try FileHandle(forWritingTo: names[2])
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failed(errors: String(decoding: try Data(contentsOf: names[2]), as: UTF8.self))
    }
    return [UInt8](try Data(contentsOf: names[1]))
  }
}
