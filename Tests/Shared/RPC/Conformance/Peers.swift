// Foreign peers: programs in other languages on stock gRPC libraries, built once, started and ended by the tests.

import Crypto
import Foundation
import Glibc
import TestSupport
import Testing

/// A language in which a stock gRPC library speaks the conformance service.
enum ForeignLanguage: String, CaseIterable, Sendable, CustomStringConvertible {
  case python = "Python"
  case cpp = "C++"
  case java = "Java"

  var description: String { rawValue }
}

/// A peer that is ready to run.
struct ForeignPeers {
  let language: ForeignLanguage
  /// What was generated and compiled; kept in .build under the hash of everything it was made of.
  private let built: URL

  private static let sources = RepositoryPath.root.appending(path: "Tests/Shared/RPC/peers")
  private static let python = RepositoryPath.root.appending(path: ".venv/bin/python")

  init(_ language: ForeignLanguage) async throws {
    self.language = language
    var text: [UInt8] = Array(language.rawValue.utf8)
    for name in try FileManager.default.contentsOfDirectory(atPath: Self.sources.path).sorted()
    where name != "proxy" {
      text += Array(name.utf8) + [UInt8](try Data(contentsOf: Self.sources.appending(path: name)))
    }
    let hash = SHA256.hash(text).prefix(8).map { String($0, radix: 16) }.joined()
    built = RepositoryPath.root.appending(path: ".build/conformance/\(hash)")
    if built.existing == nil { try await build() }
  }

  /// Builds beside the place and moves there in one step, so that a broken build leaves nothing behind.
  private func build() async throws {
    let new = built.deletingLastPathComponent().appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: new, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: new) }
    let script = Self.sources.appending(path: "build")
    let output = try await runProgram(
      URL(filePath: "/bin/bash"), [script.path, language.rawValue, new.path, Self.python.path])
    try #require(output.hasSuffix("built\n"), "\(output)")
    try FileManager.default.moveItem(at: new, to: built)
  }

  private func command(_ role: String, _ arguments: [String]) -> (URL, [String]) {
    switch language {
    case .python:
      (Self.python, [Self.sources.appending(path: "\(role).py").path, built.path] + arguments)
    case .cpp:
      (built.appending(path: "peer"), [role] + arguments)
    case .java:
      (
        URL(filePath: "/usr/bin/java"),
        [
          "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Djava.library.path=\(built.path)", "-cp",
          built.path + Self.javaClasses, "Peer", role,
        ] + arguments
      )
    }
  }

  /// Where Debian puts the libraries.
  private static let javaClasses = [
    "grpc-api", "grpc-context", "grpc-core", "grpc-netty", "grpc-protobuf", "grpc-protobuf-lite",
    "grpc-stub", "guava", "gson", "protobuf", "perfmark-api", "perfmark-impl", "netty-tcnative",
    "netty-buffer", "netty-codec", "netty-codec-http", "netty-codec-http2", "netty-common",
    "netty-handler", "netty-handler-proxy", "netty-resolver", "netty-transport",
    "netty-transport-native-unix-common",
  ].map { ":/usr/share/java/\($0).jar" }.joined()

  /// Runs the client's cases; returns what it printed.
  func runClient(_ address: String, _ folder: CertificateFolder) async throws -> String {
    let (program, arguments) = command("client", [address, folder.path])
    return try await runProgram(program, arguments)
  }

  func startServer(_ folder: CertificateFolder) async throws -> ForeignServer {
    let (program, arguments) = command("server", [folder.path])
    return try await ForeignServer(program, arguments)
  }
}

/// Certificates of both sides as files, gone with the value.
final class CertificateFolder {
  private let folder: TemporaryFolder
  var path: String { folder.path }

  init(client: TestPKI.Identity, server: TestPKI.Identity, trusting root: String) throws {
    folder = try TemporaryFolder()
    for (name, text) in [
      ("root.pem", root), ("client.pem", client.chainPEM), ("client.key", client.privateKeyPEM),
      ("server.pem", server.chainPEM), ("server.key", server.privateKeyPEM),
    ] {
      try Data(text.utf8).write(to: URL(filePath: folder.path(name)))
    }
  }
}

/// A foreign server that runs until the value is stopped, or these tests end: it ends with its standard input.
final class ForeignServer {
  let port: UInt16
  private let process: Process
  private let input: FileHandle
  private let ended: AsyncStream<Void>

  init(_ program: URL, _ arguments: [String]) async throws {
    process = Process()
    process.executableURL = program
    process.arguments = arguments
    let output = Pipe()
    // No other child may hold the writing end: this one would not see its input end before the other one ends.
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    try #require(socketpair(AF_UNIX, kind, 0, &ends) == 0)
    input = FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
    process.standardInput = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
    process.standardOutput = output
    let (ended, end) = AsyncStream.makeStream(of: Void.self)
    self.ended = ended
    process.terminationHandler = { _ in end.finish() }
    let (parts, continuation) = AsyncStream.makeStream(of: Data.self)
    output.fileHandleForReading.readabilityHandler = { handle in
      let part = handle.availableData
      if part.isEmpty { continuation.finish() } else { continuation.yield(part) }
    }
    try process.run()
    var line = ""
    for await part in parts {
      line += String(decoding: part, as: UTF8.self)
      if line.hasSuffix("\n") { break }
    }
    output.fileHandleForReading.readabilityHandler = nil
    let words = line.split(whereSeparator: \.isWhitespace)
    let port = words.first == "listening" ? words.last.flatMap { UInt16($0) } : nil
    self.port = try #require(port, "the server said: \(line)")
  }

  /// Waits without a thread: several of them, each waiting on one, would stop everything else.
  func stop() async {
    try? input.close()
    for await _ in ended {}
  }
}
