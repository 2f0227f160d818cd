// The signed grant of a data call, checked here alone: Ingest opens no record on anyone's word (AC-41).

import Access
import Contracts
import IngestRules
import Vocabulary

extension IngestService {
  /// The grant of a call, with Share's signature good and the call covered.
  func grant(
    _ signed: IngestV1.SignedGrant?, for request: (Caller, GrantDocument) -> DataRequest,
    _ call: CallContext
  ) throws -> (GrantDocument, GrantTerms) {
    guard let signed else { throw DataRefusal.grantInvalid }
    let document: GrantDocument
    do throws(GrantDocumentError) {
      document = try GrantDocument(
        signed.json, signature: signed.signature, keys: outside.grantKeys)
    } catch {
      throw DataRefusal.grantInvalid
    }
    let terms = GrantTerms(document)
    try terms.check(request(call.caller, document), today: today)
    return (document, terms)
  }
}

extension GrantTerms {
  init(_ document: GrantDocument) {
    self.init(
      name: document.name, entry: document.entry, grantee: document.grantee,
      items: Set(document.items), purpose: document.purpose,
      uses: Set(
        document.modes.map { mode in
          switch mode {
          case .lookup: .lookup
          case .comparison: .comparison
          }
        }), until: document.until, filters: document.rows.map(RowFilter.init),
      dailySubjects: document.dailySubjects, rollRows: document.roll?.maxRows,
      systems: document.systems,
      recipients: document.recipients.map {
        TermsRecipient(
          name: $0.name, isOwnSystem: $0.isOwnSystem, items: Set($0.items), region: $0.region,
          until: $0.until)
      })
  }
}

extension RowFilter {
  init(_ condition: RowCondition) {
    let comparison: Comparison =
      switch condition.comparison {
      case .equal: .equal
      case .notEqual: .notEqual
      case .less: .less
      case .lessOrEqual: .lessOrEqual
      case .greater: .greater
      case .greaterOrEqual: .greaterOrEqual
      case .oneOf: .oneOf
      }
    self.init(item: condition.item, comparison: comparison, values: condition.values)
  }
}
