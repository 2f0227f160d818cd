// How a person signs at the command line what he decides: it is shown in words, then signed, here or on another machine.

import Access
import ArgumentParser
import Boot
import Contracts
import Crypto
import Foundation
import Integrity
import RPC
import Vocabulary

/// How statements are shown and signed; a decision without one is refused.
struct SigningOptions: ParsableArguments {
  @Flag(
    name: .customLong("yes"),
    help: ArgumentHelp(
      spoken("签署决定前不再询问。", "Signs a decision without asking first.")))
  var isConfirmed = false
  @Option(
    name: .customLong("statement-out"),
    help: ArgumentHelp(
      spoken(
        "只把待签的决定文书写入此文件，供他处签名，不办理。",
        "Only writes what is to be signed to this file, for a key elsewhere; nothing is done."),
      valueName: "file"))
  var statementOut: String?
  @Option(
    name: .customLong("statement"),
    help: ArgumentHelp(
      spoken("先前写出的决定文书；与 --signature 并用。", "What was written before; with --signature."),
      valueName: "file"))
  var statement: String?
  @Option(
    name: .customLong("signature"),
    help: ArgumentHelp(
      spoken(
        "对该文件的签名（ECDSA P-256、SHA-256、DER）。",
        "The signature of that file: ECDSA P-256 with SHA-256, in DER."), valueName: "file"))
  var signature: String?

  func validate() throws {
    guard (statement == nil) == (signature == nil), statement == nil || statementOut == nil else {
      throw ValidationError(
        spoken(
          "--statement 与 --signature 须一起给出，且不与 --statement-out 并用。",
          "--statement and --signature go together, and not with --statement-out."))
    }
  }
}

/// A person's key with the certificates that name its owner.
struct PersonKey: Sendable {
  let key: P256PrivateKey
  /// The person's own first.
  let chain: [Certificate]

  init(certificatePEM: [UInt8], keyPEM: [UInt8]) throws {
    key = try P256PrivateKey(pem: String(decoding: keyPEM, as: UTF8.self))
    chain = try Certificate.all(pem: String(decoding: certificatePEM, as: UTF8.self))
  }

  func sign(_ statement: [UInt8]) throws -> SignedStatement {
    try SignedStatement(statement, key: key, chain: chain)
  }

  /// With a signature that was made elsewhere.
  func signed(_ statement: [UInt8], signature: [UInt8]) -> SignedStatement {
    SignedStatement(
      statement: statement, signature: signature, certificate: chain.first?.der ?? [],
      issuers: chain.dropFirst().map(\.der))
  }
}

/// What is to be signed lies in a file now, and nothing was done.
struct StatementWritten: Error {}

/// Shows statements and signs them as a command's options say.
struct StatementSigner: Sendable {
  let person: PersonKey
  let options: SigningOptions
  let console: Console
  /// Asks the person in front of the terminal; `nil` where nobody sits there.
  let ask: (@Sendable (String) -> String?)?

  /// The signer of a session's deciding calls.
  func sign(_ statement: [UInt8]) throws -> SignedStatement {
    if let statementFile = options.statement, let signatureFile = options.signature {
      return try brought(statementFile, signatureFile)
    }
    guard try StatedDecision(bytes: statement).certificateHash == person.chain.first?.sha256 else {
      throw UnaskedStatement()
    }
    let shown = try StatementView(statement)
    console.writeError(shown.lines.joined(separator: "\n") + "\n")
    if let file = options.statementOut {
      try Files.write(Statement.label + statement, to: file, isPrivate: false)
      console.note(
        BilingualText(
          "待签文书已写入 \(file)；签名后十五分钟内以 --statement \(file) --signature 签名文件 重新执行本命令。尚未办理。",
          "What is to be signed is in \(file); within a quarter of an hour run the same command with "
            + "--statement \(file) --signature and the signature's file. Nothing was done yet."))
      throw StatementWritten()
    }
    // Without a terminal the command itself is the person's word, as it is with --yes.
    if !options.isConfirmed, console.format == .table, let ask {
      let answer = ask(spoken("签署此决定？[y/N] ", "Sign this decision? [y/N] "))
      guard ["y", "yes", "是"].contains(answer?.lowercased()) else {
        throw CommandFailure(.usage, spoken("未签署，未办理。", "Not signed; nothing was done."))
      }
    }
    return try person.sign(statement)
  }

  private func brought(_ statementFile: String, _ signatureFile: String) throws -> SignedStatement {
    let bytes = try readBytes(statementFile)
    guard bytes.starts(with: Statement.label) else {
      throw CommandFailure(
        .usage,
        spoken(
          "\(statementFile) 不是 --statement-out 写出的决定文书。",
          "\(statementFile) was not written by --statement-out."))
    }
    return person.signed(
      Array(bytes.dropFirst(Statement.label.count)), signature: try readBytes(signatureFile))
  }
}

/// A statement in words, in both languages: what stands in its bytes, whatever the service says of it.
struct StatementView {
  let lines: [String]

  init(_ bytes: [UInt8]) throws {
    let stated = try StatedDecision(bytes: bytes)
    var lines = ["您将签署的决定 / The decision that you are to sign"]
    func line(_ chinese: String, _ english: String, _ value: String) {
      lines.append("  \(chinese) / \(english): \(value)")
    }
    line("决定", "decision", "\(stated.action.term.chinese) / \(stated.action.term.english)")
    line("对象", "on", "\(stated.resource) (\(stated.etag))")
    for member in stated.decided.members { Self.add(member.value, member.name, to: &lines) }
    line("适用规章", "under", stated.profile)
    line("签署人", "by", stated.personName)
    line("时间", "at", stated.time.rfc3339)
    self.lines = lines
  }

  private static func add(_ value: JSONValue, _ path: String, to lines: inout [String]) {
    if case .object(let object) = value {
      for member in object.members { add(member.value, path + "." + member.name, to: &lines) }
      return
    }
    if case .array(let values) = value, values.contains(where: { $0.object != nil }) {
      for value in values {
        let title = Words.title(ofField: path)
        lines.append("  \(title.chinese) / \(title.english): \(phrase(value))")
      }
      return
    }
    let title = Words.title(ofField: path)
    lines.append("  \(title.chinese) / \(title.english): \(phrase(value))")
  }

  private static func phrase(_ value: JSONValue) -> String {
    switch value {
    case .null, .bool: ""
    case .integer(let number): "\(number)"
    case .string(let text): text.isEmpty ? "—" : text
    case .array(let values): values.isEmpty ? "—" : values.map(phrase).joined(separator: ", ")
    case .object(let object):
      object.members.map { "\($0.name) \(phrase($0.value))" }.joined(separator: "; ")
    }
  }
}
