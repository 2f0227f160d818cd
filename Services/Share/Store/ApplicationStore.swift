// Applications as they are kept and found.

package import Database
import Integrity
import Regulation
package import ShareRules
package import Vocabulary

/// What a list of applications is narrowed to.
package struct ApplicationFilter: Hashable, Sendable {
  package enum Part: Hashable, Sendable { case applicant, reviewer, any }

  package let department: DepartmentCode
  package let part: Part
  package let state: ApplicationState?

  package init(department: DepartmentCode, part: Part, state: ApplicationState?) {
    self.department = department
    self.part = part
    self.state = state
  }
}

extension SQLReading where Self: ~Copyable {
  package func application(_ number: Int64) throws -> Application? {
    try queryOne("SELECT * FROM applications WHERE id = ?1", [number]).map { try Application($0) }
  }

  /// A page of applications that concern a department; nobody else sees a draft.
  package func applications(_ filter: ApplicationFilter, after: Int64, limit: Int) throws
    -> [Application]
  {
    let reviewed = "((source = ?2 OR authority = ?2 OR forwarder = ?2) AND state <> 'draft')"
    let part =
      switch filter.part {
      case .applicant: "applicant = ?2"
      case .reviewer: reviewed
      case .any: "(applicant = ?2 OR \(reviewed))"
      }
    return try query(
      """
      SELECT * FROM applications WHERE id > ?1 AND \(part) AND (?3 = '' OR state = ?3)
      ORDER BY id LIMIT ?4
      """, [after, filter.department.text, filter.state?.rawValue ?? "", limit]
    ).map { try Application($0) }
  }

  /// Applications that wait for an answer in which a department has a part.
  package func waitingApplications(of department: DepartmentCode, after: Int64, limit: Int) throws
    -> [Application]
  {
    try query(
      """
      SELECT * FROM applications
      WHERE id > ?1 AND (state IN ('submitted', 'under_review')
          AND (source = ?2 OR authority = ?2 OR applicant = ?2)
        OR state = 'forwarded' AND forwarder = ?2)
      ORDER BY id LIMIT ?3
      """, [after, department.text, limit]
    ).map { try Application($0) }
  }

  /// Applications that wait for anybody.
  package func openApplications(after: Int64, limit: Int) throws -> [Application] {
    try query(
      """
      SELECT * FROM applications
      WHERE id > ?1 AND state IN ('forwarded', 'submitted', 'under_review')
      ORDER BY id LIMIT ?2
      """, [after, limit]
    ).map { try Application($0) }
  }

  /// The refused applications of a department for an entry, newest first; at most 100.
  package func refusedApplications(entry: Int64, applicant: DepartmentCode) throws -> [Application]
  {
    try query(
      """
      SELECT * FROM applications
      WHERE applicant = ?1 AND entry = ?2
        AND state IN ('rejected', 'partly_approved', 'converted')
      ORDER BY id DESC LIMIT 100
      """, [applicant.text, entry]
    ).map { try Application($0) }
  }
}

extension WriteTransaction {
  /// Keeps an application as a rule made it.
  package func save(_ application: Application) throws {
    try execute(
      """
      INSERT INTO applications
        (id, entry, applicant, source, authority, forwarder, state, profile, created, content)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
      ON CONFLICT (id) DO UPDATE SET state = excluded.state, content = excluded.content
      """,
      [
        application.number, application.entry, application.applicant.text,
        application.source.text, application.authority?.text, application.forwarder?.text,
        application.state.rawValue, application.profile.text, application.created.milliseconds,
        application.content.stored,
      ])
  }
}

extension Application {
  fileprivate var content: JSONObject {
    var object = JSONObject()
    object.set("entry_version", Int64(entryVersion))
    object.set("use", use.json)
    object.set("opinions", opinions.map(\.json))
    object.set("submitted", submitted)
    object.set("decided", decided)
    object.set("answered", answered?.json)
    object.set("agreed", agreedDates.map(\.json))
    if let proposal {
      var proposed = JSONObject()
      proposed.set("date", proposal.date)
      proposed.set("by", proposal.by.text)
      object.set("proposal", proposed)
    }
    object.set("grant", grant ?? 0)
    object.set("form", form)
    object.set("sensitive_items", texts: sensitiveItems)
    object.set("history", history.map(\.json))
    return object
  }

  fileprivate init(_ row: Row) throws {
    let object = try JSONObject(stored: try row["content"])
    let authority: String? = try row["authority"]
    let forwarder: String? = try row["forwarder"]
    guard let state = ApplicationState(rawValue: try row["state"]) else {
      throw UnreadableContent(what: "application")
    }
    self.init(
      number: try row["id"], entry: try row["entry"],
      entryVersion: Int(object.number("entry_version")), applicant: try code(try row["applicant"]),
      source: try code(try row["source"]), authority: try authority.map(code),
      forwarder: try forwarder.map(code), profile: try reference(try row["profile"]),
      created: Instant(milliseconds: try row["created"]),
      use: try UseRequest(object.object("use") ?? JSONObject()))
    self.state = state
    opinions = try object.objects("opinions").map { try Opinion($0) }
    submitted = object.time("submitted")
    decided = object.time("decided")
    answered = ClockReading(object.object("answered"))
    agreedDates = try object.objects("agreed").map { try NegotiatedDate($0) }
    if let proposed = object.object("proposal"), let date = proposed.day("date") {
      proposal = ReplyProposal(date: date, by: try code(proposed.text("by")))
    }
    let made = object.number("grant")
    grant = made == 0 ? nil : made
    form = object.text("form")
    sensitiveItems = object.texts("sensitive_items")
    history = object.objects("history").map { CaseStep($0) }
  }
}

extension Opinion {
  fileprivate var json: JSONObject {
    var object = JSONObject()
    object.set("side", side.rawValue)
    object.set("person", person)
    object.set("time", time)
    object.set("reason", reason)
    object.set("recipients", texts: recipients)
    object.set(
      "decisions",
      decisions.map { decision in
        var object = JSONObject()
        object.set("item", decision.item)
        object.set("approved", decision.isApproved)
        object.set("reason", decision.reason)
        object.set("basis", decision.basis?.json)
        return object
      })
    return object
  }

  fileprivate init(_ object: JSONObject) throws {
    guard let side = Reviewer(rawValue: object.text("side")), let time = object.time("time") else {
      throw UnreadableContent(what: "opinion")
    }
    self.init(
      side: side, person: object.text("person"), time: time,
      decisions: object.objects("decisions").map {
        ItemDecision(
          item: $0.text("item"), isApproved: $0.flag("approved"), reason: $0.text("reason"),
          basis: LegalBasis($0.object("basis")))
      }, reason: object.text("reason"), recipients: object.texts("recipients"))
  }
}

extension NegotiatedDate {
  fileprivate var json: JSONObject {
    var object = JSONObject()
    object.set("date", date)
    object.set("citation", citation.text)
    object.set("agreed", agreed)
    object.set("first", firstParty)
    object.set("second", secondParty)
    return object
  }

  fileprivate init(_ object: JSONObject) throws {
    guard let date = object.day("date"), let citation = Citation(object.text("citation")),
      let agreed = object.day("agreed")
    else { throw UnreadableContent(what: "agreed date") }
    self.init(
      date: date, citation: citation, agreed: agreed, firstParty: object.text("first"),
      secondParty: object.text("second"))
  }
}
