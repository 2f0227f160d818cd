// A receipt on paper: both languages, nothing that a browser would run, and the whole receipt to be had back from it.

import Boot
import Crypto
import Foundation
import Integrity
import TestSupport
import Testing

@testable import WeirCLI

@Suite("weir audit receipt: one receipt, verified, as a page to print")
struct ReceiptPageTests {
  private func receipt(
    _ log: EvidenceFolder, _ arguments: [String] = [], language: String = "en"
  ) async -> (exit: ProgramExit, output: String, errors: String) {
    let recorder = StreamRecorder()
    let exit = await runWeir(
      recorder.surroundings(
        [
          "audit", "receipt", log.path("receipt"), "--root-key", log.path("root.key"), "--lang",
          language,
        ] + arguments))
    return (exit, recorder.output, recorder.errors)
  }

  @Test(
    "the page says what it proves in both languages, and its text is the receipt again",
    arguments: ["html", "txt"])
  func page(_ form: String) async throws {
    let log = try EvidenceFolder()
    let file = log.path("page." + form)
    let answer = await receipt(log, ["--page", file, "--output", "json"])
    #expect(answer.exit == .done, "\(answer.errors)")
    #expect(answer.output.contains("\"verified\": true"))
    let page = String(decoding: try readBytes(file), as: UTF8.self)
    for part in [
      "日志回执", "Receipt of the log", "出具服务", "issued by", "weir.test", "verify_receipt.py",
    ] {
      #expect(page.contains(part), "\(part)")
    }
    // It has no place in the log yet, and does not say so of itself.
    #expect(page.contains("is not proved yet") && !page.contains("只增不改"))
    let lines = page.components(
      separatedBy: form == "html" ? "<pre id=\"receipt\">" : "The receipt itself\n")
    let rest = try #require(lines.last)
    let original = rest.components(separatedBy: form == "html" ? "</pre>" : "\n")[0]
      .replacing("&quot;", with: "\"").replacing("&#39;", with: "'").replacing("&lt;", with: "<")
      .replacing("&gt;", with: ">").replacing("&amp;", with: "&")
    #expect(Array(original.utf8) == (try readBytes(log.path("receipt"))))
    #expect(!page.contains("<script") && !page.contains("http://") && !page.contains("https://"))
  }

  @Test("what an entry says is text on the page, never a part of it")
  func escaping() throws {
    let random = SeededRandom(seed: 4)
    let fixture = try EvidenceFolder("page.test")
    let receipt = try Receipt(try readBytes(fixture.path("receipt")))
    let leaf = Leaf(
      ["time": 1_709_524_800_000, "topic": "<script>alert('x')</script>&\""], random: random)
    let foul = Receipt(
      keys: receipt.keys, note: receipt.note, sequence: 1, leaf: leaf, path: [])
    let verified = try receipt.verify(root: fixture.root.verifier)
    let page = ReceiptPage(foul, verified, root: fixture.root.verifier)
    #expect(!page.html.contains("<script>") && page.html.contains("&lt;script&gt;"))
  }

  @Test("an altered receipt makes no page and ends with 7; a form that is none, with 2")
  func refused() async throws {
    let log = try EvidenceFolder()
    var bytes = try readBytes(log.path("receipt"))
    let place = try #require(bytes.firstIndex(of: UInt8(ascii: "4")))
    bytes[place] = UInt8(ascii: "5")
    try Files.write(bytes, to: log.path("receipt"), isPrivate: false)
    for language in ["en", "zh"] {
      let answer = await receipt(log, ["--page", log.path("page.html")], language: language)
      #expect(answer.exit == .evidenceBroken, "\(answer.errors)")
    }
    #expect(!Files.exists(log.path("page.html")))
    #expect(await receipt(log, ["--page", log.path("page.pdf")]).exit == .usage)
  }
}
