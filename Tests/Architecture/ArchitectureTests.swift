// The architecture, held on the source text: SwiftPM does not enforce declared imports, and nobody else the habits.

import SourceReading
import Testing

/// Records each violation where a reader finds it: in the message.
private func expectNone(_ violations: [Violation]) {
  for violation in violations { Issue.record("\(violation)") }
}

@Suite("The architecture holds")
struct ArchitectureTests {
  let tree: SourceTree
  let manifest: Manifest

  init() throws {
    tree = try SourceTree.shared.get()
    manifest = try Manifest.shared.get()
  }

  @Test("the tree and the manifest were really read")
  func everythingIsRead() {
    #expect(tree.swift.count > 50)
    #expect(manifest.targets.count > 50)
    for target in manifest.targets
    where target.type != "system" && !ManifestTarget.inC.contains(target.name) {
      #expect(
        tree.files.contains { $0.isSwift && $0.path.hasPrefix(target.path + "/") },
        "no Swift file was found in \(target.path) of \(target.name)")
    }
  }

  @Test("every Swift file belongs to a target")
  func everyFileHasATarget() {
    let lost = tree.swift.filter {
      $0.path != "Package.swift" && manifest.target(of: $0.path) == nil
    }
    expectNone(lost.map { Violation(path: $0.path, line: 1, rule: "no target builds this file") })
  }

  @Test("a file imports what the table allows and Package.swift declares")
  func imports() {
    let all = tree.files.filter(\.isSwift)
    expectNone(
      all.flatMap { file in
        manifest.target(of: file.path).map { importViolations(in: file, target: $0) } ?? []
      })
  }

  @Test("Package.swift declares no dependency that the table does not allow")
  func dependencies() {
    expectNone(manifest.targets.flatMap { dependencyViolations(of: $0) })
  }

  @Test("every target is built with the settings of the house")
  func settings() {
    expectNone(manifest.targets.flatMap(missingSettings))
  }

  @Test("no banned call stands in the sources")
  func calls() {
    expectNone(tree.swift.flatMap { bannedCalls(in: $0) })
  }

  @Test("a promise to the compiler stands beside its proof")
  func promises() {
    expectNone(tree.swift.flatMap(unprovenPromises))
  }

  @Test("no pointer leaves the module that wraps its C library")
  func pointers() {
    expectNone(tree.swift.flatMap(leakedPointers))
  }

  @Test("every file starts with a comment saying what it is for")
  func firstComments() {
    expectNone(tree.swift.flatMap(missingFirstComment))
  }

  @Test("a function fits a screen and a file holds one thing")
  func lengths() {
    expectNone(tree.swift.flatMap { overlongFunctions(in: $0) + overlongFile($0) })
  }

  @Test("a rule cites the article that it carries out")
  func citations() {
    expectNone(tree.product.flatMap(missingCitation))
  }

  @Test("every article cited exists")
  func articles() {
    expectNone(tree.files.flatMap(nonexistentArticles))
  }

  @Test("a method of which its proto says that it only reads writes nothing")
  func reads() {
    #expect(readMethods(in: tree.files).count > 30)
    expectNone(writingReaders(in: tree))
  }

  @Test("no type shares a module's name")
  func names() {
    let own = manifest.targets.filter { $0.type != "test" }.map(\.name)
    let modules = Set(own).union(["Logging", "Metrics", "GRDB", "Yams", "ArgumentParser"])
    expectNone(tree.files.flatMap { moduleNamedTypes(in: $0, modules: modules) })
  }

  @Test("no text of one machine, no unfinished mark, no unmarked generated file")
  func text() {
    let machine = MachineText.here(root: SourceTree.root)
    expectNone(
      tree.files.flatMap {
        machine.violations(in: $0) + ($0.isGenerated ? [] : unfinishedMarks(in: $0))
          + missingGeneratedMark(in: $0)
      })
  }
}
