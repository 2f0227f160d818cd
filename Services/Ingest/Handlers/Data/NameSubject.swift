// NameSubject: the name that one person has in the disclosure entries, for a trace that two persons decided (AC-93).

package import Access
package import Contracts
import Crypto
import Database
import IngestRules
import Integrity
import Vocabulary

/// What Audit asks about one person, with what two persons signed.
protocol TraceRequest {
  var subject: IngestV1.Subject? { get }
  var act: String { get }
  var decisions: [CommonV1.SignedDecision] { get }
  var salt: [UInt8] { get }
}

extension IngestV1.NameSubjectRequest: TraceRequest {}
extension IngestV1.ListSubjectComparisonsRequest: TraceRequest {}

extension IngestService {
  /// Audit asks under its act. Nothing is looked for or opened, and that a name was made is itself an entry.
  ///
  /// Other documents are packed under each register's own key, so that a person has no one name by them.
  package func nameSubject(
    _ request: IngestV1.NameSubjectRequest, _ call: CallContext
  ) async throws -> IngestV1.NameSubjectResponse {
    try await call.answering(outside.recorder) {
      let traced = try await traced(by: request)
      let payload = event(
        call,
        [("act", .string(traced.act)), ("subject", .string(blindedName(of: traced.block)))])
      try await database.write { try $0.append(topic: "ingest.subject_named", payload: payload) }
      let key = SubjectKey(of: traced.block, key: keys.pseudonyms)
      return IngestV1.NameSubjectResponse(pseudonym: traced.pseudonym.text, key: key.bytes)
    }
  }

  /// Whom a trace is about, once it is seen that two persons decided it.
  func traced(
    by request: some TraceRequest
  ) async throws -> (act: String, block: [UInt8], pseudonym: Pseudonym) {
    let act = try bounded(request.act, field: "act")
    guard case .block(let block) = try SubjectIdentifier(request.subject) else {
      throw DataRefusal.subjectMalformed(field: "subject.block")
    }
    try await checkAct(of: request)
    return (act, block.bytes, Pseudonym(of: block.bytes, key: keys.pseudonyms))
  }

  /// Nobody is named or looked for on Audit's word: two persons signed that this one be traced, under this act (AC-93).
  ///
  /// Nor for ever, nor on the word of any two: the statements age as the act does, and both persons hold an office that may decide it.
  private func checkAct(of request: some TraceRequest) async throws {
    func refused(_ chinese: String, _ english: String) -> DataRefusal {
      .subjectNotNamed(act: request.act, BilingualText(chinese, english))
    }
    guard request.decisions.count == 2 else {
      throw refused("须附两人的签名", "the statements of two persons did not come with it")
    }
    let stated: [StatedDecision]
    do throws(DecisionRefusal) {
      stated = try request.decisions.map { (signed) throws(DecisionRefusal) in
        try outside.decisions.read(SignedStatement(signed))
      }
    } catch {
      throw refused(error.sentence.chinese, error.sentence.english)
    }
    let (asked, approved) = (stated[0], stated[1])
    let subject = request.subject?.digest(salt: request.salt) ?? ""
    guard asked.action == .requestAct, approved.action == .approveAct,
      approved.resource == request.act,
      stated.allSatisfy({
        $0.text("kind") == "trace_subject" && $0.text("subject") == subject
          && $0.text("reason") == asked.text("reason")
      }), approved.text("requester") == asked.personName
    else {
      throw refused("签名的不是这一事项或这个人", "their statements are not on this act, or not on this person")
    }
    guard asked.personName != approved.personName else {
      throw refused("须由两个不同的人签名", "it takes two persons")
    }
    let now = outside.real()
    guard TraceTerm.isOpen(asked: asked.time, approved: approved.time, now: now) else {
      throw refused("签名已过期限", "their statements are past their term")
    }
    do {
      for stated in stated {
        let roles = try await signer(of: stated, seen: now)
        guard !roles.isDisjoint(with: [.auditor, .authority]) else {
          throw refused(
            "\(stated.personName)不是审计或主管人员", "\(stated.personName) is of no audit and no authority")
        }
      }
    } catch let fault as SignerFault {
      throw refused(fault.text.chinese, fault.text.english)
    }
  }
}
