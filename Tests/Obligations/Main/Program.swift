// make obligations: which obligations the tests show. make floor: commit to that many.

import Foundation
import Obligations
import SourceReading

@main
enum Program {
  static func main() {
    exit(run(CommandLine.arguments.dropFirst()))
  }

  private static func run(_ arguments: ArraySlice<String>) -> Int32 {
    do {
      let root = SourceTree.root
      let coverage = Coverage(
        register: try ObligationRegister.read(root: root),
        tags: TestTags(files: try SourceTree.shared.get().files))
      let today = coverage.floor
      if arguments.contains("--raise") {
        let committed = try Floor.read(root: root)
        // What falls is for a person to look at, and to take out of the file by hand.
        guard !committed.falls(to: today) else { return fail(committed.violations(now: today)) }
        try today.yaml.write(
          to: root.appending(path: Floor.path), atomically: true, encoding: .utf8)
      }
      let folder = root.appending(path: ".build")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try coverage.json().write(to: folder.appending(path: "obligations.json"))
      say(coverage.table(), to: .standardOutput)
      return fail(coverage.faults)
    } catch {
      say("\(error)", to: .standardError)
      return 1
    }
  }

  private static func fail(_ faults: [Violation]) -> Int32 {
    for fault in faults { say("\(fault)", to: .standardError) }
    return faults.isEmpty ? 0 : 1
  }

  private static func say(_ text: String, to handle: FileHandle) {
    try? handle.write(contentsOf: Data((text + "\n").utf8))
  }
}
