// A folder of files that outlive a crash whole, written many at once.

import Foundation
import Synchronization

/// Files under one path: each is synced before it has its name, and its folder after, so that a crash leaves it whole or absent.
package struct DurableFolder: Sendable {
  package let path: String

  /// A file waits for the disk and for little else, so several wait together.
  private static let writers = 16

  package init(path: String) { self.path = path }

  /// The bytes of a file; `nil` where there is none.
  package func read(_ path: String) throws -> [UInt8]? {
    let file = self.path + "/" + path
    guard Files.exists(file) else { return nil }
    return Array(try Data(contentsOf: URL(fileURLWithPath: file)))
  }

  /// Writes files, with the folders that they need, in any order; all are durable when this returns.
  package func write(_ files: [String: [UInt8]]) async throws {
    if files.isEmpty { return }
    try await withCheckedThrowingContinuation { continuation in
      let work = FolderWriting(folder: path, files: files, continuation)
      let threads = min(files.count, Self.writers)
      for _ in 0..<threads { startThread(named: "files") { work.run(of: threads) } }
    }
  }

  package func removeFolder(_ path: String) throws {
    let folder = self.path + "/" + path
    if Files.exists(folder) { try FileManager.default.removeItem(atPath: folder) }
  }
}

/// Files that some threads write together; the last to end gives the answer.
private final class FolderWriting: Sendable {
  private struct State {
    var next: Int = 0
    var ended: Int = 0
    var failure: (any Error)?
  }

  private let folder: String
  private let files: [(path: String, bytes: [UInt8])]
  private let continuation: CheckedContinuation<Void, any Error>
  private let state = Mutex(State())

  init(
    folder: String, files: [String: [UInt8]], _ continuation: CheckedContinuation<Void, any Error>
  ) {
    self.folder = folder
    self.files = files.map { (folder + "/" + $0.key, $0.value) }
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
      for folder in Set(files.map { parent(of: $0.path) }) { try Files.syncFolder(folder) }
      continuation.resume()
    } catch {
      continuation.resume(throwing: error)
    }
  }

  private func parent(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }
}
