// A grant as Share signs it and Ingest checks it, alone and years later.

package import Crypto
package import Integrity
package import Vocabulary

/// One condition on a row. All of a grant's must hold; a row that one hides answers exactly as an absent one.
package struct RowCondition: Hashable, Sendable {
  package enum Operator: String, Sendable, CaseIterable {
    case equal = "="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case oneOf = "in"
  }

  package let item: String
  package let comparison: Operator
  /// One value, or several for `in`.
  package let values: [String]

  package init(item: String, comparison: Operator, values: [String]) {
    self.item = item
    self.comparison = comparison
    self.values = values
  }
}

/// The roll that a grant lets be compared: the department's own, within these bounds.
package struct RollTerms: Hashable, Sendable {
  package let roll: String
  package let maxRows: Int
  package let maxGrowthPercent: Int
  /// `monthly`, `per-batch`.
  package let frequency: String

  package init(roll: String, maxRows: Int, maxGrowthPercent: Int, frequency: String) {
    self.roll = roll
    self.maxRows = maxRows
    self.maxGrowthPercent = maxGrowthPercent
    self.frequency = frequency
  }
}

/// Whom a grant lets data reach beyond the grantee's own use at home (AC-46, AC-48, AC-51).
package struct GrantRecipient: Hashable, Sendable {
  /// By which a call names it; the system's where it is one of the grantee.
  package let name: String
  /// A system of the grantee that stands abroad, rather than somebody else.
  package let isOwnSystem: Bool
  /// Never empty.
  package let items: [String]
  /// ISO 3166-1; empty for the mainland.
  package let region: String
  /// The last civil day on which the records behind it hold; `nil` for as long as the grant.
  package let until: CivilDate?

  package init(
    name: String, isOwnSystem: Bool, items: [String], region: String, until: CivilDate? = nil
  ) {
    self.name = name
    self.isOwnSystem = isOwnSystem
    self.items = items
    self.region = region
    self.until = until
  }
}

/// How granted data may be used.
package enum GrantMode: String, Sendable, CaseIterable {
  case lookup
  case comparison
}

/// What a grant says (meizhou-public-2023/22): who may have which items of which entry, for what, how, until when.
///
/// Its bytes are RFC 8785 JSON under Share's Ed25519 evidence key, over `weir-grant-v1\n` and the JSON. Whether it is still
/// in force is not in it: that is Share's state, which Ingest follows.
package struct GrantDocument: Hashable, Sendable {
  /// `grants/G-1`
  package let name: String
  /// `entries/E-1`
  package let entry: String
  package let entryVersion: Int
  package let source: DepartmentCode
  package let grantee: DepartmentCode
  /// Who decides beside the source, where the profile has somebody; `nil` where nobody is above.
  package let authority: DepartmentCode?
  /// Systems of the grantee that may use it; empty for all of them, the workstations of its people included (AC-41).
  package let systems: Set<SystemName>
  /// Names of items; never empty.
  package let items: [String]
  package let purpose: String
  package let scenario: String
  package let modes: Set<GrantMode>
  /// The last civil day of use.
  package let until: CivilDate
  package let rows: [RowCondition]
  package let roll: RollTerms?
  /// Distinct subjects a civil day.
  package let dailySubjects: Int
  /// The profile under which it was given, `meizhou-public-2023@1+…`.
  package let profile: String
  /// `applications/A-1`; empty for a subscription to an unconditional entry.
  package let application: String
  package let issued: Instant
  /// Nobody but these, and each for its items alone.
  package let recipients: [GrantRecipient]

  package init(
    name: String, entry: String, entryVersion: Int, source: DepartmentCode,
    grantee: DepartmentCode, items: [String], purpose: String, scenario: String,
    modes: Set<GrantMode>, until: CivilDate, rows: [RowCondition], roll: RollTerms?,
    dailySubjects: Int, profile: String, application: String, issued: Instant,
    systems: Set<SystemName> = [], recipients: [GrantRecipient] = [],
    authority: DepartmentCode? = nil
  ) {
    self.name = name
    self.entry = entry
    self.entryVersion = entryVersion
    self.source = source
    self.grantee = grantee
    self.items = items
    self.purpose = purpose
    self.scenario = scenario
    self.modes = modes
    self.until = until
    self.rows = rows
    self.roll = roll
    self.dailySubjects = dailySubjects
    self.profile = profile
    self.application = application
    self.issued = issued
    self.systems = systems
    self.recipients = recipients
    self.authority = authority
  }
}

