// Writing small files so that they are whole or absent after a crash, and private where they hold a key.

import CLinux
import Glibc

/// Why a file or folder could not be made. Carries the path and the system's reason.
package struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
  package let path: String
  package let operation: String
  package let code: Int32

  package var description: String {
    "\(path): \(operation) failed: \(String(cString: strerror(code)))"
  }
}

package enum Files {
  /// Makes a folder and its parents, durably; mode 0700, since everything in a data folder is private.
  package static func makeFolder(_ path: String) throws(FileError) {
    var made = ""
    for part in path.split(separator: "/", omittingEmptySubsequences: true) {
      let parent = made.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : made
      made += (made.isEmpty && !path.hasPrefix("/") ? "" : "/") + part
      guard mkdir(made, 0o700) == 0 else {
        if errno == EEXIST { continue }
        throw FileError(path: made, operation: "mkdir", code: errno)
      }
      do { try syncFolder(parent) } catch {
        // One that stayed would be believed durable the next time.
        rmdir(made)
        throw error
      }
    }
  }

  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Replaces a file: written beside it, synced, renamed, and the folder synced.
  ///
  /// - Parameters:
  ///   - isPrivate: Mode 0600 from the first byte on; else 0644.
  ///   - isNameDurable: Whether the folder is synced, too; who writes many files does it once with ``syncFolder(_:)``.
  package static func write(
    _ bytes: [UInt8], to path: String, isPrivate: Bool, isNameDurable: Bool = true
  ) throws(FileError) {
    let draft = path + ".new"
    unlink(draft)
    let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, isPrivate ? 0o600 : 0o644)
    guard file >= 0 else { throw FileError(path: draft, operation: "open", code: errno) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        // Sound: the range lies inside the array, which is alive for the call.
        writeSome(file, buffer, from: written)
      }
      if count < 0 {
        if errno == EINTR { continue }
        let code = errno
        close(file)
        unlink(draft)
        throw FileError(path: draft, operation: "write", code: code)
      }
      written += count
    }
    let synced = fsync(file)
    let code = errno
    close(file)
    guard synced == 0 else { throw FileError(path: draft, operation: "fsync", code: code) }
    guard rename(draft, path) == 0 else {
      throw FileError(path: path, operation: "rename", code: errno)
    }
    guard isNameDurable else { return }
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    try syncFolder(folder.isEmpty ? "/" : folder)
  }

  package static func write(_ text: String, to path: String, isPrivate: Bool) throws(FileError) {
    try write(Array(text.utf8), to: path, isPrivate: isPrivate)
  }

  package static func remove(_ path: String) { unlink(path) }

  /// The names in a folder, sorted; none where there is no folder.
  package static func names(in folder: String) throws(FileError) -> [String] {
    guard let stream = opendir(folder) else {
      if errno == ENOENT { return [] }
      throw FileError(path: folder, operation: "opendir", code: errno)
    }
    defer { closedir(stream) }
    var names: [String] = []
    // Sound: the entry is the stream's own until the next call, and its name is copied out of it as far as its zero.
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Makes the names in a folder durable.
  package static func syncFolder(_ folder: String) throws(FileError) {
    let handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard handle >= 0 else { throw FileError(path: folder, operation: "open", code: errno) }
    defer { close(handle) }
    guard fsync(handle) == 0 else { throw FileError(path: folder, operation: "fsync", code: errno) }
  }
}

private func writeSome(_ file: Int32, _ buffer: UnsafeRawBufferPointer, from start: Int) -> Int {
  write(file, buffer.baseAddress.map { $0 + start }, buffer.count - start)
}
