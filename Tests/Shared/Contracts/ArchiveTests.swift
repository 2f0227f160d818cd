// The archive for integrators: complete, the same each time, and enough for a stock protoc.

import Contracts
import Foundation
import TestSupport
import Testing

@Suite("the archive of the contracts")
struct ArchiveTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try Tool.run(Oracle.path("proto/archive"), [folder.path("a.tar.gz")])
  }

  /// The unpacked archive.
  private func unpacked() throws -> String {
    try Tool.run("tar", ["-xzf", folder.path("a.tar.gz"), "-C", folder.path])
    return folder.path("weir-protos")
  }

  private func protos(below place: String) throws -> [String] {
    let found = try Tool.run("/bin/sh", ["-c", "cd \"$0\" && find . -name '*.proto'", place])
    return String(decoding: found, as: UTF8.self).split(separator: "\n")
      .map { String($0.dropFirst(2)) }.sorted()
  }

  @Test("the same sources give the same bytes, whatever the umask")
  func reproducible() throws {
    let again = folder.path("b.tar.gz")
    try Tool.run(
      "/bin/sh", ["-c", "umask 077; exec \"$0\" \"$1\"", Oracle.path("proto/archive"), again])
    #expect(
      try Data(contentsOf: URL(filePath: again))
        == Data(contentsOf: URL(filePath: folder.path("a.tar.gz"))))
  }

  @Test("a stock protoc compiles every proto of the unpacked archive")
  func compiles() throws {
    let place = try unpacked()
    let files = try protos(below: place)
    #expect(files.contains("weir/share/v1/share.proto"))
    let out = folder.path("java")
    try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
    try Tool.run("protoc", ["-I", place, "--java_out=\(out)"] + files)
    #expect(FileManager.default.fileExists(atPath: out + "/weir/share/v1/LookupRequest.java"))
  }

  @Test("the descriptor set alone is enough, and has every service with its access rules")
  func descriptorSet() throws {
    let place = try unpacked()
    let out = folder.path("python")
    try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
    try Tool.run(
      "protoc",
      ["--descriptor_set_in=\(place)/weir.binpb", "--python_out=\(out)"]
        + protos(below: place))
    let text = String(
      decoding: try Tool.run(
        "protoc",
        [
          "--descriptor_set_in=\(place)/weir.binpb",
          "--decode=google.protobuf.FileDescriptorSet", "google/protobuf/descriptor.proto",
        ], input: Array(try Data(contentsOf: URL(filePath: place + "/weir.binpb")))),
      as: UTF8.self)
    for service in Set(MethodShape.all.values.map(\.service)) {
      let name = service.split(separator: ".").last ?? ""
      #expect(text.contains("name: \"\(name)\""), "\(service)")
    }
    #expect(text.contains("[weir.access.v1.access]"))
  }

  @Test("what only our generator reads stays out; licence and a page for integrators go in")
  func content() throws {
    let place = try unpacked()
    #expect(try protos(below: place).allSatisfy { !$0.hasPrefix("google/protobuf/") })
    for name in ["README.md", "LICENSE", "weir.binpb"] {
      #expect(FileManager.default.fileExists(atPath: "\(place)/\(name)"))
    }
  }
}
