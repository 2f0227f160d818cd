// Opened records between the store and the wire: granted items only, masked as the source said.

import Contracts
import IngestRules
import IngestStore
import Vocabulary

extension OpenedRecord {
  /// The granted values that the record has, each under the mask with which it was delivered and under that in force now:
  /// a mask that the source set later hides what came before, and one that it took away opens nothing delivered under it.
  func values(_ items: [String], masks: [String: Mask]?) -> [IngestV1.Value] {
    items.compactMap { name in
      guard let index = schema.index(named: name), index < content.values.count,
        let value = content.values[index]
      else { return nil }
      let shown = schema.items[index].mask.shown(value)
      let mask = masks.map { $0[name] ?? .none } ?? .whole
      return IngestV1.Value(item: name, value: mask.shown(shown))
    }
  }

  var name: String { ResourceName.record(batch.terms.entry, record).text }
}

extension ServedRegister {
  /// Where a record comes from; without one, what stands for the register as a whole.
  func lineage(_ batch: StoredBatch?) -> CommonV1.Lineage {
    if let terms = batch?.terms {
      return CommonV1.Lineage(
        entry: state.name, entryVersion: Int32(clamping: terms.entryVersion),
        batch: batch?.name ?? "", asOf: terms.asOf.iso, coverage: terms.coverage,
        unrepairedRejects: Int64(unrepairedRejects))
    }
    return CommonV1.Lineage(
      entry: state.name, entryVersion: Int32(clamping: claim?.entryVersion ?? 0),
      batch: claim?.batch ?? "", asOf: claim?.asOf.iso ?? "", coverage: claim?.coverage ?? "",
      unrepairedRejects: Int64(unrepairedRejects))
  }
}
