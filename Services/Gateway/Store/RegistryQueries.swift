// What the registry asks its tables, as functions over a transaction of either kind.

package import Database
package import GatewayRules
package import Vocabulary

/// A page of a list: rows after a place, at most so many.
package struct RegistryPage: Sendable, Equatable {
  /// Rows are listed by their id, or by the version that issued them; this one is the last already seen.
  package let after: String
  package let limit: Int

  package init(after: String, limit: Int) {
    self.after = after
    self.limit = limit
  }
}

extension SQLReading where Self: ~Copyable {
  /// How many changes the registry has seen.
  package func registryVersion() throws -> Int64 {
    guard let row = try queryOne("SELECT version FROM registry_version WHERE id = 1") else {
      throw RegistryDamage(place: "registry_version")
    }
    return try row[0]
  }

  package func isRegistryEmpty() throws -> Bool {
    try query("SELECT code FROM departments ORDER BY code LIMIT 1").isEmpty
  }

  package func department(_ code: DepartmentCode) throws -> RegisteredDepartment? {
    try queryOne(
      "SELECT \(RegistryColumns.department) FROM departments WHERE code = ?1", [code.text]
    ).map { try RegisteredDepartment(row: $0) }
  }

  /// The authority of a level and region, if one is registered.
  package func authority(
    at level: AdministrativeLevel, of region: RegionCode
  ) throws -> RegisteredDepartment? {
    try query(
      """
      SELECT \(RegistryColumns.department) FROM departments
      WHERE level = ?1 AND region = ?2 AND authority IS NULL ORDER BY code LIMIT 1
      """, [level.rawValue, region.text]
    ).first.map { try RegisteredDepartment(row: $0) }
  }

  package func departments(_ page: RegistryPage) throws -> [RegisteredDepartment] {
    try query(
      """
      SELECT \(RegistryColumns.department) FROM departments
      WHERE code > ?1 ORDER BY code LIMIT ?2
      """, [page.after, page.limit]
    ).map { try RegisteredDepartment(row: $0) }
  }

  /// The bodies that name a department as their authority.
  /// Every department; a node has hundreds.
  package func allDepartments() throws -> [RegisteredDepartment] {
    try query("SELECT \(RegistryColumns.department) FROM departments ORDER BY code")
      .map { try RegisteredDepartment(row: $0) }
  }

  package func departments(under authority: DepartmentCode) throws -> [RegisteredDepartment] {
    try query(
      "SELECT \(RegistryColumns.department) FROM departments WHERE authority = ?1 ORDER BY code",
      [authority.text]
    ).map { try RegisteredDepartment(row: $0) }
  }

  /// What was corrected of a department, the oldest first.
  package func corrections(of department: DepartmentCode) throws -> [DepartmentCorrection] {
    try query(
      """
      SELECT field, former, corrected, reason, actor, time FROM corrections
      WHERE department = ?1 ORDER BY position
      """, [department.text]
    ).map { row in
      guard let field = DepartmentField(rawValue: try row[0]) else {
        throw RegistryDamage(place: "corrections \(department)")
      }
      return DepartmentCorrection(
        field: field, former: try row[1], corrected: try row[2], reason: try row[3],
        actor: try row[4], time: Instant(milliseconds: try row[5]))
    }
  }

  package func system(
    _ department: DepartmentCode, _ name: SystemName
  ) throws -> RegisteredSystem? {
    try queryOne(
      "SELECT \(RegistryColumns.system) FROM systems WHERE department = ?1 AND name = ?2",
      [department.text, name.text]
    ).map { try RegisteredSystem(row: $0) }
  }

  package func systems(
    of department: DepartmentCode, _ page: RegistryPage
  ) throws -> [RegisteredSystem] {
    try query(
      """
      SELECT \(RegistryColumns.system) FROM systems
      WHERE department = ?1 AND name > ?2 ORDER BY name LIMIT ?3
      """, [department.text, page.after, page.limit]
    ).map { try RegisteredSystem(row: $0) }
  }

