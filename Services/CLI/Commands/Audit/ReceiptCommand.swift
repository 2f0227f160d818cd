// weir audit receipt: one receipt, verified, shown to a person or made a page to print.

import ArgumentParser
import Boot
import Crypto
import Foundation
import Integrity
import Vocabulary

struct AuditReceipt: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "receipt", "验证一份回执并显示内容；可生成中英双语的打印页。",
      "Verify one receipt and show it; make a page to print, in Chinese and English.",
      more: BilingualText(
        "打印页自含全部证据：没有本程序时，用 deploy/verify_receipt.py（只需 Python）即可查验。",
        "The page holds all of the evidence: deploy/verify_receipt.py, which needs Python alone, verifies it without this program."
      ),
      examples: "audit receipt receipt.json --root-key root.key",
      "audit receipt receipt.json --root-key root.key --page receipt.html",
      "audit receipt receipt.json --root-key root.key --witness-policy witnesses.policy --output json"
    )
  }
  @OptionGroup var options: CommonOptions
  @OptionGroup var verifier: VerifierOptions
  @Option(help: hint("打印页写入此文件（.html 或 .txt）。", "The page to write, .html or .txt.", "file"))
  var page: String?
  @Argument(help: hint("回执文件。", "The receipt.", "file")) var file: String

  func validate() throws {
    guard page.map({ $0.hasSuffix(".html") || $0.hasSuffix(".txt") }) ?? true else {
      throw ValidationError(
        spoken("--page 须以 .html 或 .txt 结尾。", "--page ends with .html or .txt."))
    }
  }

  func run() async throws {
    let receipt = try VerifierFiles.receipt(file)
    let judge = try verifier.judge()
    let root = try verifier.root()
    let verified: VerifiedReceipt
    do {
      verified = try receipt.verify(root: root)
      if judge.asksForWitnesses {
        guard let log = receipt.log else { throw ReceiptError.notInLogYet }
        try judge.requireWitnessed(log.checkpoint)
      }
    } catch let error as ReceiptError where error == .notInLogYet {
      throw VerifierFiles.unproved(error)
    } catch let error as ReceiptError {
      throw VerifierFiles.broken(file, error.sentence)
    }
    let sheet = ReceiptPage(receipt, verified, root: root)
    if let page {
      let text = page.hasSuffix(".html") ? sheet.html : sheet.text
      try Files.write(Array(text.utf8), to: page, isPrivate: false)
      options.console.note(BilingualText("打印页已写入 \(page)", "the page is in \(page)"))
    }
    options.console.show(
      sheet.facts.map { ($0.key, $0.title, .text($0.value)) }
        + [("verified", BilingualText("验证通过", "verified"), true)])
  }
}
