// The life of a batch (policies e.3; meizhou-specific-2021/29: nothing is committed but what passed its pre-check).

package import Vocabulary

/// Where a batch stands. Two states of e.3 are none of a batch: counts are reconciled before anything stands, since a commit
/// states them and is refused where they differ; and where an upper-level system delivers (guangdong-2018/15.1b), no task
/// arises and no batch is opened.
package enum BatchState: String, CaseIterable, Sendable {
  case open, loading
  /// The pre-check failed. Nothing was committed; loading again starts from the first chunk.
  case qualityFailed = "quality_failed"
  case committed
  /// The source declared that there is nothing to deliver.
  case nilDeclared = "nil_declared"
  case abandoned

  package var term: BilingualText {
    switch self {
    case .open: BilingualText("已建立", "open")
    case .loading: BilingualText("装载中", "loading")
    case .qualityFailed: BilingualText("质量不合格", "below the quality asked for")
    case .committed: BilingualText("已入库", "committed")
    case .nilDeclared: BilingualText("已报无数据", "declared empty")
    case .abandoned: BilingualText("已放弃", "abandoned")
    }
  }

  /// Whether nothing can happen to it any more.
  package var isClosed: Bool {
    switch self {
    case .open, .loading, .qualityFailed: false
    case .committed, .nilDeclared, .abandoned: true
    }
  }
}

/// What happens to a batch.
package enum BatchEvent: Hashable, Sendable {
  case chunk
  /// Loading anew after a failed pre-check: what was loaded is dropped.
  case restart
  case precheckPassed, precheckFailed
  case declareNil
  case abandon
}

extension BatchState {
  /// The state after an event; refused in every other state.
  package func after(_ event: BatchEvent) throws(IngestRefusal) -> BatchState {
    switch (self, event) {
    case (.open, .chunk), (.loading, .chunk), (.qualityFailed, .restart): return .loading
    case (.loading, .precheckPassed): return .committed
    case (.loading, .precheckFailed): return .qualityFailed
    case (.open, .declareNil): return .nilDeclared
    case (.open, .abandon), (.loading, .abandon), (.qualityFailed, .abandon): return .abandoned
    default: throw .batchState(self)
    }
  }
}
