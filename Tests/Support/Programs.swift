// The programs of this package, as they were built for the tests.

import Foundation
import Glibc

/// The path of a program that was built together with the tests.
package func builtProgram(_ name: String) -> String {
  // The test bundle lies beside the programs.
  let bundle = CommandLine.arguments.first ?? ""
  return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent(name).path
}

/// How a program ended.
package struct ProgramEnd: Sendable {
  /// The exit code, or 128 + the signal that ended it.
  package let status: Int32
  package let output: [UInt8]
  package let errors: [UInt8]

  package var text: String { String(decoding: output, as: UTF8.self) }
}

/// Runs a program to its end and blocks for that time; for programs that take an instant.
///
/// Not by Foundation's `Process`: that one looks through all open files of this process at each start, reads behind the
/// end of what the system gave it, and with thousands of files open this sooner or later ends the tests.
///
/// - Parameter program: A path, or a name to be looked for in PATH.
package func runBlocking(
  _ program: String, _ arguments: [String], input: [UInt8] = [],
  environment: [String: String] = [:], errorsAmongOutput: Bool = false
) throws -> ProgramEnd {
  // Files take any amount; a pipe that nobody reads stops the program.
  let folder = try TemporaryFolder()
  let paths = ["input", "output", "errors"].map { folder.path($0) }
  try Data(input).write(to: URL(filePath: paths[0]))
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, 0, paths[0], O_RDONLY, 0)
  posix_spawn_file_actions_addopen(&actions, 1, paths[1], O_WRONLY | O_CREAT, 0o600)
  if errorsAmongOutput {
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
  } else {
    posix_spawn_file_actions_addopen(&actions, 2, paths[2], O_WRONLY | O_CREAT, 0o600)
  }
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  // A thread of the pool has signals blocked; a program that inherits that cannot be told to end.
  var none = sigset_t()
  sigemptyset(&none)
  posix_spawnattr_setsigmask(&attributes, &none)
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
  let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
  let argv = ([program] + arguments).map { strdup($0) } + [nil]
  let envp = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
  defer { for copy in argv + envp { free(copy) } }
  var pid: pid_t = 0
  let failure = posix_spawnp(&pid, program, &actions, &attributes, argv, envp)
  guard failure == 0 else { throw POSIXError(POSIXErrorCode(rawValue: failure) ?? .EIO) }
  var status: Int32 = 0
  while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
  func content(_ path: String) -> [UInt8] {
    (try? Data(contentsOf: URL(filePath: path))).map { [UInt8]($0) } ?? []
  }
  return ProgramEnd(
    status: status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F),
    output: content(paths[1]), errors: content(paths[2]))
}

/// Runs a program to its end, without holding a thread of the pool meanwhile: a few tests that each block one on a child of
/// theirs would stop all others.
///
/// - Returns: How it ended, and what it wrote, errors among it.
@discardableResult
package func runToEnd(
  _ program: String, _ arguments: [String]
) async throws -> (status: Int32, output: String) {
  let end = try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread {
      continuation.resume(
        with: Result { try runBlocking(program, arguments, errorsAmongOutput: true) })
    }
  }
  return (end.status, end.text)
}
