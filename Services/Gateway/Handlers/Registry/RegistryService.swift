// The registry's methods: what they share. Each group of methods has a file of its own.

package import Access
import Contracts
import Crypto
import Database
package import GatewayRules
package import GatewayStore
import RPC
package import Vocabulary

/// weir.registry.v1 at the gateway.
package struct RegistryService: Sendable {
  let store: RegistryStore
  let directory: RegistryDirectory
  let following: RegistryFollowing?
  let desk: IssuingDesk
  private let demandNow: @Sendable () -> ActivationDemand?
  let law: LawDesk
  let seals: SealDesk
  let refusals: RefusalQueue
  /// What persons sign is held to the departments' root.
  let decisions: DecisionCheck
  let civil: @Sendable () -> Instant
  let real: @Sendable () -> Instant

  /// - Parameters:
  ///   - demand: What a department must have before it may act (AC-91), by the node's governing document.
  ///   - civil: The time that stands beside what is registered.
  ///   - real: The time of certificates.
  package init(
    store: RegistryStore, directory: RegistryDirectory, following: RegistryFollowing?,
    desk: IssuingDesk,
    demand: @escaping @Sendable () -> ActivationDemand?, law: LawDesk, seals: SealDesk,
    refusals: RefusalQueue,
    decisions: DecisionCheck,
    civil: @escaping @Sendable () -> Instant, real: @escaping @Sendable () -> Instant
  ) {
    self.store = store
    self.directory = directory
    self.following = following
    self.desk = desk
    demandNow = demand
    self.law = law
    self.seals = seals
    self.refusals = refusals
    self.decisions = decisions
    self.civil = civil
    self.real = real
  }
}

extension RegistryService: RegistryV1.RegistryService {
  var demand: ActivationDemand? { demandNow() }
}

extension RegistryService {
  /// What certificates are issued with now.
  var issuing: CertificateIssuing { desk.issuing }
}

/// What a changing method has to say when its transaction ends.
struct RegistryOutcome<Reply: Message>: Sendable {
  var reply: Reply
  var rows: [RegistryChange]
  var event: RegistryEvent
}

extension RegistryService {
  /// Runs one change: in one transaction the manager's own rights are read, an earlier answer to the same request is
  /// looked up, the rule is asked, rows, event and answer are kept; then the directory takes the rows in, before anybody
  /// is answered.
  ///
  /// - Parameter reach: Asked before an earlier answer is given again, for the manager may have lost what the rule asks since.
  func change<Request: Message, Reply: Message>(
    _ request: Request, requestID: String, _ call: CallContext, reach: @escaping Reach,
    _ body:
      @escaping @Sendable (
        borrowing WriteTransaction, RegistryManager
      ) throws -> RegistryOutcome<Reply>
  ) async throws -> Reply {
    let caller = call.caller
    return try await change(
      request, requestID: requestID, call,
      again: { transaction in try reach(transaction, try transaction.manager(caller)) },
      { transaction in try body(transaction, try transaction.manager(caller)) })
  }

  /// The same for a change that needs no manager.
  ///
  /// - Parameter again: Asked before an earlier answer is given again.
  func change<Request: Message, Reply: Message>(
    _ request: Request, requestID: String, _ call: CallContext,
    again: @escaping @Sendable (borrowing WriteTransaction) throws -> Void,
    _ body:
      @escaping @Sendable (borrowing WriteTransaction) throws -> RegistryOutcome<Reply>
  ) async throws -> Reply {
    let now = civil()
    let key = try requestKey(requestID, call)
    let digest = SHA256.hash(try request.serialized())
    let outcome: RegistryOutcome<Reply> = try await store.database.write { transaction in
      switch try transaction.replay(of: key, digest: digest) {
      case .new: break
      case .conflict: throw RegistryRefusal.requestIDReused(key.requestID)
      case .same(let answer):
        try again(transaction)
        let event = RegistryEvent(topic: "registry.replayed", subject: key.requestID, fields: [])
        try transaction.append(topic: event.topic, payload: event.payload(call, now: now))
        return RegistryOutcome(
          reply: try Reply(serialized: answer ?? []), rows: [], event: event)
      }
      let outcome = try body(transaction)
      try transaction.append(
        topic: outcome.event.topic,
        payload: outcome.event.payload(call, now: now))
      try transaction.keep(answer: outcome.reply.serialized(), of: key)
      return outcome
    }
    directory.apply(outcome.rows)
    if let following, let version = outcome.rows.map(\.version).max() {
      try await following.waitForOthers(version)
    }
    return outcome.reply
  }

  /// Whether a manager reaches what a request is about, by what the registry says now.
  typealias Reach = @Sendable (borrowing WriteTransaction, RegistryManager) throws -> Void

