// A sealed value that does not open where it stands: somebody changed or moved it in the store.

import Crypto
package import Vocabulary

/// What is stored is not what was sealed there; nothing of it is shown, and the refusal is in the log.
package enum StoreRefusal: Refusal, Hashable {
  case valueDamaged

  package var reason: String { "store.value_damaged" }
  package var kind: RefusalKind { .damaged }

  package var nextStep: BilingualText? {
    BilingualText(
      "请联系运维人员从备份恢复该内容，并核查谁改动了数据库文件。",
      "Ask the operator to restore it from a backup, and to find out who changed the database's files."
    )
  }

  package var sentence: BilingualText {
    BilingualText(
      "所存的一项内容与封存时不符，不予显示。", "A stored value is not what was sealed there; it is not shown.")
  }
}

extension SealError {
  /// What the caller is told: what changed, or a failure of ours.
  var told: any Error {
    if case .failed = self { return self }
    return StoreRefusal.valueDamaged
  }
}