  package func run(_ department: DepartmentCode, _ name: RunName) throws -> ScheduledRun? {
    try queryOne(
      "SELECT \(RegistryColumns.run) FROM scheduled_runs WHERE department = ?1 AND name = ?2",
      [department.text, name.text]
    ).map { try ScheduledRun(row: $0) }
  }

  package func runs(
    of department: DepartmentCode, _ page: RegistryPage
  ) throws -> [ScheduledRun] {
    try query(
      """
      SELECT \(RegistryColumns.run) FROM scheduled_runs
      WHERE department = ?1 AND name > ?2 ORDER BY name LIMIT ?3
      """, [department.text, page.after, page.limit]
    ).map { try ScheduledRun(row: $0) }
  }

  package func person(_ department: DepartmentCode, _ id: PersonID) throws -> RegisteredPerson? {
    try queryOne(
      "SELECT \(RegistryColumns.person) FROM persons WHERE department = ?1 AND id = ?2",
      [department.text, id.text]
    ).map { try RegisteredPerson(row: $0) }
  }

  package func persons(
    of department: DepartmentCode, _ page: RegistryPage
  ) throws -> [RegisteredPerson] {
    try query(
      """
      SELECT \(RegistryColumns.person) FROM persons
      WHERE department = ?1 AND id > ?2 ORDER BY id LIMIT ?3
      """, [department.text, page.after, page.limit]
    ).map { try RegisteredPerson(row: $0) }
  }

  /// Every person of a department; departments are small.
  package func persons(of department: DepartmentCode) throws -> [RegisteredPerson] {
    try query(
      "SELECT \(RegistryColumns.person) FROM persons WHERE department = ?1 ORDER BY id",
      [department.text]
    ).map { try RegisteredPerson(row: $0) }
  }

  package func certificate(serial: String) throws -> RegisteredCertificate? {
    try queryOne(
      "SELECT \(RegistryColumns.certificate) FROM certificates WHERE serial = ?1", [serial]
    ).map { try RegisteredCertificate(row: $0) }
  }

  package func certificate(fingerprint: [UInt8]) throws -> RegisteredCertificate? {
    try queryOne(
      "SELECT \(RegistryColumns.certificate) FROM certificates WHERE fingerprint = ?1",
      [fingerprint]
    ).map { try RegisteredCertificate(row: $0) }
  }

  /// Whether a subject has a certificate that is neither ended nor revoked.
  package func isCertified(_ subject: Principal, now: Instant) throws -> Bool {
    try queryOne(
      """
      SELECT 1 FROM certificates WHERE department = ?1 AND subject = ?2
        AND not_after > ?3 AND revoke_time IS NULL LIMIT 1
      """, [subject.department.text, subject.name, now.milliseconds]) != nil
  }

  /// How many good certificates a subject has that began after one of them.
  package func laterCertificates(than one: RegisteredCertificate, now: Instant) throws -> Int {
    let row = try queryOne(
      """
      SELECT COUNT(*) FROM certificates WHERE department = ?1 AND subject = ?2
        AND not_before > ?3 AND not_after > ?4 AND revoke_time IS NULL
      """,
      [
        one.subject.department.text, one.subject.name, one.notBefore.milliseconds,
        now.milliseconds,
      ])
    let count: Int64 = try row?[0] ?? 0
    return Int(count)
  }

  /// The certificates of a department in the order of their issue, with the version that issued each.
  ///
  /// - Parameter subject: Only those of one person or system, where given.
  package func certificates(
    of department: DepartmentCode, subject: Principal?, after: Int64, limit: Int
  ) throws -> [(certificate: RegisteredCertificate, issued: Int64)] {
    try query(
      """
      SELECT \(RegistryColumns.certificate), issued FROM certificates
      WHERE department = ?1 AND issued > ?2 AND (?3 = '' OR subject = ?3)
      ORDER BY issued LIMIT ?4
      """, [department.text, after, subject?.name ?? "", limit]
    ).map { (try RegisteredCertificate(row: $0), try $0[8]) }
  }

