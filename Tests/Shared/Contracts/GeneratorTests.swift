// The generator refuses what Weir does not take in a .proto file, and says why; what is committed is what it makes.

import Contracts
import Foundation
import TestSupport
import Testing

@Suite("The generator takes Weir's protos and no others")
struct GeneratorTests {
  /// Built beside the tests, in the same folder.
  private var generator: String {
    get throws {
      let binary = try #require(CommandLine.arguments.first)
      var folder = URL(filePath: binary).deletingLastPathComponent()
      for _ in 0..<4 {
        let candidate = folder.appending(path: "protoc-gen-weir").path
        if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
        folder.deleteLastPathComponent()
      }
      return Oracle.path(".build/debug/protoc-gen-weir")
    }
  }

  private func complaint(_ body: String) throws -> String {
    let folder = try TemporaryFolder()
    let package = URL(filePath: folder.path("weir/test/v1"))
    try FileManager.default.createDirectory(at: package, withIntermediateDirectories: true)
    let text = """
      syntax = "proto3";
      package weir.test.v1;
      import "weir/access/v1/access.proto";
      import "google/protobuf/timestamp.proto";
      \(body)
      message Unused { google.protobuf.Timestamp time = 1; }
      """
    try Data(text.utf8).write(to: package.appending(path: "test.proto"))
    do {
      try Tool.run(
        "protoc",
        [
          "-I", folder.path, "-I", Oracle.path("proto"), "-I", "/usr/include",
          "--plugin=protoc-gen-weir=\(try generator)", "--weir_out=\(folder.path)",
          "weir/test/v1/test.proto",
        ])
      return ""
    } catch let error as Tool.Failed {
      return error.errors
    }
  }

  private static let option =
    "option (weir.access.v1.access) = { roles: [\"authority\"], audited: [\"a.b\"] };"

  @Test("a method with its rule passes")
  func good() throws {
    let complaint = try complaint(
      """
      service S { rpc M(R) returns (stream R) { \(GeneratorTests.option) } }
      message R { message A { string b = 1; } A a = 1; oneof x { string y = 2; A z = 3; } }
      """)
    #expect(complaint == "")
  }

  @Test(
    "each thing that is not taken is named",
    arguments: [
      ("service S { rpc M(R) returns (R); } message R {}", "/weir.test.v1.S/M: no access rule"),
      (
        "service S { rpc M(R) returns (R) { option (weir.access.v1.access) = { roles: [\"king\"] }; } } message R {}",
        "no such role: king"
      ),
      (
        "service S { rpc M(R) returns (R) { option (weir.access.v1.access) = { audited: [\"a.c\"] }; } } message R { message A { string b = 1; } A a = 1; }",
        "the request has no field a.c"
      ),
      (
        "service S { rpc M(R) returns (R) { option (weir.access.v1.access) = { via: [\"/x/Y\"] }; } } message R {}",
        "via names no method: /x/Y"
      ),
      (
        "service S { rpc M(R) returns (R) { option (weir.access.v1.access) = { internal: true }; } } message R {}",
        "callers name who calls"
      ),
      (
        "service S { rpc M(R) returns (R) { option (weir.access.v1.access) = { callers: [\"share\"] }; } } message R {}",
        "callers name who calls"
      ),
      (
        "service S { rpc M(R) returns (R) { option idempotency_level = IDEMPOTENT; option (weir.access.v1.access) = {}; } } message R {}",
        "idempotency_level is NO_SIDE_EFFECTS, for what only reads, or nothing"
      ),
      (
        "service S { rpc M(R) returns (R) { option idempotency_level = NO_SIDE_EFFECTS; option (weir.access.v1.access) = {}; } } message R { string request_id = 1; }",
        "NO_SIDE_EFFECTS, but its request has a request_id"
      ),
      ("message R { R inner = 1; }", "weir.test.v1.R: a recursive message"),
      ("message R { A a = 1; } message A { repeated R r = 1; }", "a recursive message"),
      ("message R { optional string a = 1; }", "R.a: optional"),
      ("message R { map<int32, string> a = 1; }", "a map whose key is no string"),
      ("message R { string base = 1; }", "does not compile in C"),
      ("message R { string a_b = 1; string aB = 2; }", "name"),
      ("enum E { option allow_alias = true; A = 0; B = 0; }", "two names of one number"),
    ])
  func refused(body: String, reason: String) throws {
    #expect(try complaint(body).contains(reason))
  }

  @Test("the committed code is what the protos give", .timeLimit(.minutes(10 * patience)))
  func current() throws {
    try Tool.run(
      Oracle.path("proto/generate"), ["--check"], environment: ["PROTOC_GEN_WEIR": try generator])
  }
}
