// Master keys without a token, and one after another.

/// An AES-256 key whose file lies apart from data and keys: on a medium that comes out, or mounted from another machine. Weaker than a
/// token, for whoever reads the file has it.
package struct FileMasterKey: MasterKey {
  private static let place = SealContext(kind: .keyring, resource: "master key")
  private let key: SealKey
  private let random: any RandomSource

  /// - Parameter secret: 32 bytes.
  package init(secret: [UInt8], random: any RandomSource) throws(CryptoError) {
    key = try SealKey(
      id: KeyID(rawValue: 0), suite: .aes256GCM, secret: SecretBytes(secret))
    self.random = random
  }

  package func seal(_ secret: [UInt8]) throws(CryptoError) -> [UInt8] {
    do throws(SealError) {
      return try Sealer(key: key, random: random).seal(secret, context: Self.place)
    } catch {
      throw .malformed("wrapped key")
    }
  }

  package func open(_ sealed: [UInt8]) throws(CryptoError) -> [UInt8] {
    do throws(SealError) {
      return try Sealer(key: key, random: random).open(sealed, context: Self.place)
    } catch {
      throw .malformed("wrapped key")
    }
  }
}

/// A master key and those before it, under which files may still lie: opening the files puts them under the newest.
package struct MasterKeySuccession: MasterKey {
  private let current: any MasterKey
  private let previous: [any MasterKey]

  package init(_ current: any MasterKey, after previous: [any MasterKey]) {
    self.current = current
    self.previous = previous
  }

  package func seal(_ secret: [UInt8]) throws(CryptoError) -> [UInt8] { try current.seal(secret) }

  package func open(_ sealed: [UInt8]) throws(CryptoError) -> [UInt8] {
    do throws(CryptoError) {
      return try current.open(sealed)
    } catch {
      for key in previous { if let secret = try? key.open(sealed) { return secret } }
      throw error
    }
  }

  package func isNewest(over sealed: [UInt8]) -> Bool { current.isNewest(over: sealed) }
}
