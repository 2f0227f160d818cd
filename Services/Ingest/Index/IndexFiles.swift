// The files under an index: one being written beside the path and renamed into place, one mapped for reading.

import CLinux
import Glibc
import Synchronization

/// A file that is being written, and stands under its path only when it is moved there whole. Without that, nothing of it remains.
final class NewFile: Sendable {
  private let draft: String
  private let descriptor: Int32
  private let isMoved = Mutex(false)

  init(_ draft: String) throws(IndexError) {
    self.draft = draft
    // What a process that died left here is written over from the start. Read, too: it is mapped in the end.
    descriptor = open(draft, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .system(call: "open", code: errno) }
  }

  deinit {
    close(descriptor)
    if !isMoved.withLock({ $0 }) { unlink(draft) }
  }

  func write(_ bytes: [UInt8], at offset: Int) throws(IndexError) {
    var done = 0
    while done < bytes.count {
      // The pointer is used within the call only, for bytes of the array that were not yet written.
      let count = bytes.withUnsafeBytes {
        pwrite(
          descriptor, $0.baseAddress?.advanced(by: done), bytes.count - done, off_t(offset + done))
      }
      if count < 0 {
        guard errno == EINTR else { throw .system(call: "write", code: errno) }
        continue
      }
      done += count
    }
  }

  func sync() throws(IndexError) {
    guard fsync(descriptor) == 0 else { throw .system(call: "fsync", code: errno) }
  }

  /// What is written so far.
  func mapped() throws(IndexError) -> MappedFile { try MappedFile(descriptor: descriptor) }

  /// Durable under the path when this returns.
  func move(to path: String) throws(IndexError) {
    try sync()
    guard rename(draft, path) == 0 else { throw .system(call: "rename", code: errno) }
    isMoved.withLock { $0 = true }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    let parent = parts.isEmpty ? "." : parts.joined(separator: "/") + "/"
    let folder = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw .system(call: "open", code: errno) }
    defer { close(folder) }
    guard fsync(folder) == 0 else { throw .system(call: "fsync", code: errno) }
  }
}

/// A file mapped for reading, for as long as the object lives. A file renamed over it does not change what is mapped.
///
/// Sendable: the mapping is read-only, its address and length never change, and it is undone only in `deinit`.
final class MappedFile: Sendable {
  /// Bytes from the start of the file; at least one.
  let byteCount: Int
  private let address: UInt

  convenience init(_ path: String) throws(IndexError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system(call: "open", code: errno) }
    defer { close(descriptor) }
    try self.init(descriptor: descriptor)
  }

  /// - Parameter descriptor: Open for reading, and the caller's to close.
  init(descriptor: Int32) throws(IndexError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system(call: "fstat", code: errno) }
    guard status.st_size > 0 else { throw .malformed }
    byteCount = Int(status.st_size)
    let mapped = mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let mapped, mapped != MAP_FAILED else { throw .system(call: "mmap", code: errno) }
    address = UInt(bitPattern: mapped)
  }

  deinit {
    munmap(UnsafeMutableRawPointer(bitPattern: address), byteCount)
  }

  /// The mapped bytes; the pointer is valid within the closure, because the object is alive until it returns.
  func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(
      UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: address), count: byteCount))
  }
}
