// The catalogue behind its generated protocol, with a real store: what the handler suites call.

import Access
import CatalogHandlers
import CatalogStore
import Contracts
import Crypto
import Database
import Integrity
import RPC
import Regulation
import Synchronization
import TestSupport
import Testing
import Vocabulary

/// Lets a caller in who is named in the call's metadata, and judges its roles as a service does.
private struct NamedCaller: Admission {
  func admit(_ context: ServerContext, _ access: MethodAccess) throws(Status) -> CallContext {
    let parts = (context.metadata["test-caller"] ?? "").split(separator: " ").map(String.init)
    func call(_ origin: CallContext.Origin) -> CallContext {
      CallContext(
        origin: origin, callID: String(repeating: "0", count: 32), entryMethod: context.path,
        deadline: nil, language: .english, rpc: context)
    }
    if access.isOnOwnAccount { return call(.service("ingest")) }
    guard let who = namedPerson(parts.first ?? ""), let system = SystemName("workstation") else {
      throw Status(.unauthenticated)
    }
    let named = Caller(
      department: who.department, system: system, person: who.person, isPersonCertificate: true,
      roles: Set(parts.dropFirst().compactMap(Role.init(rawValue:))), certificateHash: [])
    guard let caller = try? CatalogCalls.persons().certified(named) else {
      throw Status(.unauthenticated)
    }
    guard access.roles.isEmpty || !access.roles.isDisjoint(with: caller.roles) else {
      throw Status(.permissionDenied)
    }
    return call(.caller(caller))
  }
}

/// The department and person of `civil-affairs/wu dept-officer`; li where none is named.
private func namedPerson(_ text: String) -> (department: DepartmentCode, person: PersonID)? {
  let name = (text.split(separator: " ").first ?? "").split(separator: "/").map(String.init)
  guard let department = DepartmentCode(name.first ?? ""),
    let person = PersonID(name.count > 1 ? name[1] : "li")
  else { return nil }
  return (department, person)
}

/// What the other services tell of departments in a test.
final class ToldFigures: Sendable {
  private let told = Mutex<[String: DepartmentFigures]>([:])

  func told(of department: DepartmentCode) -> DepartmentFigures {
    told.withLock { $0[department.text] ?? DepartmentFigures() }
  }

  func set(_ department: String, _ change: (inout DepartmentFigures) -> Void) {
    told.withLock { change(&$0[department, default: DepartmentFigures()]) }
  }
}

/// Remembers what was refused.
final class RefusalNotes: RefusalRecorder {
  private let notes = Mutex<[String]>([])
  var reasons: [String] { notes.withLock { $0 } }

  func record(principal: String, method: String, reason: String) async {
    notes.withLock { $0.append(reason) }
  }
}

/// A catalogue of its own for one test.
struct CatalogCalls {
  let database: SQLDatabase
  let server: CatalogServer
  private let means: Means
  let client: CatalogV1.CatalogClient
  /// The public root key of its node, as text.
  let rootKey: String
  let clock = TestClock(CatalogWorld.noon)
  let refusals = RefusalNotes()
  /// What Ingest and Feedback tell of departments.
  let figures = ToldFigures()
  private let folder: TemporaryFolder
  private let place: TestDatabase

  /// - Parameters:
  ///   - key: The profile that governs everything; `nil` for the node's own governance.
  ///   - row: Of that profile, with what stands in its place.
  ///   - hasProvince: Whether an authority above the city's is registered.
  ///   - registry: Changes what the registry says of a department.
  init(
    _ backend: Backend = .sqlite, under key: String? = nil,
    replacing row: (old: String, new: String) = ("", ""), hasProvince: Bool = false,
    domain: String = "weir.test",
    registry: @escaping @Sendable (inout RegistryV1.Department) -> Void = { _ in }
  ) async throws {
    folder = try TemporaryFolder()
    place = try TestDatabase(backend)
    let random = SeededRandom(seed: domain == "weir.test" ? 7 : 8)
    let signer = try NoteSigner(
      name: KeyList.evidenceName(domain, service: "catalog"),
      key: try Ed25519PrivateKey(random: random))
    let root = try NoteSigner(
      name: KeyList.rootName(domain), key: try Ed25519PrivateKey(random: random))
    rootKey = root.verifier.text
    let keyList = try KeyList(
      domain: domain, number: 1, issuedAt: 0,
      entries: [KeyList.Entry(verifier: signer.verifier, notBefore: 0)]
    ).signed(by: root)
    let outbox = OutboxConfiguration(
      service: "catalog", replica: "r1", signer: signer,
      keyring: try Keyring(folder: folder.path("keys"), creates: true, random: random),
      random: random)
    database = try await place.open(schema: catalogSchema, outbox: outbox)
    means = Means(
      database: database, keyList: keyList, signer: signer, refusals: refusals, now: clock.now,
      directory: { code in
        var department = try CatalogCalls.department(code, hasProvince: hasProvince)
        registry(&department)
        return department
      }, figures: figures)
    server = try means.server(
      under: try key.map {
        try CatalogWorld.profiles(under: $0, replacing: row.old, by: row.new)
      } ?? CatalogWorld.profiles(),
      on: try CatalogWorld.calendar())
    client = Self.client(of: server)
  }

