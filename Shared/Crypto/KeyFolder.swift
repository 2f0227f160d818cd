// Files of keys: mode 0600, replaced by rename, flushed to the disk before anything depends on them.

import Glibc

/// Why key files cannot be read or written. No case carries a secret.
package enum KeyFileError: Error, Equatable, Sendable {
  /// A system call failed; `code` is errno.
  case file(operation: String, name: String, code: Int32)
  /// Others than the owner may read or write the file.
  case openToOthers(name: String)
  /// The file is not what its name says.
  case malformed(name: String)
  /// There is an epoch key without its keyring: the keyring was lost, and a new one would hide that.
  case keyringMissing
  /// Keyring and epoch key do not belong together.
  case keyringDoesNotOpen
  /// There is no keyring yet.
  case notCreated
  case alreadyExists
  case unknownKey(KeyID)
  /// What is in the files lies under a master key, and none was given.
  case masterKeyMissing
  case failed(CryptoError)
}

extension KeyFileError: CustomStringConvertible {
  /// For the operator whose service does not start.
  package var description: String {
    switch self {
    case .file(let operation, let name, let code): "\(operation) \(name) failed (errno \(code))"
    case .openToOthers(let name): "others may read or write \(name); make its mode 0600"
    case .malformed(let name): "\(name) is not what its name says"
    case .keyringMissing: "there is an epoch.key without its keyring: put the keyring back"
    case .keyringDoesNotOpen: "keyring and epoch.key do not belong together"
    case .notCreated: "there is no keyring"
    case .alreadyExists: "it is there already"
    case .unknownKey(let id): "there is no key \(id.text)"
    case .masterKeyMissing:
      "the key files lie under a master key, and the configuration names none (masterKey)"
    case .failed(.token(let step, let code)):
      "the token of the master key failed to \(step) (CKR 0x\(String(code, radix: 16))): look at module, token, key and PIN "
        + "file of masterKey, and whether the token is there"
    case .failed(.malformed("wrapped key")):
      "the key files do not lie under this master key (masterKey)"
    case .failed(let error): "\(error)"
    }
  }
}

/// A folder that holds keys, and the few durable operations on its files.
struct KeyFolder: Sendable {
  let path: String
  private static let sizeLimitBytes = 64 << 20

  /// Makes the folder, readable by its owner only, when it is not there.
  func create() throws(KeyFileError) {
    guard mkdir(path, 0o700) == 0 else {
      if errno == EEXIST { return }
      throw failure("mkdir", "")
    }
    let parent = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    do { try flush(parent) } catch {
      // One that stayed would be believed durable the next time.
      rmdir(path)
      throw error
    }
  }

  /// Runs the body while no other process or object changes the folder.
  func locked<Result>(
    _ body: () throws(KeyFileError) -> Result
  ) throws(KeyFileError) -> Result {
    let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("open", "") }
    // Closing the descriptor gives the lock up.
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX) != 0 {
      if errno != EINTR { throw failure("flock", "") }
    }
    return try body()
  }

  func names() throws(KeyFileError) -> [String] {
    guard let folder = opendir(path) else { throw failure("opendir", "") }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      // The entry is valid until the next readdir; its name ends with a NUL inside the record.
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { buffer in
        String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
      }
      names.append(name)
    }
    return names.sorted()
  }

  /// The file's bytes; nil when there is no such file.
  func read(_ name: String) throws(KeyFileError) -> [UInt8]? {
    let descriptor = Glibc.open(file(name), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw failure("open", name)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure("fstat", name) }
    guard status.st_mode & 0o077 == 0 else { throw .openToOthers(name: name) }
    guard status.st_size <= Self.sizeLimitBytes else { throw .malformed(name: name) }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var offset = 0
    while offset < bytes.count {
      // The buffer has `count - offset` bytes after `offset`.
      let count = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure("read", name) }
      guard count > 0 else { break }
      offset += count
    }
    return Array(bytes.prefix(offset))
  }

  /// Writes a new file, mode 0600, and flushes it and the folder. A left-over of the same name is erased first.
  func write(_ bytes: [UInt8], to name: String) throws(KeyFileError) {
    try erase(name)
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    let descriptor = Glibc.open(file(name), flags, 0o600)
    guard descriptor >= 0 else { throw failure("open", name) }
    defer { close(descriptor) }
    try put(bytes, descriptor, name)
    try flush()
  }

  /// Gives a file its final name in place of what had it, and flushes the folder.
  func rename(_ name: String, to newName: String) throws(KeyFileError) {
    guard Glibc.rename(file(name), file(newName)) == 0 else { throw failure("rename", name) }
    try flush()
  }

  /// Overwrites the file's bytes in place and flushes them. A flash disk or a copying file system may keep old blocks all
  /// the same: the threat model says so, and the keyring changes its key at every change.
  func overwrite(_ name: String) throws(KeyFileError) {
    let descriptor = Glibc.open(file(name), O_WRONLY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return }
      throw failure("open", name)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure("fstat", name) }
    try put([UInt8](repeating: 0, count: Int(status.st_size)), descriptor, name)
  }

  /// Overwrites and removes the file, if there is one, and flushes the folder.
  func erase(_ name: String) throws(KeyFileError) {
    try overwrite(name)
    if unlink(file(name)) != 0 {
      if errno == ENOENT { return }
      throw failure("unlink", name)
    }
    try flush()
  }

  private func put(
    _ bytes: [UInt8], _ descriptor: Int32, _ name: String
  ) throws(KeyFileError) {
    var offset = 0
    while offset < bytes.count {
      // The buffer has `count - offset` bytes after `offset`.
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.write(descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("write", name) }
      offset += count
    }
    guard fsync(descriptor) == 0 else { throw failure("fsync", name) }
  }

  /// Makes creations, renames and removals in the folder durable.
  func flush() throws(KeyFileError) { try flush(path) }

  private func flush(_ path: String) throws(KeyFileError) {
    let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("open", "") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("fsync", "") }
  }

  private func file(_ name: String) -> String { path + "/" + name }

  private func failure(_ operation: String, _ name: String) -> KeyFileError {
    .file(operation: operation, name: name, code: errno)
  }
}
