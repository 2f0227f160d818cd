// A PostgreSQL server for the tests of one process: real, private, and gone with the process.

import Foundation
import Glibc
import Synchronization

/// Starts on first use: `initdb` into a temporary folder, a socket in it, no network.
///
/// What makes commits durable stays on, as in production. Text sorts by a Chinese ICU locale unless a column says
/// otherwise, so that a missing `COLLATE "C"` shows.
///
/// The server's parent is a shell that waits for the end of a pipe held by this process: however the tests end, even by
/// SIGKILL, the shell stops the server and removes the folder.
package final class PostgresServer: Sendable {
  package struct NotStarted: Error, CustomStringConvertible {
    package let description: String
  }

  private static let started = Mutex<Result<PostgresServer, any Error>?>(nil)

  /// The server of this process.
  package static func shared() throws -> PostgresServer {
    try started.withLock { started in
      let result = started ?? Result { try PostgresServer() }
      started = result
      return try result.get()
    }
  }

  private let folder: String
  /// Part of the socket's name.
  private let port: String
  private let binaries: String
  private let databases = Atomic<Int>(0)
  /// Held open for as long as the server is to run.
  private let lifeline: Pipe

  /// A server with TLS, on loopback too.
  package struct TLS: Sendable {
    /// Files in PEM.
    package let certificate: String
    package let key: String
    package let port: UInt16

    package init(certificate: String, key: String, port: UInt16) {
      self.certificate = certificate
      self.key = key
      self.port = port
    }
  }

  /// - Parameter tls: For a server of a test's own; it goes with the object.
  package init(tls: TLS? = nil) throws {
    binaries = try PostgresServer.findBinaries()
    port = String(tls?.port ?? 5432)
    folder = "/tmp/weir-pg-\(getpid())" + (tls.map { "-\($0.port)" } ?? "")
    lifeline = Pipe()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", PostgresServer.script, "sh", folder, binaries]
    if let tls { process.arguments? += [tls.certificate, tls.key, String(tls.port)] }
    process.standardInput = lifeline
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    try waitUntilReady(process)
  }

  /// Everything in one shell, so that nothing is left when the pipe ends. PostgreSQL refuses to run as root.
  private static let script = """
    folder=$1; bin=$2; certificate=$3; key=$4; port=$5; as=
    [ "$(id -u)" = 0 ] && as="setpriv --reuid=postgres --regid=postgres --clear-groups"
    mkdir -m 700 "$folder" || exit 1
    [ -n "$as" ] && chown postgres:postgres "$folder"
    cd "$folder" || exit 1
    $as "$bin/initdb" -D "$folder/data" -U weir -A trust -E UTF8 --no-sync --locale=C.UTF-8 \
      --locale-provider=icu --icu-locale=zh > "$folder/log" 2>&1 || { cat > /dev/null; exit 1; }
    net="-c listen_addresses="
    if [ -n "$port" ]; then
      install -m 644 "$certificate" "$folder/server.crt"; install -m 600 "$key" "$folder/server.key"
      [ -n "$as" ] && chown postgres:postgres "$folder/server.crt" "$folder/server.key"
      net="-c listen_addresses=127.0.0.1 -c port=$port -c ssl=on -c ssl_cert_file=$folder/server.crt"
      net="$net -c ssl_key_file=$folder/server.key"
    fi
    $as "$bin/postgres" -D "$folder/data" -k "$folder" $net -c max_connections=1000 \
      -c shared_buffers=64MB -c max_pred_locks_per_transaction=256 \
      -c max_prepared_transactions=16 >> "$folder/log" 2>&1 &
    server=$!
    cat > /dev/null
    kill -QUIT $server 2> /dev/null; wait $server 2> /dev/null
    cd /; rm -rf "$folder"
    """

  private static func findBinaries() throws -> String {
    let root = "/usr/lib/postgresql"
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    let newest = versions.compactMap { Int($0) }.max()
    guard let newest else {
      throw NotStarted(description: "no PostgreSQL in \(root): install Debian's postgresql")
    }
    return "\(root)/\(newest)/bin"
  }

  private func waitUntilReady(_ process: Process) throws {
    let end = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < end {
      if (try? run("\(binaries)/pg_isready", ["-q", "-h", folder, "-p", port])) == 0 { return }
      if !process.isRunning { break }
      // pg_isready itself takes some milliseconds; there is nothing to wait for by event.
      sched_yield()
    }
    let log = (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? ""
    throw NotStarted(description: "PostgreSQL did not start:\n\(log)")
  }

  /// Makes a new, empty database.
  ///
  /// - Returns: Its connection string.
  package func newDatabase() throws -> String {
    let name = "test\(databases.wrappingAdd(1, ordering: .relaxed).newValue)"
    try command("CREATE DATABASE \(name)")
    return "host=\(folder) port=\(port) dbname=\(name) user=weir"
  }

  /// Runs a command as the superuser, for what a test does to the server: end connections, set limits.
  package func command(_ sql: String, database: String = "postgres") throws {
    let status = try run(
      "\(binaries)/psql",
      [
        "-q", "-X", "-h", folder, "-p", port, "-U", "weir", "-d", database, "-v", "ON_ERROR_STOP=1",
        "-c", sql,
      ])
    guard status == 0 else { throw NotStarted(description: "psql failed: \(sql)") }
  }

  private func run(_ program: String, _ arguments: [String]) throws -> Int32 {
    try runBlocking(program, arguments).status
  }
}

/// A port of 127.0.0.1 that nobody listens at now.
package func freeLoopbackPort() throws -> UInt16 {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(descriptor) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  // Sound: the address is as long as it says, and alive for both calls.
  let failed = withUnsafeMutablePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
      bind(descriptor, address, length) != 0 || getsockname(descriptor, address, &length) != 0
    }
  }
  if failed { throw POSIXError(.EADDRINUSE) }
  return UInt16(bigEndian: address.sin_port)
}
