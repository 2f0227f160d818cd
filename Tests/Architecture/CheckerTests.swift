// The checker itself must be able to fail: each rule is shown text that breaks it and text that only looks so.

import Foundation
import SourceReading
import Testing

private func file(_ path: String, _ text: String) -> SourceFile {
  SourceFile(path: path, text: text)
}

@Suite("The checker reads Swift")
struct SwiftTextTests {
  @Test(
    "comments, strings and regexes are blanked, code in an interpolation is not",
    arguments: [
      (#"a // try!"#, "a"),
      (#"a /* x /* y */ z */ b"#, "a b"),
      (#"let a = "try! \" x" + b"#, "let a = + b"),
      (#"let a = "x \(try! f("y)")) z""#, "let a = try! f( )"),
      (##"let a = #"raw " \(x) "# + b"##, "let a = + b"),
      (#"f(/[^"]*"/) + g("b")"#, "f( ) + g( )"),
      (#"let a = b / c / d // "e"#, "let a = b / c / d"),
      (##"#if os(Linux)"##, "#if os(Linux)"),
    ])
  func blanking(source: String, expected: String) {
    let code = SwiftText(Array(source.utf8)).lines.joined()
    #expect(code.split(separator: " ").joined(separator: " ") == expected)
    #expect(code.utf8.count == source.utf8.count)
  }

  @Test("a multi-line string keeps its lines and ends where it ends")
  func multilineStrings() {
    let text = "let a = \"\"\"\n  one \" two \"\" // three\n  \"\"\"\nlet b = 1"
    #expect(SwiftText(Array(text.utf8)).lines.count == 4)
    #expect(SwiftText(Array(text.utf8)).lines.last == "let b = 1")
  }

  @Test("functions are measured from their declaration to their closing brace")
  func functions() {
    let text = """
      protocol P {
        func a() throws
        var b: Int { get }
      }
      func c(
        _ x: [Int] = [1]
      ) -> Int where T == U
      {
        let y = x.map { $0 }
        return y.count
      }
      struct S {
        var stored = 1
        var closure: () -> Int = { 1 }
        init() { self.init(1) }
        static func == (a: S, b: S) -> Bool {
          true
        }
      }
      """
    let found = FunctionReader(code: SwiftText(Array(text.utf8)).code).functions()
    #expect(found.map(\.name) == ["var b", "func c", "init", "func =="])
    #expect(found.map(\.lines) == [1, 7, 1, 3])
    #expect(found.map(\.line) == [3, 5, 15, 16])
  }
}

@Suite("The checker can fail")
struct CheckerTests {
  @Test(
    "a banned call is found",
    arguments: [
      "let a = try! f()", "let a = b as! C", "fatalError(\"x\")", "let a = b!.c", "let a = b()!",
      "let a: Int!", "Task { f() }", "Task(priority: .low) { f() }", "Task<Int, Never> { 1 }",
      "Task.detached { f() }", "Task.immediate { f() }", "let a = Date()", "let a = Date.now",
      "let a = UUID()", "let a = Int.random(in: 0..<2)", "let a = b.randomElement()",
      "let a = b.shuffled()", "var g = SystemRandomNumberGenerator()", "print(a)", "debugPrint(a)",
      "public func a() {}", "  @frozen public struct A {}", "DispatchQueue.global().async {}",
    ])
  func bannedCallsAreFound(line: String) {
    #expect(!bannedCalls(in: file("Shared/Boot/A.swift", "// A file.\n\(line)")).isEmpty)
  }

  @Test(
    "what only looks like a banned call is not",
    arguments: [
      "// try! print(", "let a = \"try! print(\"", "if a != b {}", "if !a && !b {}", "a = a!=b",
      "withTaskGroup(of: Int.self) {}", "let a: Task<Void, Never>", "footprint(a)",
      "console.print(a)", "let a = JSONDate()", "generator.next()", "let publicKey = 1",
      "let a = b.publicKey", "let a = Int.random(in: 0..<2, using: &seeded)", "case .public: 1",
      "let isBang = f(a, !b)",
    ])
  func lookalikesPass(line: String) {
    #expect(bannedCalls(in: file("Shared/Boot/A.swift", "// A file.\n\(line)")) == [])
  }

  @Test("the message names the file, the line and what to do instead")
  func messages() throws {
    let found = bannedCalls(in: file("Shared/Boot/A.swift", "// A file.\n\nlet a = Date()"))
    let message = try #require(found.first?.description)
    #expect(message.hasPrefix("Shared/Boot/A.swift:3: "))
    #expect(message.contains("time is injected"))
  }

  @Test("rules may not wait, tests may not sleep, a reactor alone starts immediate tasks")
  func placesDecide() {
    let wait = "// A file.\nfunc a() async {}"
    #expect(bannedCalls(in: file("Services/Share/Rules/A.swift", wait)).count == 1)
    #expect(bannedCalls(in: file("Services/Share/Store/A.swift", wait)) == [])
    let sleep = "// A file.\ntry await Task.sleep(for: .seconds(1))"
    #expect(bannedCalls(in: file("Tests/Shared/RPC/A.swift", sleep)).count == 1)
    #expect(bannedCalls(in: file(BannedCall.waitingFile, sleep)) == [])
    let start = "// A file.\nTask.immediate { handle() }"
    #expect(bannedCalls(in: file("Shared/RPC/A.swift", start)) == [])
    #expect(bannedCalls(in: file("Shared/Access/A.swift", start)).count == 1)
  }

  @Test("a promise to the compiler needs its proof within three lines")
  func promises() {
    let promise = "final class A: @unchecked Sendable {}"
    let near = "import B\n// Sound: immutable after init.\n\n\n\(promise)"
    let far = "// Sound: immutable after init.\n\n\n\n\(promise)"
    #expect(unprovenPromises(in: file("Shared/RPC/A.swift", near)) == [])
    #expect(unprovenPromises(in: file("Shared/RPC/A.swift", far)).map(\.line) == [5])
  }

  @Test("a pointer in a package declaration is found, one inside a body is not")
  func pointers() {
    func found(_ line: String) -> [Violation] {
      leakedPointers(in: file("Shared/RPC/A.swift", line))
    }
    #expect(found("  package func a() -> UnsafeRawBufferPointer {").count == 1)
    #expect(found("package let session: OpaquePointer").count == 1)
    #expect(found("  func a(_ bytes: UnsafeBufferPointer<UInt8>) {") == [])
    #expect(found("package func a(_ bytes: borrowing RawSpan) {") == [])
  }

  @Test("the import table and the manifest are both asked")
  func imports() {
    let target = ManifestTarget(
      name: "ShareRules", type: "regular", path: "Services/Share/Rules", modules: ["Vocabulary"],
      swiftSettings: [])
    func found(_ line: String) -> [Violation] {
      importViolations(in: file("Services/Share/Rules/A.swift", line), target: target)
    }
    #expect(found("package import Vocabulary") == [])
    #expect(found("import Foundation").count == 1)
    #expect(found("@preconcurrency import struct Foundation.Date").count == 1)
    #expect(found("import Contracts").first?.rule.contains("may not import Contracts") == true)
    // Allowed by the table, but not declared: it would compile by luck.
    #expect(found("import Regulation").first?.rule.contains("not declared") == true)
    #expect(found("// import Foundation\nlet a = \"import Foundation\"") == [])
  }

  @Test("a dependency that runs back is found, and so is a target without a row")
  func dependencies() {
    func target(_ name: String, _ modules: Set<String>) -> ManifestTarget {
      ManifestTarget(name: name, type: "regular", path: "", modules: modules, swiftSettings: [])
    }
    #expect(dependencyViolations(of: target("ShareStore", ["ShareRules", "Contracts"])).count == 1)
    #expect(dependencyViolations(of: target("ShareHandlers", ["CatalogRules"])).count == 1)
    #expect(dependencyViolations(of: target("Nowhere", [])).count == 1)
  }

  @Test("a target without the settings of the house is found")
  func settings() {
    let rules = ManifestTarget(
      name: "ShareRules", type: "regular", path: "Services/Share/Rules", modules: [],
      swiftSettings: requiredSettings.subtracting(["enableUpcomingFeature:ExistentialAny"]))
    #expect(missingSettings(of: rules).count == 2)
  }

  @Test("a file without a first comment, too long a file and too long a function are found")
  func shape() {
    #expect(missingFirstComment(in: file("A.swift", "import B")).count == 1)
    #expect(missingFirstComment(in: file("A.swift", "// A")).count == 1)
    #expect(missingFirstComment(in: file("A.swift", "// What this file is for.")) == [])
    func function(_ lines: Int) -> String {
      "func a() {\n" + String(repeating: "  b()\n", count: lines - 2) + "}\n"
    }
    #expect(overlongFunctions(in: file("A.swift", function(Limits.functionLines))) == [])
    #expect(overlongFunctions(in: file("A.swift", function(Limits.functionLines + 1))).count == 1)
    let lines = String(repeating: "a\n", count: Limits.fileLines)
    #expect(overlongFile(file("A.swift", lines)) == [])
    #expect(overlongFile(file("A.swift", lines + "a\n")).count == 1)
  }

  @Test("a rule without a citation is found")
  func citations() {
    let rule = "// A rule.\npackage func a() {}"
    #expect(missingCitation(in: file("Services/Share/Rules/A.swift", rule)).count == 1)
    #expect(missingCitation(in: file("Services/Share/Store/A.swift", rule)) == [])
    for citation in ["meizhou-public-2023/21", "hebi-2021/15", "AC-41", "GB 11643"] {
      let text = "// \(citation)\n" + rule
      #expect(missingCitation(in: file("Services/Share/Rules/A.swift", text)) == [])
    }
    for nonsense in ["hebi-2020/15", "hebi-2021", "AC-4", "GB"] {
      #expect(!holdsCitation(nonsense))
    }
  }

  @Test("an article that its document does not have is found")
  func articles() {
    // Put together here, or the architecture test would find it in this file.
    let text = "// hebi-2021/34, hebi-2021/" + "35 and guangdong-2018/0"
    #expect(
      nonexistentArticles(in: file("a.proto", text)).map(\.rule) == ["hebi-2021 has no article 35"])
  }

  @Test("places of one machine, unfinished marks, unmarked generated files, module names are found")
  func text() {
    let machine = MachineText(words: ["/home/someone/weir"])
    #expect(machine.violations(in: file("a.md", "x\nsee /home/someone/weir/a")).map(\.line) == [2])
    #expect(unfinishedMarks(in: file("a.proto", "// TO" + "DO: later")).count == 1)
    #expect(missingGeneratedMark(in: file("Shared/A/Generated/a.swift", "import B")).count == 1)
    let generated = file("Shared/A/Generated/a.swift", "// Code generated by protoc-gen-weir.")
    #expect(missingGeneratedMark(in: generated) == [])
    let typed = file("A.swift", "package final class Crypto {}\nenum Cryptography {}")
    #expect(moduleNamedTypes(in: typed, modules: ["Crypto"]).count == 1)
  }
}
