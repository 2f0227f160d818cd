// Who tries persons one after the other under a grant is refused, and told of to source and auditors (meizhou-public-2023/39.1d).

import Access
import Contracts
import Database
import IngestRules
import IngestStore
import Integrity
import Regulation
import Vocabulary

extension IngestService {
  /// A neighbourhood as it is kept; `nil` where a subject has none.
  func neighbourhood(of block: IdentifierBlock) -> [UInt8]? {
    Neighbourhood(block).map { Pseudonym(of: $0.bytes, key: keys.pseudonyms).bytes }
  }

  /// A look-up that is refused for its neighbours leaves one entry a day for each of them: refused, it would leave none.
  ///
  /// - Parameters:
  ///   - use: Under what they were counted: a grant, or the reports on an entry.
  ///   - department: That asked.
  func tellingEnumeration<T>(
    of neighbourhood: [UInt8]?, day: CivilDate, under use: String, entry: String,
    by department: String, _ call: CallContext, _ body: () async throws -> T
  ) async throws -> T {
    do {
      return try await body()
    } catch let refusal as DataRefusal {
      if case .tooManyNeighbours(let grant, let limit) = refusal, let neighbourhood {
        let payload = event(
          call,
          [
            ("grant", .string(grant)), ("entry", .string(entry)),
            ("grantee", .string(department)),
            ("limit", .integer(Int64(limit))), ("method", .string(call.entryMethod)),
          ])
        try await database.write { transaction in
          guard try transaction.noteEnumeration(of: neighbourhood, grant: use, day: day)
          else { return }
          try transaction.append(topic: Self.enumerationTopic, payload: payload)
        }
      }
      throw refusal
    }
  }
}