/// Why the bytes of a grant are not taken.
package enum GrantDocumentError: Error, Hashable, Sendable {
  case malformed(member: String)
  case signatureInvalid
}

extension GrantDocument {
  private static let context = Array("weir-grant-v1\n".utf8)

  /// The bytes that are signed and sent.
  package var encoded: [UInt8] { CanonicalJSON.encode(json) }

  package func signature(by key: Ed25519PrivateKey) throws(CryptoError) -> [UInt8] {
    try key.sign(Self.context + encoded)
  }

  /// Reads a grant whose signature is good.
  ///
  /// - Parameter keys: Share's evidence keys, from the key list.
  package init(
    _ bytes: [UInt8], signature: [UInt8], keys: [Ed25519PublicKey]
  ) throws(GrantDocumentError) {
    guard keys.contains(where: { $0.isValid(signature, of: Self.context + bytes) }) else {
      throw .signatureInvalid
    }
    let value: JSONValue
    do { value = try CanonicalJSON.decodeCanonical(bytes) } catch {
      throw .malformed(member: "")
    }
    guard case .object(let object) = value else { throw .malformed(member: "") }
    try self.init(object)
  }

  private var json: JSONValue {
    var object = terms
    object["format"] = .string("weir-grant-v1")
    object["name"] = .string(name)
    object["items"] = .array(items.map { .string($0) })
    object["profile"] = .string(profile)
    object["application"] = .string(application)
    object["issued"] = .integer(issued.milliseconds)
    if !recipients.isEmpty { object["recipients"] = .array(recipients.map(\.json)) }
    return .object(object)
  }

  /// What every reviewer of the application puts his name to, item by item approved or not: all of a grant but which items and
  /// recipients it came to hold.
  package var terms: JSONObject {
    var object = JSONObject()
    object["entry"] = .string(entry)
    object["entry_version"] = .integer(Int64(entryVersion))
    object["source"] = .string(source.text)
    object["grantee"] = .string(grantee.text)
    object["purpose"] = .string(purpose)
    object["scenario"] = .string(scenario)
    object["modes"] = .array(modes.map(\.rawValue).sorted().map { .string($0) })
    object["until"] = .string(until.iso)
    object["rows"] = .array(rows.map(\.json))
    if let roll { object["roll"] = roll.json }
    object["daily_subjects"] = .integer(Int64(dailySubjects))
    // Left out where it says nothing: the grants of before keep their bytes.
    if let authority { object["authority"] = .string(authority.text) }
    if !systems.isEmpty {
      object["systems"] = .array(systems.sorted().map { .string($0.text) })
    }
    return object
  }

  private init(_ object: JSONObject) throws(GrantDocumentError) {
    let reader = MemberReader(object)
    guard try reader.text("format") == "weir-grant-v1" else { throw .malformed(member: "format") }
    guard let source = DepartmentCode(try reader.text("source")) else {
      throw .malformed(member: "source")
    }
    guard let grantee = DepartmentCode(try reader.text("grantee")) else {
      throw .malformed(member: "grantee")
    }
    var authority: DepartmentCode?
    if object["authority"] != nil {
      authority = DepartmentCode(try reader.text("authority"))
      guard authority != nil else { throw .malformed(member: "authority") }
    }
    guard let until = CivilDate(iso: try reader.text("until")) else {
      throw .malformed(member: "until")
    }
    var modes: Set<GrantMode> = []
    for mode in try reader.texts("modes") {
      guard let known = GrantMode(rawValue: mode) else { throw .malformed(member: "modes") }
      modes.insert(known)
    }
    let items = try reader.texts("items")
    guard !items.isEmpty else { throw .malformed(member: "items") }
    var systems: Set<SystemName> = []
    for text in object["systems"] == nil ? [] : try reader.texts("systems") {
      guard let system = SystemName(text) else { throw .malformed(member: "systems") }
      systems.insert(system)
    }
    var recipients: [GrantRecipient] = []
    for recipient in object["recipients"] == nil ? [] : try reader.list("recipients") {
      recipients.append(try GrantRecipient(recipient))
    }
    var rows: [RowCondition] = []
    for row in try reader.list("rows") { rows.append(try RowCondition(row)) }
    self.init(
      name: try reader.text("name"), entry: try reader.text("entry"),
      entryVersion: try reader.number("entry_version"), source: source, grantee: grantee,
      items: items, purpose: try reader.text("purpose"), scenario: try reader.text("scenario"),
      modes: modes, until: until, rows: rows,
      roll: try object["roll"].map { json throws(GrantDocumentError) in try RollTerms(json) },
      dailySubjects: try reader.number("daily_subjects"), profile: try reader.text("profile"),
      application: try reader.text("application"),
      issued: Instant(milliseconds: Int64(try reader.number("issued"))), systems: systems,
      recipients: recipients, authority: authority)
  }
}

