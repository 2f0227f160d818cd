// What a profile says about delivery (policies.md a.4 ingest.*).

package import Vocabulary

/// What becomes of an identifier whose area or sex looks wrong.
package enum DoubtTreatment: String, ClosedList {
  case warn, reject, ignore

  package var term: BilingualText {
    switch self {
    case .warn: BilingualText("提示", "warn")
    case .reject: BilingualText("退回", "reject")
    case .ignore: BilingualText("忽略", "ignore")
    }
  }
}

/// What keeps a register fresh beside the clocks with a number (meizhou-public-2023/13a, luyi-2019/9.2, hebi-2021/12.2b).
package enum Freshness: String, ClosedList {
  case promptly
  case updateFrequency = "update_frequency"
  case openingListFrequency = "opening_list_frequency"
  case afterItemApproval = "after_item_approval"

  package var term: BilingualText {
    switch self {
    case .promptly: BilingualText("及时", "promptly")
    case .updateFrequency: BilingualText("按更新频率", "by the declared frequency")
    case .openingListFrequency: BilingualText("按开放清单频率", "by the opening list")
    case .afterItemApproval: BilingualText("数据项核定后", "after an approved change of items")
    }
  }
}

extension Profile {
  package var freshness: Provision<[Freshness]>? { list(.ingestFreshness, of: Freshness.self) }

  /// The ways by which batches may come (meizhou-specific-2021/12, meizhou-public-2023/12, luyi-2019/8).
  package var deliveryModes: Provision<[DeliveryMode]>? {
    list(.ingestModes, of: DeliveryMode.self)
  }

  /// Whether interface mode needs a reason told to the authority (meizhou-specific-2021/12b).
  package var interfaceNeedsReason: Provision<Bool>? { flag(.ingestAPINeedsReason) }

  /// What a self-built system must deliver: by table, in real time, in full (meizhou-public-2023/12b).
  package var selfBuiltDelivery: Provision<[String]>? { words(.ingestSelfBuilt) }

  /// From which origins a person may upload a file by hand (meizhou-public-2023/12d).
  package var manualUploadOrigins: Provision<[DataOrigin]>? {
    list(.ingestManualUploadOrigins, of: DataOrigin.self)
  }

  /// Records of events before this year need not be delivered as stock (meizhou-specific-2021/14a).
  package var stockFromYear: Provision<Int>? { integer(.ingestStockFromYear) }

  /// The data tag to which the increment clock is confined (luyi-2019/8.2b: population).
  package var incrementScope: Provision<String>? { word(.ingestIncrementScope) }

  /// The share of rejected rows, in percent, above which a batch is not taken, unless the entry sets its own.
  package var qualityThresholdPercent: Provision<Int>? { integer(.ingestQualityThresholdPercent) }
  /// How many calendar days rejected rows are kept, sealed, after their batch was closed.
  package var rejectsKeptDays: Provision<Int>? { integer(.ingestRejectsKeptDays) }

  package var identifierDoubts: Provision<DoubtTreatment>? {
    choice(.ingestIdentifierDoubts, of: DoubtTreatment.self)
  }
}
