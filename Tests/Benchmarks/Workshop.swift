// Where the benchmarks work: a folder of their own, peers built in it, processes started and timed.

import Foundation

/// The folder and the sizes of one run.
struct Workshop {
  let folder: URL
  let quick: Bool
  /// What the rows of the large figures are multiplied with.
  let scale: Double
  /// The package's own folder, with the sources of the peers.
  let root = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)

  init(quick: Bool, scale: Double) throws {
    self.quick = quick
    self.scale = scale
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "weir-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }
  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
  var peers: String { root.appendingPathComponent("Tests/Benchmarks/peers").path }
  /// Several runs, so that a median can be taken; one where only the way is tried.
  var rounds: Int { quick ? 1 : 5 }
  /// The rows of a large figure in this run.
  func rows(_ full: Int) -> Int { quick ? full / 50 : max(20_000, Int(Double(full) * scale)) }

  /// Runs a program to its end.
  ///
  /// - Returns: What it wrote to its standard output.
  /// - Throws: `BenchError` with all that it wrote, when it ends with another status than these.
  @discardableResult
  func run(
    _ program: String, _ arguments: [String], accepts: Set<Int32> = [0]
  ) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let output = Pipe()
    let log = path("errors.log")
    process.standardOutput = output
    process.standardError = try newFile(log)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard accepts.contains(process.terminationStatus) else {
      let errors = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
      throw BenchError.failed(program: program, output: String((text + errors).suffix(2000)))
    }
    return text
  }

  /// Starts a program that goes on, with all that it writes in a file.
  func start(_ program: String, _ arguments: [String], log: String) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let output = try newFile(log)
    process.standardOutput = output
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// A port that was free a moment ago.
  func freePort() throws -> Int {
    let text = try run(
      "python3",
      [
        "-c",
        "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])",
      ])
    guard let port = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
      throw BenchError.unreadable("a free port")
    }
    return port
  }

  /// Waits until somebody listens there.
  func wait(forPort port: Int, of process: Process, log: String) throws {
    for _ in 0..<100 {
      if (try? run("bash", ["-c", "exec 3<>/dev/tcp/127.0.0.1/\(port)"])) != nil { return }
      guard process.isRunning else { break }
      usleep(50_000)
    }
    let said = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
    throw BenchError.failed(
      program: "a server of this benchmark", output: String(said.suffix(2000)))
  }

  private func newFile(_ path: String) throws -> FileHandle {
    try Data().write(to: URL(fileURLWithPath: path))
    return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
  }

  /// Starts a server that prints `listening PORT` as its first line.
  func startServer(_ program: String, _ arguments: [String]) throws -> BenchServer {
    let (process, line) = try startTelling(program, arguments)
    let words = line.split(separator: " ")
    guard words.count == 2, words[0] == "listening", let port = Int(words[1]) else {
      process.terminate()
      throw BenchError.failed(program: program, output: line)
    }
    return BenchServer(process: process, port: port)
  }

  /// Starts a program that goes on, and waits for its first line.
  func startTelling(
    _ program: String, _ arguments: [String]
  ) throws -> (process: Process, line: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    var line = Data()
    while let byte = try output.fileHandleForReading.read(upToCount: 1), byte != Data("\n".utf8) {
      line += byte
    }
    return (process, String(decoding: line, as: UTF8.self))
  }

  /// A certificate for 127.0.0.1 and its key as files.
  func certificate() throws -> (certificate: String, key: String) {
    try run(
      "openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
        "2",
        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout",
        path("server.key"), "-out", path("server.pem"),
      ])
    return (path("server.pem"), path("server.key"))
  }

  /// Compiles a peer in C++ with the distribution's libraries.
  func buildPeer(_ name: String, isServer: Bool) throws -> String {
    if !FileManager.default.fileExists(atPath: path("echo.pb.h")) {
      try run("protoc", ["-I", peers, "--cpp_out", folder.path, peers + "/echo.proto"])
      let plugin = try run("which", ["grpc_cpp_plugin"]).trimmingCharacters(
        in: .whitespacesAndNewlines)
      try run(
        "protoc",
        [
          "-I", peers, "--grpc_out", folder.path, "--plugin=protoc-gen-grpc=\(plugin)",
          peers + "/echo.proto",
        ])
    }
    let libraries = isServer ? ["grpc++", "protobuf"] : ["protobuf"]
    let flags = try run("pkg-config", ["--cflags", "--libs"] + libraries)
      .split(whereSeparator: \.isWhitespace).map(String.init)
    let generated = ["echo.pb.cc"] + (isServer ? ["echo.grpc.pb.cc"] : [])
    try run(
      "g++",
      ["-O2", "-std=c++17", "-o", path(name), "\(peers)/\(name).cc", "-I", folder.path]
        + generated.map(path) + flags + ["-lpthread"])
    return path(name)
  }

  /// Compiles a peer in C++ that needs OpenSSL alone.
  func buildTool(_ name: String) throws -> String {
    if !FileManager.default.fileExists(atPath: path(name)) {
      try run(
        "g++",
        [
          "-O2", "-std=c++17", "-o", path(name), "\(peers)/\(name).cc", "-lssl", "-lcrypto",
        ])
    }
    return path(name)
  }
}

/// A running server of a benchmark.
struct BenchServer {
  let process: Process
  let port: Int

  /// Seconds of processor time that it has used, user and system.
  func cpuSeconds() throws -> Double { try processSeconds(Int(process.processIdentifier)) }

  /// Bytes of memory that it has in the machine now.
  func residentBytes() throws -> Double {
    let pages = try String(
      contentsOfFile: "/proc/\(process.processIdentifier)/statm", encoding: .utf8
    ).split(separator: " ").dropFirst().first.flatMap { Double($0) }
    guard let pages else { throw BenchError.unreadable("the memory of a server") }
    return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
  }

  /// Ends it at once: a child of a worker thread has inherited blocked signals, and has nothing to finish.
  func stop() {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}

/// Seconds of processor time that a process has used, user and system, its threads together.
func processSeconds(_ pid: Int) throws -> Double {
  let stat = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
  guard let end = stat.lastIndex(of: ")") else { return .nan }
  let fields = stat[stat.index(after: end)...].split(separator: " ")
  guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
    return .nan
  }
  return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
}

enum BenchError: Error, CustomStringConvertible {
  case failed(program: String, output: String)
  case unreadable(String)

  var description: String {
    switch self {
    case .failed(let program, let output): "\(program) failed:\n\(output)"
    case .unreadable(let what): "cannot read \(what)"
    }
  }
}
