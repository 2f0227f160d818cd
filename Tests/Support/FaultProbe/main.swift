// A program that does a service's durable work once, in little, and says what was answered: made to meet failing system calls.

import Glibc

await FaultProbe.run()

/// Started by the fault tests as `syscall-fault-probe keyring|outbox|log|ingest FOLDER`.
///
/// Each line of its output is one answer: `ok WORD…` for what was promised to a caller, `failed WORD…` for what was refused.
/// What failed is tried once more, as a caller would.
enum FaultProbe {
  static func run() async {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else { exit(2) }
    do {
      switch arguments[1] {
      case "keyring": try useKeyring(arguments[2])
      case "outbox": try await useOutbox(arguments[2])
      case "log": try await useLog(arguments[2])
      case "ingest": try await useIngest(arguments[2])
      default: exit(2)
      }
    } catch {
      say("failed open \(error)")
    }
    say("end")
    // At once: what other threads hold for themselves until they end is no leak, and is looked for in the tests' own process.
    _exit(0)
  }

  /// One write per line: whole or absent in the file.
  static func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    guard Glibc.write(1, bytes, bytes.count) == bytes.count else { exit(1) }
  }

  /// Does something for a caller who tries once more.
  static func twice(_ name: String, _ body: () async throws -> Void) async {
    for _ in 0..<2 {
      do {
        try await body()
        say("ok \(name)")
        return
      } catch {
        say("failed \(name) \(error)")
      }
    }
  }
}