  /// A department's systems, persons and certificates.
  func managing(_ code: DepartmentCode) -> Reach {
    { transaction, manager in
      try requireManagement(of: try transaction.known(code), by: manager)
    }
  }

  /// The department itself.
  func governing(_ code: DepartmentCode) -> Reach {
    { transaction, manager in
      try requireGovernment(of: try transaction.known(code), by: manager)
    }
  }

  /// A handler's body, its refusals recorded and its passing faults told.
  func answering<Reply>(
    _ call: CallContext, _ body: () async throws -> Reply
  ) async throws -> Reply {
    try await call.answering(refusals, body)
  }

  private func requestKey(
    _ requestID: String, _ call: CallContext
  ) throws -> RequestKey {
    guard !requestID.isEmpty else { throw RequestRefusal.requestIDMissing }
    guard requestID.utf8.count <= 64, requestID.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw RegistryRefusal.malformed(field: "request_id", .requestID)
    }
    return RequestKey(
      caller: call.principal, method: call.rpc.path, requestID: requestID)
  }
}

extension SQLReading where Self: ~Copyable {
  /// Who changes the registry, by what the registry says now: roles that were taken since the call was admitted are gone.
  func manager(_ caller: Caller) throws -> RegistryManager {
    guard let id = caller.person else { throw RegistryRefusal.unknown("person") }
    let department = try known(caller.department)
    let person = try known(caller.department, id)
    guard department.state == .active else { throw RegistryRefusal.disabled(department.name) }
    guard person.state == .active else { throw RegistryRefusal.disabled(person.principal.name) }
    return RegistryManager(
      department: department, person: id, roles: person.roles.intersection(caller.roles))
  }

  func known(_ code: DepartmentCode) throws -> RegisteredDepartment {
    guard let row = try department(code) else {
      throw RegistryRefusal.unknown(ResourceName.department(code).text)
    }
    return row
  }

  func known(_ department: DepartmentCode, _ id: PersonID) throws -> RegisteredPerson {
    guard let row = try person(department, id) else {
      throw RegistryRefusal.unknown(ResourceName.person(department, id).text)
    }
    return row
  }

  func known(_ department: DepartmentCode, _ name: SystemName) throws -> RegisteredSystem {
    guard let row = try system(department, name) else {
      throw RegistryRefusal.unknown(ResourceName.system(department, name).text)
    }
    return row
  }
}

// MARK: - Reading requests

/// `departments/d`.
func departmentCode(_ name: String, field: String) throws(RegistryRefusal) -> DepartmentCode {
  guard let resource = ResourceName(name, in: .departments), let code = DepartmentCode(resource.id)
  else { throw .malformed(field: field, .name) }
  return code
}

/// `departments/d/persons/p`.
func personName(
  _ name: String, field: String
) throws(RegistryRefusal) -> (DepartmentCode, PersonID) {
  guard case .person(let department, let id) = Principal(name) else {
    throw .malformed(field: field, .name)
  }
  return (department, id)
}

/// `departments/d/systems/s`.
func systemName(
  _ name: String, field: String
) throws(RegistryRefusal) -> (DepartmentCode, SystemName) {
  guard case .system(let department, let system) = Principal(name) else {
    throw .malformed(field: field, .name)
  }
  return (department, system)
}

func registryState(_ state: RegistryV1.State) throws(RegistryRefusal) -> RegistryState {
  switch state {
  case .active: .active
  case .disabled: .disabled
  default: throw .malformed(field: "state", .state)
  }
}

/// One page of a list: at most 1000 rows, 50 where the request names no size.
struct PageRequest: Sendable {
  static let standardSize: Int32 = 50
  static let largestSize: Int32 = 1000

  let limit: Int
  /// The key of the last row already seen; empty at the start.
  let after: String

  init(size: Int32, token: String) throws(RegistryRefusal) {
    guard size >= 0 else { throw .malformed(field: "page_size", .pageToken) }
    limit = Int(size == 0 ? Self.standardSize : min(size, Self.largestSize))
    guard let bytes = Base64.decode(token, .urlSafe),
      let text = String(validating: bytes, as: UTF8.self), text.utf8.count <= 64
    else { throw .malformed(field: "page_token", .pageToken) }
    after = text
  }

  /// The rows of this page, of one more than it holds, and the token of the next.
  func cut<Element>(
    _ rows: [Element], key: (Element) -> String
  ) -> (rows: [Element], next: String) {
    guard rows.count > limit else { return (rows, "") }
    let page = Array(rows.prefix(limit))
    return (page, page.last.map { Base64.encode(Array(key($0).utf8), .urlSafe) } ?? "")
  }

  /// What the store is asked: one row more, so that the last page knows it is the last.
  var page: RegistryPage { RegistryPage(after: after, limit: limit + 1) }
}
