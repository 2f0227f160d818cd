// Opened records between the store and the wire: granted items only, masked as the source said.

import Contracts
import IngestRules
import IngestStore
import Vocabulary

extension OpenedRecord {
  /// The granted values that the record has, each under its mask.
  func values(_ items: [String]) -> [IngestV1.Value] {
    items.compactMap { name in
      guard let index = schema.index(named: name), index < content.values.count,
        let value = content.values[index]
      else { return nil }
      return IngestV1.Value(item: name, value: schema.items[index].mask.shown(value))
    }
  }

  var name: String { ResourceName.record(batch.terms.entry, record).text }
}

extension ServedRegister {
  /// Where a record comes from; without one, what stands for the register as a whole.
  func lineage(_ batch: StoredBatch?) -> CommonV1.Lineage {
    let batch = batch ?? batches[state.newestBatch]
    return CommonV1.Lineage(
      entry: state.name, entryVersion: Int32(clamping: batch?.terms.entryVersion ?? 0),
      batch: batch?.name ?? "", asOf: batch?.terms.asOf.iso ?? "",
      coverage: batch?.terms.coverage ?? "", unrepairedRejects: Int64(unrepairedRejects))
  }
}
