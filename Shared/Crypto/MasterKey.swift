// The key over the key files: it lies in a PKCS #11 token and never leaves it, so that a copy of every file opens nothing.

import CPKCS11
import Glibc
import Synchronization

/// What seals the bytes that open everything else: epoch keys and token keys.
package protocol MasterKey: Sendable {
  func seal(_ secret: [UInt8]) throws(CryptoError) -> [UInt8]
  func open(_ sealed: [UInt8]) throws(CryptoError) -> [UInt8]
  /// Whether these bytes lie under the key that seals now.
  func isNewest(over sealed: [UInt8]) -> Bool
}

extension MasterKey {
  package func isNewest(over sealed: [UInt8]) -> Bool { (try? open(sealed)) != nil }
}

/// An AES-256 key in a PKCS #11 token (v2.40), used by CKM_AES_GCM: `nonce (12) ‖ ciphertext ‖ tag (16)`.
///
/// A session lasts one operation: keys change seldom, and a token that was away is found again.
package final class TokenMasterKey: MasterKey {
  private static let nonceByteCount = 12
  private static let tagByteCount = 16
  /// How often, and how far apart, a token is looked for.
  private static let looks = 20
  private static let pauseMicroseconds: UInt32 = 50_000
  /// A module is one in a process, however many keys are opened by it, and is asked one thing at a time.
  private static let turn = Mutex(())

  private let module: String
  private let token: String
  private let label: String
  private let pin: SecretBytes
  private let random: any RandomSource

  /// - Parameters:
  ///   - module: The path of the vendor's library.
  ///   - token: The label of the token in one of its slots.
  ///   - label: Of the key.
  ///   - pin: The user's; kept in memory, and wiped with the object.
  package init(
    module: String, token: String, label: String, pin: [UInt8], random: any RandomSource
  ) {
    self.module = module
    self.token = token
    self.label = label
    self.pin = SecretBytes(pin + [0])
    self.random = random
  }

  /// Makes the key, which must not be there yet, and which nobody can take out.
  package func create() throws(CryptoError) {
    _ = try run(WEIR_P11_MAKE, nonce: [], [], room: 0)
  }

  package func seal(_ secret: [UInt8]) throws(CryptoError) -> [UInt8] {
    let nonce = random.bytes(Self.nonceByteCount)
    return nonce
      + (try run(WEIR_P11_SEAL, nonce: nonce, secret, room: secret.count + Self.tagByteCount))
  }

  package func open(_ sealed: [UInt8]) throws(CryptoError) -> [UInt8] {
    guard sealed.count >= Self.nonceByteCount + Self.tagByteCount else {
      throw .malformed("wrapped key")
    }
    return try run(
      WEIR_P11_OPEN, nonce: Array(sealed.prefix(Self.nonceByteCount)),
      Array(sealed.dropFirst(Self.nonceByteCount)), room: sealed.count)
  }

  /// A token that another process logs in to at this moment may not be seen: processes of a node start together.
  private func run(
    _ operation: weir_p11_operation, nonce: [UInt8], _ input: [UInt8], room: Int
  ) throws(CryptoError) -> [UInt8] {
    for _ in 1..<Self.looks {
      do throws(CryptoError) {
        return try once(operation, nonce: nonce, input, room: room)
      } catch {
        guard case .token(step: "find the token", _) = error else { throw error }
        usleep(Self.pauseMicroseconds)
      }
    }
    return try once(operation, nonce: nonce, input, room: room)
  }

  private func once(
    _ operation: weir_p11_operation, nonce: [UInt8], _ input: [UInt8], room: Int
  ) throws(CryptoError) -> [UInt8] {
    var result: UInt = 0
    var step = WEIR_P11_DONE
    // All pointers are of arrays and texts that outlive the call; the module writes at most as many bytes as there is room for
    // and says how many.
    let output = [UInt8](unsafeUninitializedCapacity: max(1, room)) { buffer, count in
      module.withCString { module in
        token.withCString { token in
          label.withCString { label in
            pin.withBytes { pin in
              pin?.withMemoryRebound(to: CChar.self, capacity: self.pin.count) { pin in
                nonce.withUnsafeBufferPointer { nonce in
                  input.withUnsafeBufferPointer { input in
                    var place = weir_p11_place(
                      module: module, token: token, key: label, pin: pin)
                    var bytes = weir_p11_bytes(
                      nonce: nonce.baseAddress, input: input.baseAddress,
                      input_count: UInt(input.count), output: buffer.baseAddress,
                      output_count: UInt(room))
                    Self.turn.withLock { _ in
                      step = weir_p11_run(&place, operation, &bytes, &result)
                    }
                    let isDone = step == WEIR_P11_DONE && operation != WEIR_P11_MAKE
                    count = isDone ? min(room, Int(bytes.output_count)) : 0
                  }
                }
              }
            }
          }
        }
      }
    }
    guard step == WEIR_P11_DONE else { throw .token(step: Self.name(of: step), code: result) }
    return output
  }

  private static func name(of step: weir_p11_step) -> String {
    switch step {
    case WEIR_P11_LOAD: "load the module"
    case WEIR_P11_INITIALIZE: "initialize"
    case WEIR_P11_TOKEN: "find the token"
    case WEIR_P11_SESSION: "open a session"
    case WEIR_P11_LOGIN: "log in"
    case WEIR_P11_KEY: "find the key"
    default: "use the key"
    }
  }
}

/// How secrets stand in key files: as they are, or under a master key. One that stands as it is, or under a key of before, is put under
/// the newest when the files are opened.
struct KeyFileCover: Sendable {
  private static let label = Array("weir-wrapped-1\n".utf8)
  let master: (any MasterKey)?

  func cover(_ secret: [UInt8]) throws(KeyFileError) -> [UInt8] {
    guard let master else { return secret }
    do throws(CryptoError) { return Self.label + (try master.seal(secret)) } catch {
      throw .failed(error)
    }
  }

  func isCovered(_ bytes: [UInt8]) -> Bool { bytes.starts(with: Self.label) }

  /// Whether a file is to be written anew: it stands as it is, or under a key of before.
  func needsCover(_ bytes: [UInt8]) -> Bool {
    guard let master else { return false }
    return !isCovered(bytes) || !master.isNewest(over: Array(bytes.dropFirst(Self.label.count)))
  }

  func uncover(_ bytes: [UInt8]) throws(KeyFileError) -> [UInt8] {
    guard isCovered(bytes) else { return bytes }
    guard let master else { throw .masterKeyMissing }
    do throws(CryptoError) {
      return try master.open(Array(bytes.dropFirst(Self.label.count)))
    } catch {
      throw .failed(error)
    }
  }
}
