// Why a token index is not written or not served.

import Glibc

/// The index is derived from the database and can be rebuilt at will, so every one of these means: do not serve, rebuild.
package enum IndexError: Error, Hashable, Sendable {
  /// A system call failed: its name and errno.
  case system(call: String, code: Int32)
  /// The file is not an index, is cut short or longer than it says.
  case malformed
  /// The code over header and hashes is not of this key: another key, or somebody's change.
  case notAuthentic
  /// The header is authentic, but a part of the body is not what was written.
  case damaged(chunk: Int)
  /// Authentic and whole, but of another state than the database has: an older generation, another key version or resource.
  case stale(IndexBindingField)
  /// More rows than an index can number, or another count than the binding states.
  case rowCount(expected: Int, found: Int)

  /// Whether it was not written because there was no room.
  package var isOutOfSpace: Bool {
    guard case .system(_, let code) = self else { return false }
    return code == ENOSPC || code == EDQUOT
  }
}

/// What an index is bound to.
package enum IndexBindingField: String, CaseIterable, Sendable {
  case resource, keyVersion, generation, databaseRoot, rowCount
}
