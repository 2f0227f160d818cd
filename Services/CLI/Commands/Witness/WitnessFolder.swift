// What a witness keeps: its key, the logs that it watches, the newest checkpoint of each, and proofs of two faces.

import Boot
package import Crypto
package import Integrity
package import Vocabulary

/// Why a folder is no witness's.
package enum WitnessFolderError: Error, Equatable, Sendable {
  case exists(String)
  case missing(String)
  case damaged(String)
  /// Another process signs from it.
  case inUse(String)

  package var sentence: BilingualText {
    switch self {
    case .exists(let path):
      BilingualText("\(path) 中已有见证密钥。", "\(path) has a witness's key already.")
    case .missing(let path):
      BilingualText(
        "\(path) 中没有见证密钥；先运行 weir witness init。",
        "\(path) has no witness's key; run weir witness init first.")
    case .damaged(let path): BilingualText("\(path) 已损坏。", "\(path) is damaged.")
    case .inUse(let path):
      BilingualText("\(path) 已由另一个进程使用。", "Another process is working on \(path).")
    }
  }
}

/// `DIR` of `weir witness --data DIR`.
///
/// | File | Holds |
/// |---|---|
/// | `witness.key` | the Ed25519 key, PKCS#8, mode 0600 |
/// | `witness.pub` | the verifier key `name+hash+key`, for the log's policy and for verifiers |
/// | `logs` | the verifier keys of the logs that it watches, one a line |
/// | `seen/<hash of the origin>` | the newest checkpoint that it signed |
/// | `faces/…` | pairs of checkpoints that contradict each other, both under the log's signature |
/// | `tls/{ca,cert,key}.pem` | its certificate, under an authority of its own whose key was thrown away |
package struct WitnessFolder: Sendable {
  package let path: String
  private static let day: Int64 = 86_400
  private static let certificateDays: Int64 = 3650
  /// Anybody can send a checkpoint of ours with a wrong proof; the disk shall not fill with that.
  private static let faceLimit = 100

  package init(path: String) { self.path = path }

  package var publicKeyFile: String { path + "/witness.pub" }
  package var trustFile: String { path + "/tls/ca.pem" }
  private var keyFile: String { path + "/witness.key" }
  private var logsFile: String { path + "/logs" }

  // MARK: Making

  /// Makes key and certificate.
  ///
  /// - Parameters:
  ///   - name: The witness's name in its cosignatures, a URL without scheme.
  ///   - hosts: Names and addresses under which the log reaches it.
  package func create(
    name: String, hosts: [String], now: Instant, random: any RandomSource
  ) throws {
    guard !Files.exists(keyFile) else { throw WitnessFolderError.exists(path) }
    let key = try Ed25519PrivateKey(random: random)
    let signer = try CosignatureSigner(name: name, key: key)
    for folder in ["seen", "faces", "tls"] { try Files.makeFolder("\(path)/\(folder)") }
    let seconds = now.milliseconds / 1000
    let term = (seconds - 300, seconds + Self.certificateDays * Self.day)
    let (rootKey, ownKey) = (
      try P256PrivateKey(random: random), try P256PrivateKey(random: random)
    )
    // Pinned by the log; as nobody keeps its key, it vouches for this one certificate and never for another.
    let root = try CertificateAuthority.root(
      subject: SubjectName(commonName: "Witness \(name)"), key: rootKey, notBefore: term.0,
      notAfter: term.1, random: random)
    let numbers = hosts.filter { $0.allSatisfy { $0.isNumber || $0 == "." } || $0.contains(":") }
    let certificate = try root.issue(
      CertificateTemplate(
        subject: SubjectName(commonName: name),
        names: CertificateNames(
          dnsNames: hosts.filter { !numbers.contains($0) }, ipAddresses: numbers),
        usages: [.server], notBefore: term.0, notAfter: term.1),
      publicKey: ownKey.publicKey, random: random)
    try Files.write(root.certificate.pem, to: trustFile, isPrivate: false)
    try Files.write(certificate.pem, to: path + "/tls/cert.pem", isPrivate: false)
    try Files.write(try ownKey.pem(), to: path + "/tls/key.pem", isPrivate: true)
    try Files.write(signer.verifier.text + "\n", to: publicKeyFile, isPrivate: false)
    // Last, so that a folder is either whole or new.
    try Files.write(try key.pem(), to: keyFile, isPrivate: true)
  }

  /// Watches further logs.
  package func watch(_ keys: [NoteVerifier]) throws {
    var known = try logs()
    for key in keys where !known.contains(key) { known.append(key) }
    try Files.write(known.map { $0.text + "\n" }.joined(), to: logsFile, isPrivate: false)
  }

  // MARK: Reading

  package func publicKey() throws -> NoteVerifier {
    guard Files.exists(publicKeyFile) else { throw WitnessFolderError.missing(path) }
    return try Self.key(try text(publicKeyFile).filter { !$0.isNewline }, publicKeyFile)
  }

  package func signer() throws -> CosignatureSigner {
    let name = try publicKey().name
    guard Files.exists(keyFile) else { throw WitnessFolderError.missing(path) }
    return try CosignatureSigner(name: name, key: try Ed25519PrivateKey(pem: try text(keyFile)))
  }

  /// Certificate and key, PEM.
  package func identity() throws -> (certificate: [UInt8], key: [UInt8]) {
    (try readBytes(path + "/tls/cert.pem"), try readBytes(path + "/tls/key.pem"))
  }

  package func logs() throws -> [NoteVerifier] {
    guard Files.exists(logsFile) else { return [] }
    return try text(logsFile).split(whereSeparator: \.isNewline).map {
      try Self.key(String($0), logsFile)
    }
  }

  /// The newest checkpoint of a log that was signed; `nil` before the first.
  ///
  /// - Throws: `WitnessFolderError.damaged`, rather than begin that log anew.
  package func seen(_ origin: String) throws -> SignedNote? {
    let file = seenFile(origin)
    guard Files.exists(file) else { return nil }
    guard let note = try? SignedNote(try text(file)),
      Checkpoint(text: note.text)?.origin == origin
    else { throw WitnessFolderError.damaged(file) }
    return note
  }

  /// The names of the files in `faces`.
  package func faces() throws -> [String] { try Files.names(in: path + "/faces") }

  // MARK: Keeping

  /// Keeps what is about to be signed; durable when this returns.
  package func keep(_ note: SignedNote, of origin: String) throws {
    try Files.write(note.encoded, to: seenFile(origin), isPrivate: false)
  }

  /// Keeps two checkpoints that do not belong to one growing log.
  package func keepFaces(_ seen: SignedNote, _ other: SignedNote) throws {
    guard try faces().count < Self.faceLimit else { return }
    let name = Hex.encode(Array(SHA256.hash(Array(other.text.utf8)).prefix(8)))
    try Files.write(
      seen.encoded + "\n" + other.encoded, to: "\(path)/faces/\(name)", isPrivate: false)
  }

  private func seenFile(_ origin: String) -> String {
    "\(path)/seen/\(Hex.encode(Array(SHA256.hash(Array(origin.utf8)).prefix(16))))"
  }

  private func text(_ file: String) throws -> String {
    String(decoding: try readBytes(file), as: UTF8.self)
  }

  private static func key(_ text: String, _ file: String) throws -> NoteVerifier {
    guard let key = try? NoteVerifier(text: text) else { throw WitnessFolderError.damaged(file) }
    return key
  }
}
