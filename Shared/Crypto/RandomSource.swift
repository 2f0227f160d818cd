// Where random bytes come from: the operating system in production, a seed in tests.

import COpenSSL
import Synchronization

/// A source of random bytes, injected wherever randomness is needed.
package protocol RandomSource: Sendable {
  /// Overwrites every byte of the array.
  func fill(_ bytes: inout [UInt8])
}

extension RandomSource {
  /// So many fresh random bytes.
  package func bytes(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    fill(&bytes)
    return bytes
  }

  /// A fresh random number over the whole range.
  package func uint64() -> UInt64 {
    bytes(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// A fresh random number in `0 ..< bound`, each equally likely.
  package func uniform(below bound: UInt64) -> UInt64 {
    precondition(bound > 0, "a range has at least one number")
    // Numbers at the top that would favour the first remainders are drawn again.
    let limit = UInt64.max - UInt64.max % bound
    while true {
      let number = uint64()
      if number < limit { return number % bound }
    }
  }
}

/// OpenSSL's generator for private values, seeded by the operating system.
package struct SystemRandom: RandomSource {
  package init() {}

  package func fill(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    let count = Int32(bytes.count)
    let answer = RAND_priv_bytes(&bytes, count)
    // A generator that cannot be reseeded leaves no safe way on: no key, nonce or salt may be made without it.
    precondition(answer == 1, "the operating system supplies entropy")
  }
}

/// A reproducible source for tests and simulations: SHA-256 of seed and counter. **Never for production**: who knows
/// the seed knows every byte.
package final class SeededRandom: RandomSource {
  private struct State {
    var counter: UInt64 = 0
    var block: [UInt8] = []
  }

  private let seed: UInt64
  private let state = Mutex(State())

  package init(seed: UInt64) { self.seed = seed }

  package func fill(_ bytes: inout [UInt8]) {
    state.withLock { state in
      for index in bytes.indices {
        if state.block.isEmpty {
          state.block = SHA256.hash(seed.bigEndianBytes + state.counter.bigEndianBytes)
          state.counter += 1
        }
        bytes[index] = state.block.removeLast()
      }
    }
  }
}
