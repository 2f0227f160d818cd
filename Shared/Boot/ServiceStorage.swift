// A service's keys and database, opened as the configuration says.

package import Crypto
package import Database
package import Integrity

/// The keys of a service and the evidence around them.
package struct ServiceKeys: Sendable {
  package let keyring: Keyring
  /// Signs this service's evidence, as `<domain>/<service>/evidence`.
  package let signer: NoteSigner
  /// The evidence key itself, for what is signed outside notes: Share's grants.
  package let evidenceKey: Ed25519PrivateKey
  /// The key list as the offline root signed it, which goes with every receipt.
  package let keyListNote: SignedNote
  package let keyList: KeyList
  /// The offline root that signed the list.
  package let root: NoteVerifier

  /// The public evidence keys of a service that are in use: whom this process believes today. One whose term a list has ended
  /// may have leaked.
  package func publicKeys(of service: String, domain: String) -> [Ed25519PublicKey] {
    keyList.entries(named: KeyList.evidenceName(domain, service: service))
      .filter { $0.notAfter == nil }.map(\.verifier.key)
  }

  /// Opens the keyring, the evidence key and the key list of a configuration.
  ///
  /// - Parameter creates: Whether an empty keyring is made where there is none.
  /// - Throws: What is wrong with a file, with its path; a key list that the root did not sign, or that does not name this
  ///   service's key: nobody could verify what it signs.
  package init(
    _ configuration: ServiceConfiguration, random: any RandomSource, creates: Bool = true
  ) throws {
    let files = configuration.evidence
    evidenceKey = try Ed25519PrivateKey(pem: try readText(files.signingKey))
    signer = try NoteSigner(
      name: KeyList.evidenceName(configuration.domain, service: configuration.service),
      key: evidenceKey)
    root = try NoteVerifier(text: firstLine(try readText(files.rootPublicKey)))
    keyListNote = try SignedNote(try readText(files.keyList))
    keyList = try KeyList(verifying: keyListNote, by: root)
    let listed = keyList.entries(named: signer.verifier.name)
      .filter { $0.notAfter == nil }.map(\.verifier)
    guard listed.contains(signer.verifier) else {
      throw ConfigurationError.malformed(
        path: files.keyList,
        detail: "does not name the key '\(signer.verifier.name)'; sign a new one: weir pki keylist")
    }
    keyring = try Keyring(
      folder: configuration.keysFolder, master: configuration.masterKey?.open(random: random),
      creates: creates, random: random)
  }

  /// Signs the log's checkpoints, with the same key under the log's name. No text is both a group of entries and a
  /// checkpoint, so neither signature serves for the other.
  package func logSigner() throws -> NoteSigner {
    try NoteSigner(name: KeyList.auditName(keyList.domain), key: evidenceKey)
  }
}

extension ServiceConfiguration {
  /// Where the service's database lies: on PostgreSQL where that is named, else in the data folder.
  package var databaseLocation: DatabaseLocation {
    if let postgres { return .postgres(connectionString: postgres) }
    return .sqlite(path: "\(dataFolder)/\(service).sqlite")
  }

  /// Where Ingest's mapping store lies, apart from the records (AC-33).
  package var identityLocation: DatabaseLocation {
    if let identityPostgres { return .postgres(connectionString: identityPostgres) }
    return .sqlite(path: "\(dataFolder)/identity.sqlite")
  }

  /// What leases call this process: a name of its folder, for two machines may call theirs alike. The same after a restart.
  ///
  /// A database that lies in the folder is guarded by the folder's lock; a lease that a backup of it holds keeps nobody out.
  ///
  /// - Parameter file: Where the name is kept.
  package func holder(file: String, random: any RandomSource) throws -> String {
    guard postgres != nil else { return "folder" }
    let path = "\(dataFolder)/\(file)"
    if !Files.exists(path) {
      try Files.write(Hex.encode(random.bytes(8)), to: path, isPrivate: false)
    }
    return "\(dataFolder)#\(String(decoding: try readBytes(path), as: UTF8.self))"
  }
}

extension ServiceEnvironment {
  /// Opens this service's keys; throws as ``ServiceKeys/init(_:random:)`` does.
  package func openKeys() throws -> ServiceKeys {
    try ServiceKeys(configuration, random: random)
  }

  /// Opens the service's database with its outbox: SQLite in the data folder, or PostgreSQL where the configuration says so.
  ///
  /// - Parameters:
  ///   - consumers: Services besides Audit that must have an event before it is deleted.
  ///   - requiresAudit: Whether data calls wait for Audit's first answer; false in Audit itself.
  ///   - writersTakeTurns: Whether replicas over one database write one after the other.
  package func openDatabase(
    schema: [SchemaStep], keys: ServiceKeys, consumers: [String] = [], requiresAudit: Bool = true,
    writersTakeTurns: Bool = false
  ) async throws -> SQLDatabase {
    try Files.makeFolder(configuration.dataFolder)
    var outbox = OutboxConfiguration(
      service: configuration.service, replica: "r\(configuration.replica)", signer: keys.signer,
      keyring: keys.keyring, random: random)
    outbox.consumers = consumers
    outbox.requiresAudit = requiresAudit
    outbox.limits.uncoveredEntries = configuration.limits.outboxEntries
    outbox.limits.uncoveredAgeSeconds = configuration.limits.outboxAgeSeconds
    var options = DatabaseOptions()
    options.name = configuration.service
    options.writersTakeTurns = writersTakeTurns
    let database = try await SQLDatabase.open(
      configuration.databaseLocation, schema: schema, options: options, outbox: outbox,
      now: clock.real)
    metrics.add(database: configuration.service, database, now: clock.real)
    return database
  }
}

private func firstLine(_ text: String) -> String {
  String(text.prefix { $0 != "\n" })
}
