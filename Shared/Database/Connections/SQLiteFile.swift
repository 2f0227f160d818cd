// The file of a SQLite database and its folder: made private before SQLite sees them.

import Glibc

enum SQLiteFile {
  /// Makes the folder (0700) and the file (0600) where they do not exist, and closes both to others where they do.
  ///
  /// SQLite gives the write-ahead log and its index the mode of the file.
  ///
  /// - Returns: The size of the file in bytes.
  static func prepare(_ path: String) throws(DatabaseError) -> Int64 {
    guard path.contains("/"), !path.hasSuffix("/") else {
      throw .cannotOpen("the path of a database names a folder and a file: \(path)")
    }
    let folder = folder(of: path)
    try makeFolders(folder)
    try closeToOthers(folder)
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw failure("open", path) }
    defer { close(file) }
    guard fchmod(file, 0o600) == 0 else { throw failure("chmod", path) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw failure("stat", path) }
    return Int64(status.st_size)
  }

  /// Makes the names in the folder of a database durable: its own and its write-ahead log's, without which no commit is.
  static func flushFolder(of path: String) throws(DatabaseError) { try flush(folder(of: path)) }

  private static func folder(of path: String) -> String {
    path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
  }

  private static func flush(_ folder: String) throws(DatabaseError) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("open", folder) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("fsync", folder) }
  }

  private static func makeFolders(_ folder: String) throws(DatabaseError) {
    var made = ""
    for part in folder.split(separator: "/", omittingEmptySubsequences: false) {
      let parent = made.isEmpty ? "." : made
      made += part
      if !made.isEmpty, mkdir(made, 0o700) == 0 {
        do { try flush(parent) } catch {
          // One that stayed would be believed durable the next time.
          rmdir(made)
          throw error
        }
      } else if !made.isEmpty, errno != EEXIST {
        throw failure("mkdir", made)
      }
      made += "/"
    }
  }

  private static func closeToOthers(_ folder: String) throws(DatabaseError) {
    if folder.isEmpty { throw .cannotOpen("a database needs a folder of its own") }
    var status = stat()
    guard stat(folder, &status) == 0 else { throw failure("stat", folder) }
    if status.st_mode & 0o077 == 0 { return }
    // A folder shared by design, such as /tmp, is not ours to close.
    guard status.st_mode & S_ISVTX == 0 else {
      throw .cannotOpen("others can use the folder \(folder); a database needs one of its own")
    }
    guard chmod(folder, 0o700) == 0 else { throw failure("chmod", folder) }
  }

  private static func failure(_ call: String, _ path: String) -> DatabaseError {
    let code = errno
    return code == ENOSPC
      ? .full : .cannotOpen("\(call) \(path): \(String(cString: strerror(code)))")
  }
}
