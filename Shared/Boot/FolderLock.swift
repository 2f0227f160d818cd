// One process at a time on a folder.

import Glibc

/// Holds a folder's `lock` so that two processes never work on it; the system lets go of it when this process ends, however it ends.
package struct FolderLock: Sendable {
  private let file: Int32

  /// - Returns: `nil` where another process holds it.
  package init?(folder: String) throws(FileError) {
    let path = folder + "/lock"
    file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw FileError(path: path, operation: "open", code: errno) }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      close(file)
      return nil
    }
  }

  package func release() { close(file) }
}
