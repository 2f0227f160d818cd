// The programs of this package, as they were built for the tests.

import Foundation

/// The path of a program that was built together with the tests.
package func builtProgram(_ name: String) -> String {
  // The test bundle lies beside the programs.
  let bundle = CommandLine.arguments.first ?? ""
  return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent(name).path
}

/// Runs a program to its end, without holding a thread meanwhile: a few tests that each block one on a child of theirs would
/// stop all others.
///
/// - Returns: How it ended, and what it wrote, errors among it.
@discardableResult
package func runToEnd(
  _ program: String, _ arguments: [String]
) async throws -> (status: Int32, output: String) {
  // A file takes any amount; a pipe that nobody reads stops the program.
  let folder = try TemporaryFolder()
  let file = URL(filePath: folder.path("output"))
  try Data().write(to: file)
  let process = Process()
  process.executableURL = URL(filePath: program)
  process.arguments = arguments
  process.standardInput = FileHandle.nullDevice
  process.standardOutput = try FileHandle(forWritingTo: file)
  process.standardError = process.standardOutput
  let (ended, end) = AsyncStream.makeStream(of: Void.self)
  process.terminationHandler = { _ in end.finish() }
  try process.run()
  for await _ in ended {}
  return (process.terminationStatus, String(decoding: try Data(contentsOf: file), as: UTF8.self))
}
