// Signed notes (C2SP signed-note): a text and lines of signatures under it.

package import Crypto

/// Why a note is not believed.
package enum SignedNoteError: Error, Equatable, Sendable {
  case malformed
  case tooLarge(limitBytes: Int)
  /// A key's name is empty or has a blank or a plus.
  case badName
  case badKey
  /// None of the verifier's keys has signed.
  case notSigned
  /// A line in the name of a known key does not verify.
  case badSignature(name: String)
  case failed(CryptoError)
}

/// A note. Reading checks its form; only `verified(by:)` says whose it is.
package struct SignedNote: Sendable, Equatable {
  /// One line under the text.
  package struct Signature: Sendable, Equatable {
    package let name: String
    /// The first four bytes of the key's hash.
    package let keyHash: [UInt8]
    package let bytes: [UInt8]

    /// With its newline.
    package var line: String { "— \(name) \(Base64.encode(keyHash + bytes))\n" }
  }

  package static let sizeLimitBytes = 1 << 20
  package static let signatureLimit = 100
  private static let dash = Array("— ".utf8)
  private static let newline = UInt8(ascii: "\n")

  /// Ends with a newline.
  package let text: String
  package private(set) var signatures: [Signature]

  /// Signs a text, which must not be empty, must end with a newline and have no other control characters.
  package init(text: String, signers: [NoteSigner]) throws(SignedNoteError) {
    guard Self.isText(Array(text.utf8)) else { throw .malformed }
    self.text = text
    signatures = []
    for signer in signers { try sign(with: signer) }
  }

  /// Reads a note.
  package init(_ note: some StringProtocol) throws(SignedNoteError) {
    let bytes = Array(note.utf8)
    guard bytes.count <= Self.sizeLimitBytes else {
      throw .tooLarge(limitBytes: Self.sizeLimitBytes)
    }
    // The signatures follow the last empty line.
    guard bytes.last == Self.newline,
      let gap = bytes.indices.dropLast().last(where: {
        bytes[$0] == Self.newline && bytes[$0 + 1] == Self.newline
      }), Self.isText(Array(bytes[...gap]))
    else { throw .malformed }
    text = String(decoding: bytes[...gap], as: UTF8.self)
    let lines = bytes[(gap + 2)...].split(separator: Self.newline, omittingEmptySubsequences: false)
    guard lines.count > 1, lines.count - 1 <= Self.signatureLimit else { throw .malformed }
    signatures = try lines.dropLast().map { (line) throws(SignedNoteError) in
      try Self.signature(line)
    }
  }

  /// The note's bytes as text.
  package var encoded: String {
    text + "\n" + signatures.map(\.line).joined()
  }

  package mutating func sign(with signer: NoteSigner) throws(SignedNoteError) {
    do throws(CryptoError) {
      let bytes = try signer.key.sign(Array(text.utf8))
      signatures.append(
        Signature(name: signer.verifier.name, keyHash: signer.verifier.keyHash, bytes: bytes))
    } catch {
      throw .failed(error)
    }
  }

  /// Adds a line that somebody else made. Nothing is verified.
  package mutating func add(_ signature: Signature) { signatures.append(signature) }

  /// The keys whose signatures hold. Lines of unknown keys are passed over; of two lines of one key the first counts.
  ///
  /// - Throws: `badSignature` when a known key's line does not verify, `notSigned` when no known key has signed.
  @discardableResult
  package func verified(by keys: [NoteVerifier]) throws(SignedNoteError) -> [NoteVerifier] {
    var found: [NoteVerifier] = []
    for signature in signatures {
      let key = keys.first { $0.name == signature.name && $0.keyHash == signature.keyHash }
      guard let key, !found.contains(key) else { continue }
      guard key.isValid(signature.bytes, of: text) else {
        throw .badSignature(name: signature.name)
      }
      found.append(key)
    }
    guard !found.isEmpty else { throw .notSigned }
    return found
  }

  private static func isText(_ bytes: [UInt8]) -> Bool {
    bytes.last == newline && String(validating: bytes, as: UTF8.self) != nil
      && bytes.allSatisfy { $0 >= 0x20 || $0 == newline }
  }

  private static func signature(_ line: ArraySlice<UInt8>) throws(SignedNoteError) -> Signature {
    let fields = line.dropFirst(dash.count)
      .split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard line.starts(with: dash), fields.count == 2,
      let name = String(validating: fields[0], as: UTF8.self), NoteVerifier.isName(name),
      let base64 = String(validating: fields[1], as: UTF8.self),
      let bytes = Base64.decode(base64), bytes.count > 4
    else { throw .malformed }
    return Signature(name: name, keyHash: Array(bytes.prefix(4)), bytes: Array(bytes.dropFirst(4)))
  }
}

