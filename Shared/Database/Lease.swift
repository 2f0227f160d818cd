// Work that one process at a time carries on: a lease in the database, and a number that fences off whoever held it before.

package import Vocabulary

extension SchemaStep {
  /// The table of leases, for services whose replicas share work.
  package static func leases(number: Int) -> SchemaStep {
    SchemaStep(
      number: number, name: "leases",
      sql: [
        """
        CREATE TABLE leases (
          name TEXT NOT NULL PRIMARY KEY, holder TEXT NOT NULL, fence INTEGER NOT NULL,
          until INTEGER NOT NULL)
        """
      ], isAdditive: true)
  }
}

/// The right to a piece of work, until it is ended, or was not renewed for a term, or its holder comes back for it.
package struct Lease: Sendable, Equatable {
  /// How long a holder that says nothing is believed to be at work. Ours, no regulation's.
  package static let termMilliseconds: Int64 = 10_000

  package let name: String
  /// Grows with each taking.
  package let fence: Int64
}

/// Another process does this work now; what the former holder has not committed is not to be.
package struct LeaseLost: Error, Equatable {
  package let name: String
}

extension SQLReading where Self: ~Copyable {
  /// Asked in every transaction of the work: its commit and another's taking of the lease exclude each other.
  ///
  /// - Throws: ``LeaseLost`` once somebody took it since.
  package func require(_ lease: Lease) throws {
    let fence: Int64? = try queryOne("SELECT fence FROM leases WHERE name = ?1", [lease.name])?[0]
    guard fence == lease.fence else { throw LeaseLost(name: lease.name) }
  }
}

extension WriteTransaction {
  /// Takes a lease, where nobody else holds it.
  ///
  /// - Parameters:
  ///   - holder: Who comes back to a lease of its own need not wait for its end.
  ///   - now: Real time.
  package func takeLease(_ name: String, holder: String, at now: Instant) throws -> Lease? {
    if let row = try queryOne("SELECT holder, until FROM leases WHERE name = ?1", [name]) {
      let (other, until): (String, Int64) = (try row[0], try row[1])
      guard other == holder || until <= now.milliseconds else { return nil }
    }
    let taken = try queryOne(
      """
      INSERT INTO leases (name, holder, fence, until) VALUES (?1, ?2, 1, ?3)
      ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, fence = leases.fence + 1,
        until = excluded.until RETURNING fence AS fence
      """, [name, holder, now.milliseconds + Lease.termMilliseconds])
    return try taken.map { Lease(name: name, fence: try $0["fence"]) }
  }

  /// Says that the holder is still at work.
  package func renew(_ lease: Lease, at now: Instant) throws {
    try require(lease)
    try execute(
      "UPDATE leases SET until = ?2 WHERE name = ?1",
      [lease.name, now.milliseconds + Lease.termMilliseconds])
  }

  /// Ends a lease before its time, so that the next need not wait.
  package func end(_ lease: Lease) throws {
    try execute(
      "UPDATE leases SET until = 0 WHERE name = ?1 AND fence = ?2", [lease.name, lease.fence])
  }
}

extension SQLDatabase {
  /// Does a piece of work while its lease is held, and waits for it where another has it.
  ///
  /// - Parameters:
  ///   - now: Real time.
  ///   - body: Hands the lease to each of its transactions, which require it.
  package func holding<T>(
    _ name: String, as holder: String, now: @escaping @Sendable () -> Instant,
    _ body: (Lease) async throws -> T
  ) async throws -> T {
    while true {
      if let lease = try await write({ try $0.takeLease(name, holder: holder, at: now()) }) {
        return try await renewing(lease, now, body)
      }
      try await Task.sleep(for: .milliseconds(100))
    }
  }

  /// The same where nobody does the work; `nil` where another does.
  package func holdingIfFree<T>(
    _ name: String, as holder: String, now: @escaping @Sendable () -> Instant,
    _ body: (Lease) async throws -> T
  ) async throws -> T? {
    guard let lease = try await write({ try $0.takeLease(name, holder: holder, at: now()) })
    else { return nil }
    return try await renewing(lease, now, body)
  }

  private func renewing<T>(
    _ lease: Lease, _ now: @escaping @Sendable () -> Instant, _ body: (Lease) async throws -> T
  ) async throws -> T {
    let result: Result<T, any Error> = await withTaskGroup(of: Void.self) { group in
      group.addTask {
        // A renewal that fails shows in the next transaction of the work.
        while (try? await Task.sleep(for: .milliseconds(Lease.termMilliseconds / 5))) != nil {
          try? await self.write { try $0.renew(lease, at: now()) }
        }
      }
      defer { group.cancelAll() }
      do { return .success(try await body(lease)) } catch { return .failure(error) }
    }
    // Of a caller that went away it runs out, or its holder comes back to it.
    try? await write { try $0.end(lease) }
    return try result.get()
  }
}
