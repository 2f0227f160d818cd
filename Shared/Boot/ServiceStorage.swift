// A service's keys and database, opened as the configuration says.

package import Crypto
package import Database
package import Integrity

/// The keys of a service and the evidence around them.
package struct ServiceKeys: Sendable {
  package let keyring: Keyring
  /// Signs this service's evidence.
  package let signer: NoteSigner
  /// The evidence key itself, for what is signed outside notes: Share's grants.
  package let evidenceKey: Ed25519PrivateKey
  /// The key list as the offline root signed it, which goes with every receipt.
  package let keyListNote: SignedNote
  package let keyList: KeyList

  /// The public evidence keys of a service, newest terms included: whom this process believes.
  package func publicKeys(of service: String, domain: String) -> [Ed25519PublicKey] {
    keyList.entries(named: evidenceName(of: service, domain: domain)).map(\.verifier.key)
  }
}

extension ServiceEnvironment {
  /// Opens the keyring, the evidence key and the key list.
  ///
  /// - Throws: What is wrong with a file, with its path; a key list that the root did not sign.
  package func openKeys() throws -> ServiceKeys {
    let key = try Ed25519PrivateKey(pem: try readText(configuration.evidence.signingKey))
    let root = try NoteVerifier(
      text: trimmed(try readText(configuration.evidence.rootPublicKey)))
    let note = try SignedNote(try readText(configuration.evidence.keyList))
    return ServiceKeys(
      keyring: try Keyring(folder: configuration.keysFolder, creates: true, random: random),
      signer: try NoteSigner(
        name: evidenceName(of: configuration.service, domain: configuration.domain), key: key),
      evidenceKey: key, keyListNote: note, keyList: try KeyList(verifying: note, by: root))
  }

  /// Opens the service's database with its outbox: SQLite in the data folder, or PostgreSQL where the configuration says so.
  ///
  /// - Parameters:
  ///   - consumers: Services besides Audit that must have an event before it is deleted.
  ///   - requiresAudit: Whether data calls wait for Audit's first answer; false in Audit itself.
  package func openDatabase(
    schema: [SchemaStep], keys: ServiceKeys, consumers: [String] = [], requiresAudit: Bool = true
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
    let location: DatabaseLocation =
      if let postgres = configuration.postgres {
        .postgres(connectionString: postgres)
      } else {
        .sqlite(path: "\(configuration.dataFolder)/\(configuration.service).sqlite")
      }
    return try await SQLDatabase.open(
      location, schema: schema, options: options, outbox: outbox, now: clock.real)
  }
}

private func trimmed(_ text: String) -> String {
  String(text.prefix { $0 != "\n" })
}