  /// What a server is made from, whatever the law.
  private struct Means {
    let database: SQLDatabase
    let keyList: SignedNote
    let signer: NoteSigner
    let refusals: RefusalNotes
    let now: @Sendable () -> Instant
    var directory: DepartmentDirectory
    let figures: ToldFigures

    func server(
      under profiles: ProfileSet, on calendar: WorkingCalendar
    ) throws -> CatalogServer {
      let persons = try CatalogCalls.persons()
      return CatalogServer(
        database: database, profiles: profiles, calendar: calendar,
        taxonomies: try CatalogWorld.taxonomies(), directory: directory,
        isActiveSystem: { $0.hasSuffix("/systems/registers") },
        figures: { [figures] in figures.told(of: $0) }, keyList: keyList,
        signer: signer, refusals: refusals,
        decisions: DecisionCheck(
          trust: ServiceTrust(roots: CertificateTrust(roots: [persons.root])),
          domain: persons.domain, now: persons.now), now: now)
    }
  }

  private static let made = Result { TestPersons(try TestPKI()) }

  /// The people of all catalogues of these tests.
  static func persons() throws -> TestPersons { try made.get() }

  /// Another server on the same database, as after a restart under other law.
  func restarted(
    under profiles: ProfileSet? = nil, on calendar: WorkingCalendar? = nil,
    in region: String? = nil
  ) throws -> CatalogServer {
    var means = means
    if let region {
      let directory = means.directory
      means.directory = { code in
        var department = try await directory(code)
        department.region = region
        return department
      }
    }
    return try means.server(
      under: try profiles ?? CatalogWorld.profiles(),
      on: try calendar ?? CatalogWorld.calendar())
  }

  /// What a server answers, called as the catalogue's other server is.
  static func client(of server: CatalogServer) -> CatalogV1.CatalogClient {
    CatalogV1.CatalogClient(
      SigningTransport(over: transport(to: server), mayBeDone: true) { statement, options in
        let caller = namedPerson(options.metadata["test-caller"] ?? "")
        guard let caller else { throw Status(.unauthenticated) }
        return try persons().sign(statement, as: caller.person, of: caller.department)
      })
  }

  /// What a streamed import answers; its call is made as the others are.
  func importing(
    _ part: CatalogV1.CataloguePart, as caller: String
  ) async throws -> CatalogV1.ImportLevelCatalogueResponse {
    let path = "/weir.catalog.v1.Catalog/ImportLevelCatalogue"
    let context = ServerContext(
      path: path, metadata: options(caller).metadata,
      peer: Peer(address: "127.0.0.1", certificate: nil), deadline: nil, isJSON: false)
    let access = try #require(AccessTable.all[path])
    let call = try NamedCaller().admit(context, access)
    let parts = Mutex([part])
    return try await server.importLevelCatalogue(
      MessageReader { parts.withLock { $0.popLast() } }, call)
  }

  /// To a server, signing nothing.
  static func transport(to server: CatalogServer) -> LocalTransport {
    LocalTransport(methods(server, admission: NamedCaller()))
  }