/// A public key of notes, by the text `name+hash+key` (C2SP signed-note, verifier keys).
package struct NoteVerifier: Sendable, Hashable {
  /// The kind of signature; the raw value stands before the key's bytes.
  package enum Algorithm: UInt8, Sendable, CaseIterable {
    case ed25519 = 0x01
    /// A witness's cosignature with its time (C2SP tlog-cosignature).
    case cosignatureV1 = 0x04
  }

  package let name: String
  package let algorithm: Algorithm
  package let key: Ed25519PublicKey

  package init(
    name: String, key: Ed25519PublicKey, algorithm: Algorithm = .ed25519
  ) throws(SignedNoteError) {
    guard Self.isName(name) else { throw .badName }
    self.name = name
    self.key = key
    self.algorithm = algorithm
  }

  /// Reads `name+hash+key`.
  package init(text: some StringProtocol) throws(SignedNoteError) {
    let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let hash = Hex.decode(parts[1]), let bytes = Base64.decode(parts[2]),
      let algorithm = bytes.first.flatMap(Algorithm.init(rawValue:)),
      let key = try? Ed25519PublicKey(rawBytes: Array(bytes.dropFirst()))
    else { throw .badKey }
    try self.init(name: String(parts[0]), key: key, algorithm: algorithm)
    guard keyHash == hash else { throw .badKey }
  }

  /// SHA-256(name ‖ newline ‖ algorithm ‖ key), its first four bytes.
  package var keyHash: [UInt8] {
    Array(
      SHA256.hash(Array(name.utf8) + [0x0a, algorithm.rawValue] + key.rawBytes).prefix(4))
  }

  package var text: String {
    "\(name)+\(Hex.encode(keyHash))+\(Base64.encode([algorithm.rawValue] + key.rawBytes))"
  }

  /// Whether the signature is this key's under the text.
  package func isValid(_ signature: [UInt8], of text: String) -> Bool {
    switch algorithm {
    case .ed25519: key.isValid(signature, of: Array(text.utf8))
    case .cosignatureV1: Cosignature(signature)?.isValid(of: text, key: key) ?? false
    }
  }

  static func isName(_ name: String) -> Bool {
    !name.isEmpty
      && name.unicodeScalars.allSatisfy {
        $0 != "+" && !$0.properties.isWhitespace && $0.value >= 0x20 && $0.value != 0x7f
      }
  }
}

/// A private key of notes.
package struct NoteSigner: Sendable {
  package let verifier: NoteVerifier
  let key: Ed25519PrivateKey

  package init(name: String, key: Ed25519PrivateKey) throws(SignedNoteError) {
    verifier = try NoteVerifier(name: name, key: key.publicKey)
    self.key = key
  }
}

/// A witness's signature with the time at which it saw the checkpoint (C2SP tlog-cosignature, `cosignature/v1`).
package struct Cosignature: Sendable, Equatable {
  /// Seconds since 1970 UTC.
  package let time: UInt64
  /// 64 bytes.
  package let signature: [UInt8]

  /// Reads `time (8, big-endian) ‖ signature (64)`.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count == 72, let time = UInt64(bigEndianBytes: bytes.prefix(8)) else { return nil }
    self.time = time
    signature = Array(bytes.dropFirst(8))
  }

  /// Whether the key signed the time and the whole text.
  package func isValid(of text: String, key: Ed25519PublicKey) -> Bool {
    key.isValid(signature, of: Self.message(text, time: time))
  }

  fileprivate static func message(_ text: String, time: UInt64) -> [UInt8] {
    Array("cosignature/v1\ntime \(time)\n\(text)".utf8)
  }
}

/// A private key of a witness.
package struct CosignatureSigner: Sendable {
  package let verifier: NoteVerifier
  private let key: Ed25519PrivateKey

  package init(name: String, key: Ed25519PrivateKey) throws(SignedNoteError) {
    verifier = try NoteVerifier(name: name, key: key.publicKey, algorithm: .cosignatureV1)
    self.key = key
  }

  /// The line of a checkpoint's text.
  ///
  /// - Parameter time: Seconds since 1970 UTC.
  package func sign(
    _ text: String, time: UInt64
  ) throws(SignedNoteError) -> SignedNote.Signature {
    do throws(CryptoError) {
      return SignedNote.Signature(
        name: verifier.name, keyHash: verifier.keyHash,
        bytes: time.bigEndianBytes + (try key.sign(Cosignature.message(text, time: time))))
    } catch {
      throw .failed(error)
    }
  }
}