  /// Every row that is newer than a version, for a snapshot to take in.
  package func registryChanges(
    after version: Int64, _ body: (RegistryChange) throws -> Void
  ) throws {
    try forEach(
      "SELECT \(RegistryColumns.department) FROM departments WHERE version > ?1", [version]
    ) { try body(.department(RegisteredDepartment(row: $0))) }
    try forEach(
      "SELECT \(RegistryColumns.system) FROM systems WHERE version > ?1", [version]
    ) { try body(.system(RegisteredSystem(row: $0))) }
    try forEach(
      "SELECT \(RegistryColumns.person) FROM persons WHERE version > ?1", [version]
    ) { try body(.person(RegisteredPerson(row: $0))) }
    try forEach(
      "SELECT \(RegistryColumns.certificate) FROM certificates WHERE version > ?1", [version]
    ) { try body(.certificate(RegisteredCertificate(row: $0))) }
    try forEach(
      "SELECT \(RegistryColumns.run) FROM scheduled_runs WHERE version > ?1", [version]
    ) { try body(.run(ScheduledRun(row: $0))) }
  }
}

extension WriteTransaction {
  /// Puts corrections of a department on record; what is there stays.
  package func record(
    _ corrections: [DepartmentCorrection], of department: DepartmentCode
  ) throws {
    let first = try self.corrections(of: department).count
    try execute(
      """
      INSERT INTO corrections (department, position, field, former, corrected, reason, actor, time)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
      """,
      each: corrections.enumerated().map { position, correction in
        [
          .text(department.text), .integer(Int64(first + position)),
          .text(correction.field.rawValue), .text(correction.former), .text(correction.corrected),
          .text(correction.reason), .text(correction.actor),
          .integer(correction.time.milliseconds),
        ]
      })
  }

  /// The version that the rows written next will bear.
  package func nextRegistryVersion() throws -> Int64 {
    try execute("UPDATE registry_version SET version = version + 1 WHERE id = 1")
    return try registryVersion()
  }

  /// Writes a row under a version.
  ///
  /// - Returns: The row as it is kept.
  package func save(_ change: RegistryChange, version: Int64) throws -> RegistryChange {
    switch change {
    case .department(var row):
      row.version = version
      try execute(
        upsert("departments", RegistryColumns.department, keys: ["code"]), row.arguments)
      return .department(row)
    case .system(var row):
      row.version = version
      try execute(
        upsert("systems", RegistryColumns.system, keys: ["department", "name"]), row.arguments)
      return .system(row)
    case .person(var row):
      row.version = version
      try execute(
        upsert("persons", RegistryColumns.person, keys: ["department", "id"]), row.arguments)
      return .person(row)
    case .certificate(var row):
      row.version = version
      try execute(
        """
        INSERT INTO certificates (fingerprint, serial, subject, not_before, not_after,
          revoke_reason, revoke_time, version, department, issued)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?8)
        ON CONFLICT (fingerprint) DO UPDATE SET revoke_reason = excluded.revoke_reason,
          revoke_time = excluded.revoke_time, version = excluded.version
        """,
        [
          row.fingerprint, row.serial, row.subject.name, row.notBefore.milliseconds,
          row.notAfter.milliseconds, row.revocation?.reason, row.revocation?.time.milliseconds,
          row.version, row.subject.department.text,
        ])
      return .certificate(row)
    case .run(var row):
      row.version = version
      try execute(
        upsert("scheduled_runs", RegistryColumns.run, keys: ["department", "name"]),
        row.arguments)
      return .run(row)
    }
  }

  private func upsert(_ table: String, _ columns: String, keys: [String]) -> String {
    let names = columns.split(separator: ",").map { $0.drop { $0 == " " } }.map(String.init)
    let marks = names.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
    let updates = names.filter { !keys.contains($0) }.map { "\($0) = excluded.\($0)" }
    return """
      INSERT INTO \(table) (\(columns)) VALUES (\(marks))
      ON CONFLICT (\(keys.joined(separator: ", "))) DO UPDATE SET \(updates.joined(separator: ", "))
      """
  }
}