extension RowCondition {
  fileprivate var json: JSONValue {
    var object = JSONObject()
    object["item"] = .string(item)
    object["operator"] = .string(comparison.rawValue)
    object["values"] = .array(values.map { .string($0) })
    return .object(object)
  }

  fileprivate init(_ json: JSONValue) throws(GrantDocumentError) {
    guard case .object(let object) = json else { throw .malformed(member: "rows") }
    let reader = MemberReader(object)
    guard let comparison = Operator(rawValue: try reader.text("operator")) else {
      throw .malformed(member: "rows.operator")
    }
    self.init(
      item: try reader.text("item"), comparison: comparison, values: try reader.texts("values"))
  }
}

extension RollTerms {
  fileprivate var json: JSONValue {
    var object = JSONObject()
    object["roll"] = .string(roll)
    object["max_rows"] = .integer(Int64(maxRows))
    object["max_growth_percent"] = .integer(Int64(maxGrowthPercent))
    object["frequency"] = .string(frequency)
    return .object(object)
  }

  fileprivate init(_ json: JSONValue) throws(GrantDocumentError) {
    guard case .object(let object) = json else { throw .malformed(member: "roll") }
    let reader = MemberReader(object)
    self.init(
      roll: try reader.text("roll"), maxRows: try reader.number("max_rows"),
      maxGrowthPercent: try reader.number("max_growth_percent"),
      frequency: try reader.text("frequency"))
  }
}

extension GrantRecipient {
  package var json: JSONValue {
    var object = JSONObject()
    object["name"] = .string(name)
    object["kind"] = .string(isOwnSystem ? "own_system" : "other")
    object["items"] = .array(items.map { .string($0) })
    object["region"] = .string(region)
    if let until { object["until"] = .string(until.iso) }
    return .object(object)
  }

  package init(_ json: JSONValue) throws(GrantDocumentError) {
    guard case .object(let object) = json else { throw .malformed(member: "recipients") }
    let reader = MemberReader(object)
    let kind = try reader.text("kind")
    let items = try reader.texts("items")
    guard kind == "own_system" || kind == "other", !items.isEmpty else {
      throw .malformed(member: "recipients")
    }
    var until: CivilDate?
    if object["until"] != nil {
      until = CivilDate(iso: try reader.text("until"))
      guard until != nil else { throw .malformed(member: "recipients.until") }
    }
    self.init(
      name: try reader.text("name"), isOwnSystem: kind == "own_system", items: items,
      region: try reader.text("region"), until: until)
  }
}

/// Reads members that must be there, naming the one at fault.
private struct MemberReader {
  let object: JSONObject

  init(_ object: JSONObject) { self.object = object }

  func text(_ name: String) throws(GrantDocumentError) -> String {
    guard case .string(let text) = object[name] else { throw .malformed(member: name) }
    return text
  }

  func number(_ name: String) throws(GrantDocumentError) -> Int {
    guard case .integer(let number) = object[name] else { throw .malformed(member: name) }
    return Int(number)
  }

  func list(_ name: String) throws(GrantDocumentError) -> [JSONValue] {
    guard case .array(let list) = object[name] else { throw .malformed(member: name) }
    return list
  }

  func texts(_ name: String) throws(GrantDocumentError) -> [String] {
    var texts: [String] = []
    for value in try list(name) {
      guard case .string(let text) = value else { throw .malformed(member: name) }
      texts.append(text)
    }
    return texts
  }
}
