// Ingest as the rest of the city calls it: what its methods are made from.

package import Access
package import Contracts
package import Crypto
package import Database
package import IngestRules
import IngestStore
package import Integrity
package import Regulation
package import Vocabulary

/// Batches of records, their quality, and the one place where a sealed record is opened. One method, one file.
package struct IngestService: IngestV1.IngestService {
  /// What the service needs from outside.
  package struct Dependencies: Sendable {
    /// Records, sealed, with quota and outbox.
    package var database: SQLDatabase
    /// Salts, in a database of their own.
    package var identity: SQLDatabase
    package var keyring: Keyring
    /// Where token keys lie, each in its own file.
    package var tokenKeysFolder: String
    /// Where token indexes lie; derived, rebuilt at will.
    package var indexFolder: String
    package var catalog: CatalogV1.CatalogClient
    /// What the registry knows of a department: whose people decide is not taken from the catalogue, nor from Share.
    package var directory: @Sendable (DepartmentCode) async throws -> RegistryV1.Department
    /// What the registry knows of a certificate, by its SHA-256; NOT_FOUND for one that it never had.
    package var certificate: @Sendable ([UInt8]) async throws -> RegistryV1.CertificateStanding
    private let lawNow: LawNow
    /// The law in use at this moment: a version that was imported counts from the next look on.
    package var profiles: ProfileSet { lawNow.profiles }
    package var calendar: WorkingCalendar { lawNow.calendar }
    /// Share's evidence keys, newest terms included: whose grants are believed.
    package var grantKeys: [Ed25519PublicKey]
    /// The domain's key list, which goes with every receipt.
    package var keyList: SignedNote
    package var random: any RandomSource
    /// Civil time: grants, quotas, entries.
    package var civil: @Sendable () -> Instant
    /// Real time: the age of keys.
    package var real: @Sendable () -> Instant
    /// Throws while no data may leave, because the evidence of it could not be kept.
    package var admitData: @Sendable () throws -> Void
    /// Whether every end of a grant that Share wrote more than a second ago is known here.
    package var knowsGrants: @Sendable () async -> Bool = { true }
    package var recorder: (any RefusalRecorder)?
    /// Holds what reviewers signed to the departments' root.
    package var decisions: DecisionCheck
    package var computeThreads = 2
    /// Of registers that get their first keys, and of rotations that name none.
    package var sealing = SealSuite.aes256GCM
    /// How often the node is backed up and how many of them stay; `nil` where nothing is planned.
    package var backups: BackupTerm?
    /// Where it is told until when backups hold what was destroyed; `nil` for nowhere.
    package var lapsesFile: String?
    /// How many blocks one step seals anew: some 8,000 rows.
    package var resealedBlocks = 256
    /// This process among several over one database; `nil` where it is the only one.
    package var replica: Replica?

    /// - Parameter profiles: Asked at each use, as is the calendar.
    package init(
      database: SQLDatabase, identity: SQLDatabase, keyring: Keyring, tokenKeysFolder: String,
      indexFolder: String, catalog: CatalogV1.CatalogClient,
      directory: @escaping @Sendable (DepartmentCode) async throws -> RegistryV1.Department,
      certificate: @escaping @Sendable ([UInt8]) async throws -> RegistryV1.CertificateStanding,
      profiles: @autoclosure @escaping @Sendable () -> ProfileSet,
      calendar: @autoclosure @escaping @Sendable () -> WorkingCalendar,
      grantKeys: [Ed25519PublicKey], keyList: SignedNote,
      random: any RandomSource, civil: @escaping @Sendable () -> Instant,
      real: @escaping @Sendable () -> Instant, admitData: @escaping @Sendable () throws -> Void,
      decisions: DecisionCheck
    ) {
      self.database = database
      self.identity = identity
      self.keyring = keyring
      self.tokenKeysFolder = tokenKeysFolder
      self.indexFolder = indexFolder
      self.catalog = catalog
      self.directory = directory
      self.certificate = certificate
      lawNow = LawNow(profiles: profiles, calendar: calendar)
      self.grantKeys = grantKeys
      self.keyList = keyList
      self.random = random
      self.civil = civil
      self.real = real
      self.admitData = admitData
      self.decisions = decisions
    }
  }

  let outside: Dependencies
  let keys: RegisterKeys
  let shelf: IndexShelf
  let pool: ComputePool
  let commits = EntryTurns()
  let destructions = EntryTurns()
  let followedKeys = FollowedKeys()
  let grants = CheckedGrants()
  let canaries = Canaries()
  /// Registers whose rows are not those that were committed; found at the start.
  let damaged = DamagedRegisters()

  var database: SQLDatabase { outside.database }
  var identity: SQLDatabase { outside.identity }

  package init(_ outside: Dependencies) throws {
    self.outside = outside
    pool = ComputePool(threadCount: outside.computeThreads)
    keys = try RegisterKeys(
      keyring: outside.keyring, tokenFolder: outside.tokenKeysFolder, suite: outside.sealing,
      random: outside.random,
      real: outside.real)
    shelf = try IndexShelf(folder: outside.indexFolder, database: outside.database)
  }

  /// The civil day on which something happens now.
  var today: CivilDate { outside.civil().civilDate }

  /// An entry of the outbox: who did what to which thing, when.
  func event(_ call: CallContext, _ members: [(String, JSONValue)]) -> JSONValue {
    .object(
      JSONObject(
        members + call.statedMembers + [
          ("time", .integer(outside.civil().milliseconds)), ("call", .string(call.callID)),
          ("actor", .string(call.principal)),
        ]))
  }

  func receipt(_ evidence: CommittedEvidence?) -> CommonV1.Receipt? {
    evidence?.receipts(keys: outside.keyList).first.map { receipt($0) }
  }

  func receipt(_ receipt: Receipt) -> CommonV1.Receipt {
    CommonV1.Receipt(json: receipt.encoded(), leaf: receipt.leaf.commitment)
  }
}
