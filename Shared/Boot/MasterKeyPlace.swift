// Where the key over the files of keys is: in a token, or in a file.

package import Crypto
import Glibc

extension ServiceConfiguration {
  /// `masterKey:` of a configuration: `{module, token, key, pinFile}` or `{file}`, and `previous` while a new one follows another.
  package struct MasterKeyPlace: Sendable, Equatable, Codable {
    /// Instead of a token: a file of 64 hexadecimal digits, mode 0600, apart from data and keys.
    package var file: String?
    /// The path of the vendor's library.
    package var module: String?
    /// The label of the token.
    package var token: String?
    /// The label of the AES-256 key; `weir pki master-key` makes it.
    package var key: String?
    /// A file of the token's user PIN, mode 0600, without a line's end or with one.
    package var pinFile: String?
    /// What the vendor's library reads from the environment, for the processes that `weir up` starts.
    package var environment: [String: String]?
    /// Master keys before this one: what lies under them goes under this one at the start.
    package var previous: [MasterKeyPlace]?

    package init(file: String) { self.file = file }

    package init(module: String, token: String, key: String, pinFile: String) {
      self.module = module
      self.token = token
      self.key = key
      self.pinFile = pinFile
    }

    /// The key itself. Nothing is asked of a token yet.
    package func open(random: any RandomSource) throws -> any MasterKey {
      let own: any MasterKey =
        if let file { try FileMasterKey(secret: Self.secret(file), random: random) } else {
          try inToken(random: random)
        }
      guard let previous, !previous.isEmpty else { return own }
      return MasterKeySuccession(own, after: try previous.map { try $0.open(random: random) })
    }

    /// The key of a token, for whoever makes it.
    package func inToken(random: any RandomSource) throws(ConfigurationError) -> TokenMasterKey {
      guard file == nil, let module, let token, let key, let pinFile else {
        throw .malformed(
          path: "masterKey", detail: "names neither a file nor module, token, key and pinFile")
      }
      let pin = try Self.text(pinFile)
      guard !pin.isEmpty else { throw .malformed(path: pinFile, detail: "holds no PIN") }
      return TokenMasterKey(
        module: module, token: token, label: key, pin: pin, random: random)
    }

    /// A new secret as it stands in a file.
    package static func text(of random: any RandomSource) -> String {
      Hex.encode(random.bytes(SealKey.byteCount)) + "\n"
    }

    private static func secret(_ file: String) throws(ConfigurationError) -> [UInt8] {
      guard let secret = Hex.decode(String(decoding: try text(file), as: UTF8.self)),
        secret.count == SealKey.byteCount
      else { throw .malformed(path: file, detail: "is no master key: 64 hexadecimal digits") }
      return secret
    }

    private static func text(_ file: String) throws(ConfigurationError) -> [UInt8] {
      var status = stat()
      if stat(file, &status) == 0, status.st_mode & 0o077 != 0 {
        throw .malformed(path: file, detail: "others may read it; make its mode 0600")
      }
      return Array(try readBytes(file).prefix { $0 != 10 && $0 != 13 })
    }
  }
}