  private static func department(
    _ code: DepartmentCode, hasProvince: Bool
  ) throws -> RegistryV1.Department {
    if code.text == "province-bureau", hasProvince {
      return RegistryV1.Department(
        name: "departments/province-bureau", level: .province, region: "440000", kinds: ["主管"])
    }
    let kinds = [
      "civil-affairs": "民政", "health": "卫生健康", "police": "公安", "data-bureau": "主管",
      "county-affairs": "民政", "county-bureau": "主管", "population-base": "公安",
      "staffing": "编办", "development": "发改", "finance": "财政",
    ]
    guard let kind = kinds[code.text] else { throw Status(.notFound) }
    let isCounty = code.text.hasPrefix("county")
    let authority = isCounty ? "county-bureau" : "data-bureau"
    return RegistryV1.Department(
      name: "departments/\(code.text)", level: isCounty ? .county : .city,
      region: isCounty ? "441424" : "441400", kinds: [kind, "发证机构"],
      authority: code.text == authority ? "" : "departments/\(authority)",
      superior: code.text == "county-bureau"
        ? "departments/data-bureau"
        : code.text == "data-bureau" && hasProvince ? "departments/province-bureau" : "",
      regionalRoles: isCounty
        ? []
        : [
          RegistryV1.RegionalRole(
            role: "population-base-administrator", departments: ["departments/population-base"])
        ])
  }

  /// - Parameter caller: A department, its person if not li, and roles: `civil-affairs/wu dept-officer`.
  func options(_ caller: String) -> CallOptions {
    var options = CallOptions()
    options.metadata.append("test-caller", caller)
    return options
  }

  /// All entries of the log, by topic in order, with their payloads.
  func log() async throws -> [(topic: String, payload: JSONValue)] {
    try await #require(database.outbox).read(after: 0, limit: 500).map {
      ($0.topic, try CanonicalJSON.decodeCanonical($0.leaf.payload))
    }
  }

  /// The newest entry of a topic.
  func logged(_ topic: String) async throws -> JSONValue {
    try #require(try await log().last { $0.topic == topic }).payload
  }

  static let officer = "civil-affairs dept-officer"
  static let authority = "data-bureau authority"

  /// The cremation register as a department sends it.
  static func entry(_ change: (inout CatalogV1.Entry) -> Void = { _ in }) -> CatalogV1.Entry {
    var entry = CatalogV1.Entry()
    entry.title = "火化记录"
    entry.category = "death.cremation"
    entry.resourceClass = "specific_population"
    entry.collectingDepartment = "departments/civil-affairs"
    entry.approvingDepartment = "departments/civil-affairs"
    entry.providingDepartment = "departments/civil-affairs"
    entry.dataForm = "text"
    entry.sharedContent = "火化登记信息"
    entry.shareType = .unconditional
    entry.shareScope = "全市政务部门"
    entry.openAttribute = "not_open"
    entry.updateFrequency = "daily"
    entry.origin = .selfBuilt
    entry.secrecy = .notSecret
    entry.acquisitionMode = "by_law"
    entry.acquisitionBasis = .init(kind: .law, title: "中华人民共和国社区矫正法", article: "第五条")
    entry.necessity = "核验待遇领取资格所必需"
    entry.items = [
      CatalogV1.Item(
        name: "id-number", title: "身份证号码", type: .personID, role: .subject, required: true),
      CatalogV1.Item(
        name: "name", title: "姓名", type: .personName, role: .subjectName, required: true),
      CatalogV1.Item(
        name: "cremated", title: "火化日期", type: .date, role: .eventDate, required: true),
    ]
    change(&entry)
    return entry
  }

  func draft(
    _ requestID: String, _ change: (inout CatalogV1.Entry) -> Void = { _ in }
  ) async throws -> CatalogV1.Entry {
    try await client.createEntry(
      CatalogV1.CreateEntryRequest(entry: Self.entry(change), requestID: requestID),
      options(Self.officer))
  }

  /// Submits, approves and publishes the newest version.
  func publish(_ name: String, _ requestID: String) async throws -> CatalogV1.Entry {
    _ = try await client.submitEntry(
      CatalogV1.SubmitEntryRequest(name: name, requestID: requestID + "-s"),
      options(Self.officer))
    _ = try await client.reviewEntry(
      CatalogV1.ReviewEntryRequest(
        name: name, decision: .approve, requestID: requestID + "-r", secrecyPassed: true),
      options(Self.authority))
    return try await client.publishEntry(
      CatalogV1.PublishEntryRequest(name: name, requestID: requestID + "-p"),
      options(Self.authority))
  }
}

/// The status that a call ends with.
func status(_ body: () async throws -> Void) async -> Status? {
  do {
    try await body()
    return nil
  } catch {
    return error as? Status
  }
}
