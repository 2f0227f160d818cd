// NameSubject: the name that one person has in the disclosure entries, for a trace that two persons decided (AC-93).

package import Access
package import Contracts
import Crypto
import Database
import IngestRules
import Integrity
import Vocabulary

extension IngestService {
  /// Audit asks under its act. Nothing is looked for or opened, and that a name was made is itself an entry.
  ///
  /// Other documents are packed under each register's own key, so that a person has no one name by them.
  package func nameSubject(
    _ request: IngestV1.NameSubjectRequest, _ call: CallContext
  ) async throws -> IngestV1.NameSubjectResponse {
    try await call.answering(outside.recorder) {
      let act = try bounded(request.act, field: "act")
      guard case .block(let block) = try SubjectIdentifier(request.subject) else {
        throw DataRefusal.subjectMalformed(field: "subject.block")
      }
      let pseudonym = Pseudonym(of: block.bytes, key: keys.pseudonyms)
      let payload = event(
        call, [("act", .string(act)), ("subject", .string(pseudonym.text))])
      try await database.write { try $0.append(topic: "ingest.subject_named", payload: payload) }
      return IngestV1.NameSubjectResponse(pseudonym: pseudonym.text)
    }
  }
}
