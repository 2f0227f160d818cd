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
    let end = try runBlocking(program, arguments, input: input, environment: environment)
    guard end.status == 0 else { throw Failed(errors: String(decoding: end.errors, as: UTF8.self)) }
    return end.output
  }
}
