// What really goes over the wire, kept as seeds for the fuzz targets (make corpus). All persons in it are made up.

import Boot
import Contracts
import Foundation
import RPC
import Synchronization
import TestSupport
import Testing

@testable import WeirCLI

/// Keeps messages by type, and the fields and statuses beside them, in the folder that WEIR_CAPTURE names.
private final class Capture: Sendable {
  static let folder = ProcessInfo.processInfo.environment["WEIR_CAPTURE"]

  private let root: URL
  private let kept = Mutex<[String: Set<[UInt8]>]>([:])

  init(_ folder: String) { root = URL(filePath: folder) }

  var kinds: Int { kept.withLock { $0.count } }

  /// Some of each kind, and none of the longest, are enough: what brings nothing new is dropped later.
  func keep(_ kind: String, _ bytes: [UInt8]) {
    kept.withLock { kept in
      guard !bytes.isEmpty, bytes.count <= 4096, kept[kind, default: []].count < 40,
        kept[kind, default: []].insert(bytes).inserted
      else { return }
      let folder = root.appending(path: kind)
      do {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let number = kept[kind, default: []].count
        try Data(bytes).write(to: folder.appending(path: "\(number)"))
      } catch {
        Issue.record("\(error)")
      }
    }
  }

  func keep(_ metadata: Metadata) {
    let lines = metadata.entries.map { entry in
      switch entry.value {
      case .text(let text): "\(entry.name):\(text)"
      case .bytes(let bytes): "\(entry.name):\(Data(bytes).base64EncodedString())"
      }
    }
    keep("metadata", Array(lines.joined(separator: "\n").utf8))
    for case .bytes(let bytes) in metadata.entries.map(\.value) { keep("field", bytes) }
  }
}

/// Listens to unary calls; streams pass by.
private struct ListeningTransport: MessageTransport {
  let inner: any MessageTransport
  let capture: Capture

  func unary(
    _ path: String, _ message: [UInt8], _ options: CallOptions
  ) async throws -> UnaryReply {
    let shape = MethodShape.all[path]
    if let shape { capture.keep("message/\(shape.request.messageName)", message) }
    capture.keep(options.metadata)
    do {
      let reply = try await inner.unary(path, message, options)
      if let shape { capture.keep("message/\(shape.reply.messageName)", reply.message) }
      capture.keep(reply.headers)
      capture.keep(reply.trailers)
      return reply
    } catch let status as Status {
      capture.keep("message/google.rpc.Status", status.details)
      capture.keep("status", Array(status.message.utf8))
      capture.keep(status.trailers)
      throw status
    }
  }

  func stream<Result>(
    _ path: String, _ options: CallOptions, _ body: (ClientStream) async throws -> Result
  ) async throws -> Result {
    try await inner.stream(path, options, body)
  }
}

@Suite("the demonstration's calls as seeds", .enabled(if: Capture.folder != nil))
struct CaptureTests {
  @Test("are kept: messages of many types, refusals, certificates")
  func calls() async throws {
    let capture = Capture(try #require(Capture.folder))
    var demo = try SmallDemo()
    demo.options.listening = { ListeningTransport(inner: $0, capture: capture) }
    let outcome = try await demo.play { node in
      let folder = node.keys.principalFolder(DemoCast.auditor)
      capture.keep("field", Array(try Data(contentsOf: URL(filePath: folder + "/cert.pem"))))
    }
    #expect(differences(outcome) == [])
    #expect(capture.kinds > 60)
  }
}
