// A receipt on paper: what it proves, how to check it, and the whole of it.

package import Integrity
import Crypto
package import Vocabulary

/// One verified receipt as a page, in Chinese and English.
package struct ReceiptPage {
  package struct Fact: Sendable, Equatable {
    package let key: String
    package let title: BilingualText
    package let value: String
  }

  private static let title = BilingualText("日志回执", "Receipt of the log")
  private static let promise = BilingualText(
    "本页证明：下列内容由所列服务在所列时间写入只增不改的日志，此后未被更改。",
    "This page proves that the service below wrote the contents below at the time below into a log that only grows, and that nothing of it was changed since."
  )
  private static let earlyPromise = BilingualText(
    "本页证明：下列内容由所列服务在所列时间签出，此后未被更改；尚无其在日志中位置的证明。",
    "This page proves that the service below signed the contents below at the time below, and that nothing of it was changed since; its place in the log is not proved yet."
  )
  private static let check = BilingualText(
    "查验：把“回执原文”存为 receipt.json，取自己留存的证据根公钥 root.key，运行下列任一命令。",
    "To check it, save the receipt below as receipt.json, take the evidence root's public key from a file of your own, root.key, and run either command."
  )
  private static let commands = [
    "python3 verify_receipt.py --root-key root.key receipt.json",
    "weir audit verify --receipt receipt.json --root-key root.key",
  ]

  package let facts: [Fact]
  private let isInLog: Bool
  private let payload: String
  private let original: String

  /// - Parameter root: The key under which it was verified.
  package init(_ receipt: Receipt, _ verified: VerifiedReceipt, root: NoteVerifier) {
    var facts: [Fact] = []
    func add(_ key: String, _ chinese: String, _ english: String, _ value: String) {
      facts.append(Fact(key: key, title: BilingualText(chinese, english), value: value))
    }
    add("domain", "信任域", "domain", verified.keys.domain)
    add("origin", "出具服务", "issued by", verified.origin.text)
    add("sequence", "顺序号", "sequence", String(verified.sequence))
    if let time = verified.payload["time"]?.integer {
      add("time", "时间", "time", Instant(milliseconds: time).rfc3339)
    }
    if let topic = verified.payload["topic"]?.string { add("topic", "事项", "topic", topic) }
    add("entry", "条目摘要", "entry", Hex.encode(receipt.leaf.commitment))
    if let log = receipt.log, let checkpoint = verified.checkpoint {
      add("log", "日志", "log", checkpoint.origin)
      add("index", "日志序号", "index in the log", String(log.index))
      add("log_size", "日志条目数", "entries of the log", String(checkpoint.size))
      add("log_root", "日志根值", "root of the log", Hex.encode(checkpoint.root))
      let others = log.checkpoint.signatures.map(\.name).filter { $0 != checkpoint.origin }
      if !others.isEmpty {
        // Whose they are is for the reader's own policy to say.
        add("cosignatures", "会签行", "cosignature lines", others.joined(separator: ", "))
      }
    }
    add("root_key", "证据根公钥", "evidence root key", root.text)
    self.facts = facts
    isInLog = verified.checkpoint != nil
    payload = String(decoding: receipt.leaf.payload, as: UTF8.self)
    original = String(decoding: receipt.encoded(), as: UTF8.self)
  }

  private var proves: BilingualText { isInLog ? Self.promise : Self.earlyPromise }

  // MARK: Forms

  /// Plain text; lines of the original are as long as they are, since a break would be one more thing to mistype.
  package var text: String {
    let titles = facts.map { "\($0.title.chinese) \($0.title.english)" }
    let widest = titles.map { DisplayWidth.of($0) }.max() ?? 0
    let rows = zip(titles, facts).map { title, fact in
      title + String(repeating: " ", count: widest - DisplayWidth.of(title) + 2) + fact.value
    }
    return
      (["\(Self.title.chinese)  \(Self.title.english)", "", proves.chinese, proves.english, ""]
      + rows + ["", "内容 Contents", payload, "", Self.check.chinese, Self.check.english]
      + Self.commands.map { "    " + $0 } + ["", "回执原文 The receipt itself", original, ""])
      .joined(separator: "\n")
  }

  /// One file without scripts, pictures or anything from elsewhere.
  package var html: String {
    let rows = facts.map { fact in
      "<tr><th>\(fact.title.chinese)<br><small>\(fact.title.english)</small></th>"
        + "<td>\(Self.escaped(fact.value))</td></tr>"
    }
    let commands = Self.commands.map { "<code>\(Self.escaped($0))</code>" }
    return """
      <!doctype html>
      <html lang="zh">
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <title>\(Self.title.chinese) \(Self.title.english)</title>
      <style>
      @page { size: A4; margin: 18mm }
      body { font: 11pt/1.5 serif; max-width: 174mm; margin: 1em auto; padding: 0 1em; color: #000 }
      table { border-collapse: collapse; width: 100% }
      th, td { border: 1px solid #777; padding: 3pt 6pt; text-align: left; vertical-align: top }
      th { width: 28%; font-weight: normal }
      td, pre, code { font-family: monospace; font-size: 9pt; overflow-wrap: anywhere }
      pre { white-space: pre-wrap; border: 1px solid #777; padding: 6pt }
      code { display: block }
      small { color: #333 }
      </style>
      <h1>\(Self.title.chinese) <small>\(Self.title.english)</small></h1>
      <p>\(proves.chinese)<br><small>\(proves.english)</small></p>
      <table>
      \(rows.joined(separator: "\n"))
      </table>
      <h2>内容 <small>Contents</small></h2>
      <pre>\(Self.escaped(payload))</pre>
      <h2>查验 <small>To check it</small></h2>
      <p>\(Self.check.chinese)<br><small>\(Self.check.english)</small></p>
      \(commands.joined(separator: "\n"))
      <h2>回执原文 <small>The receipt itself</small></h2>
      <pre id="receipt">\(Self.escaped(original))</pre>
      </html>

      """
  }

  /// For text between tags and in attributes.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
