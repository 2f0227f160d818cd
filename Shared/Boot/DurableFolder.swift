// A folder of files that outlive a crash whole, written many at once.

import Foundation
import Synchronization
import Threads

/// Files under one path: each is synced before it has its name, and its folder after, so that a crash leaves it whole or absent.
package final class DurableFolder: Sendable {
  package let path: String

  /// A file waits for the disk and for little else, so several wait together.
  private static let writers = 16

  /// Folders with names that no flush has been answered for: what stands in them is not written again, so they are flushed again.
  private let unflushed = Mutex<Set<String>>([])

  package init(path: String) { self.path = path }

  /// The bytes of a file; `nil` where there is none.
  package func read(_ path: String) throws -> [UInt8]? {
    let file = self.path + "/" + path
    guard Files.exists(file) else { return nil }
    return Array(try Data(contentsOf: URL(fileURLWithPath: file)))
  }

  /// Writes files, with the folders that they need, in any order; all are durable when this returns.
  package func write(_ files: [String: [UInt8]]) async throws {
    let files = files.map { (path + "/" + $0.key, $0.value) }
    let folders = unflushed.withLock { unflushed in
      for file in files { unflushed.formUnion(changing(by: file.0)) }
      return unflushed
    }
    if folders.isEmpty { return }
    try await withCheckedThrowingContinuation { continuation in
      let work = FolderWriting(files: files, folders: folders, continuation)
      let threads = max(1, min(files.count, Self.writers))
      for _ in 0..<threads { startThread(named: "files") { work.run(of: threads) } }
    }
    unflushed.withLock { $0.subtract(folders) }
  }

  /// The folders that get a new name by a file: its own, and those in which folders are to be made on the way.
  private func changing(by file: String) -> [String] {
    var folders = [parent(of: file)]
    while let last = folders.last, last.hasPrefix(path), !Files.exists(last) {
      folders.append(parent(of: last))
    }
    return folders
  }

  package func removeFolder(_ path: String) throws {
    let folder = self.path + "/" + path
    if Files.exists(folder) { try FileManager.default.removeItem(atPath: folder) }
    unflushed.withLock { $0 = $0.filter { $0 != folder && !$0.hasPrefix(folder + "/") } }
  }
}

/// Files that some threads write together; the last to end gives the answer.
private final class FolderWriting: Sendable {
  private struct State {
    var next: Int = 0
    var ended: Int = 0
    var failure: (any Error)?
  }

  private let files: [(path: String, bytes: [UInt8])]
  private let folders: Set<String>
  private let continuation: CheckedContinuation<Void, any Error>
  private let state = Mutex(State())

  init(
    files: [(path: String, bytes: [UInt8])], folders: Set<String>,
    _ continuation: CheckedContinuation<Void, any Error>
  ) {
    self.files = files
    self.folders = folders
    self.continuation = continuation
  }

  func run(of threads: Int) {
    do {
      while let file = takeNext() {
        try Files.makeFolder(parent(of: file.path))
        try Files.write(file.bytes, to: file.path, isPrivate: false, isNameDurable: false)
      }
    } catch {
      state.withLock { $0.failure = $0.failure ?? error }
    }
    let isLast = state.withLock { state in
      state.ended += 1
      return state.ended == threads
    }
    if isLast { finish() }
  }

  private func takeNext() -> (path: String, bytes: [UInt8])? {
    state.withLock { state in
      guard state.failure == nil, state.next < files.count else { return nil }
      defer { state.next += 1 }
      return files[state.next]
    }
  }

  private func finish() {
    do {
      if let failure = state.withLock({ $0.failure }) { throw failure }
      for folder in folders { try Files.syncFolder(folder) }
      continuation.resume()
    } catch {
      continuation.resume(throwing: error)
    }
  }
}

private func parent(of path: String) -> String {
  path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
}
