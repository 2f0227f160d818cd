// The life of a batch (policies e.3; meizhou-specific-2021/29: nothing is committed but what passed its pre-check).

package import Vocabulary

/// Where a batch stands.
package enum BatchState: String, CaseIterable, Sendable {
  case open, loading
  /// The pre-check failed. Nothing was committed; loading again starts from the first chunk.
  case qualityFailed = "quality_failed"
  case committed
  /// The source has confirmed counts and root against its own.
  case reconciled
  /// The source declared that there is nothing to deliver.
  case nilDeclared = "nil_declared"
  /// An upper-level system delivers instead (guangdong-2018/15.1b).
  case exempt
  case abandoned

  package var term: BilingualText {
    switch self {
    case .open: BilingualText("已建立", "open")
    case .loading: BilingualText("装载中", "loading")
    case .qualityFailed: BilingualText("质量不合格", "below the quality asked for")
    case .committed: BilingualText("已入库", "committed")
    case .reconciled: BilingualText("已对账", "reconciled")
    case .nilDeclared: BilingualText("已报无数据", "declared empty")
    case .exempt: BilingualText("免报", "exempt")
    case .abandoned: BilingualText("已放弃", "abandoned")
    }
  }

  /// Whether nothing can happen to it any more.
  package var isClosed: Bool {
    switch self {
    case .open, .loading, .qualityFailed: false
    case .committed, .reconciled, .nilDeclared, .exempt, .abandoned: true
    }
  }
}

/// What happens to a batch.
package enum BatchEvent: Hashable, Sendable {
  case chunk
  /// Loading anew after a failed pre-check: what was loaded is dropped.
  case restart
  case precheckPassed, precheckFailed
  case reconcile, declareNil
  /// - Parameter isUpperLevel: Whether the entry's origin is an upper-level system.
  case exempt(isUpperLevel: Bool)
  case abandon
}

extension BatchState {
  /// The state after an event; refused in every other state.
  package func after(_ event: BatchEvent) throws(IngestRefusal) -> BatchState {
    switch (self, event) {
    case (.open, .chunk), (.loading, .chunk), (.qualityFailed, .restart): return .loading
    case (.loading, .precheckPassed): return .committed
    case (.loading, .precheckFailed): return .qualityFailed
    case (.committed, .reconcile): return .reconciled
    case (.open, .declareNil): return .nilDeclared
    case (.open, .exempt(isUpperLevel: true)): return .exempt
    case (.open, .abandon), (.loading, .abandon), (.qualityFailed, .abandon): return .abandoned
    default: throw .batchState(self)
    }
  }
}
