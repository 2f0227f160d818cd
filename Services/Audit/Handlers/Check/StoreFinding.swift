// What can be wrong with a log's store on disk, in words for whoever keeps it.

package import Database
package import Integrity
package import Vocabulary

/// One of the things that are looked at.
package enum StorePart: String, Sendable, CaseIterable {
  case database, log, tiles, files, signatures, contents, search, disclosures, outboxes

  package var title: BilingualText {
    switch self {
    case .database: BilingualText("数据库文件", "the database file")
    case .log: BilingualText("条目、来源链与树", "entries, chains of origins, the tree")
    case .tiles: BilingualText("库中瓦片", "tiles of the database")
    case .files: BilingualText("公布的文件", "published files")
    case .signatures:
      BilingualText("密钥清单、检查点与会签", "key list, checkpoint, cosignatures")
    case .contents: BilingualText("封存的内容与月份", "sealed contents and months")
    case .search: BilingualText("检索词", "search terms")
    case .disclosures: BilingualText("披露与告警", "disclosures and alarms")
    case .outboxes: BilingualText("各服务的待发日志", "the services' outboxes")
    }
  }
}

/// Something that does not fit.
package enum StoreFinding: Error, Sendable, Equatable {
  /// The file is damaged, or cannot be read.
  case damaged(String)
  /// The log does not agree with itself.
  case inconsistent(String)
  case tileWrong(path: String)
  case fileMissing(path: String)
  case fileWrong(path: String)
  case signature(LogFinding)
  /// A service was told that more of its entries are under a checkpoint than are.
  case coveredTooFar(origin: String)
  case unreadable(position: UInt64)
  /// An entry stands under another month than its place says.
  case monthWrong(position: UInt64)
  /// A month counts as destroyed and its keys are still there.
  case keysKept(month: String)
  /// An entry is not found under what it is about.
  case notFindable(position: UInt64)
  case unwatched(position: UInt64)
  /// A disclosure counts as decided, and no decision is in the log.
  case falselyDecided(position: UInt64)
  case alarmMissing(position: UInt64)
  case outboxUnreadable(service: String, String)
  case outbox(origin: String, OutboxFinding)
  case outboxBehind(origin: String, own: UInt64, log: UInt64)
  /// An entry of an outbox is another one in the log.
  case outboxDiffers(origin: String, sequence: UInt64)

  /// Stable, for programs.
  package var code: String {
    switch self {
    case .damaged: "damaged"
    case .inconsistent: "inconsistent"
    case .tileWrong: "tile_wrong"
    case .fileMissing: "file_missing"
    case .fileWrong: "file_wrong"
    case .signature: "signature"
    case .coveredTooFar: "covered_too_far"
    case .unreadable: "unreadable"
    case .monthWrong: "month_wrong"
    case .keysKept: "keys_kept"
    case .notFindable: "not_findable"
    case .unwatched: "unwatched"
    case .falselyDecided: "falsely_decided"
    case .alarmMissing: "alarm_missing"
    case .outboxUnreadable: "outbox_unreadable"
    case .outbox: "outbox"
    case .outboxBehind: "outbox_behind"
    case .outboxDiffers: "outbox_differs"
    }
  }

  /// Whether the next start puts it right by itself: nothing was lost, and nothing changed.
  package var isMended: Bool {
    switch self {
    case .fileMissing, .keysKept, .signature(.keysMissing), .signature(.checkpointMissing): true
    default: false
    }
  }

  package var sentence: BilingualText {
    switch self {
    case .damaged(let what):
      BilingualText("数据库文件损坏（\(what)）。", "The database file is damaged (\(what)).")
    case .inconsistent(let what):
      BilingualText("日志自相矛盾：\(what)。", "The log does not agree with itself: \(what).")
    case .tileWrong(let path):
      BilingualText(
        "库中瓦片 \(path) 与条目不符。", "The database's tile \(path) is not that of the entries.")
    case .fileMissing(let path):
      BilingualText(
        "缺少公布的文件 \(path)；下次启动会重写。",
        "The published file \(path) is missing; the next start writes it again.")
    case .fileWrong(let path):
      BilingualText("公布的文件 \(path) 被改动。", "The published file \(path) was changed.")
    case .signature(let finding): finding.sentence
    case .coveredTooFar(let origin):
      BilingualText(
        "来源 \(origin) 被告知的覆盖范围超出检查点。",
        "\(origin) was told that more of it is under a checkpoint than is.")
    case .unreadable(let position):
      BilingualText(
        "第 \(position) 条的内容打不开，或不是其摘要所指。",
        "Entry \(position) does not open, or is not what its leaf says.")
    case .monthWrong(let position):
      BilingualText("第 \(position) 条的月份不对。", "Entry \(position) stands under a wrong month.")
    case .keysKept(let month):
      BilingualText(
        "\(month) 已定销毁而密钥仍在；下次启动会销毁。",
        "\(month) counts as destroyed and its keys are there; the next start destroys them.")
    default: laterSentence
    }
  }

  private var laterSentence: BilingualText {
    switch self {
    case .notFindable(let position):
      BilingualText(
        "第 \(position) 条按其内容检索不到。", "Entry \(position) is not found under what it is about.")
    case .unwatched(let position):
      BilingualText(
        "第 \(position) 条披露没有等待其决定。", "The decision behind disclosure \(position) is not waited for."
      )
    case .falselyDecided(let position):
      BilingualText(
        "第 \(position) 条披露记为已有决定，日志中却没有。",
        "Disclosure \(position) counts as decided, and no decision is in the log.")
    case .alarmMissing(let position):
      BilingualText(
        "第 \(position) 条已引发告警，告警却不在。",
        "Entry \(position) raised an alarm, and the alarm is gone.")
    case .outboxUnreadable(let service, let what):
      BilingualText(
        "读不到 \(service) 的待发日志（\(what)）。", "The outbox of \(service) cannot be read (\(what)).")
    case .outbox(let origin, let finding): finding.sentence(of: origin)
    case .outboxBehind(let origin, let own, let log):
      BilingualText(
        "来源 \(origin) 只有 \(own) 条，日志中已有 \(log) 条：该库被退回。",
        "\(origin) has \(own) entries, the log has \(log) of it: that database was set back.")
    case .outboxDiffers(let origin, let sequence):
      BilingualText(
        "来源 \(origin) 的第 \(sequence) 条与日志不同。",
        "Entry \(sequence) of \(origin) is another one in the log.")
    default: BilingualText("", "")
    }
  }
}

extension OutboxFinding {
  fileprivate func sentence(of origin: String) -> BilingualText {
    switch self {
    case .gap(let place):
      BilingualText("来源 \(origin) 缺第 \(place) 条。", "Entry \(place) of \(origin) is missing.")
    case .forked(let place):
      BilingualText(
        "来源 \(origin) 的第 \(place) 条不接前一条。",
        "Entry \(place) of \(origin) does not follow the one before it.")
    case .wrongEnd:
      BilingualText("来源 \(origin) 的末尾不符。", "\(origin) does not end as it says.")
    case .deletedUncovered(let place):
      BilingualText(
        "来源 \(origin) 自第 \(place) 条起未被检查点覆盖即被删除。",
        "Entries of \(origin) from \(place) on were deleted before a checkpoint covered them.")
    case .unsigned(let place):
      BilingualText(
        "来源 \(origin) 的第 \(place) 条没有有效的签名组。",
        "Entry \(place) of \(origin) is in no group that is rightly signed.")
    }
  }
}

/// What was found in one part.
package struct PartReport: Sendable, Equatable {
  /// More of one part are counted only.
  private static let kept = 20

  package let part: StorePart
  /// How many things were looked at: entries, files, signatures.
  package var lookedAt: UInt64 = 0
  package private(set) var findings: [StoreFinding] = []
  /// All that were found, also those that are not kept.
  package private(set) var found = 0

  init(_ part: StorePart) { self.part = part }

  mutating func add(_ finding: StoreFinding) {
    found += 1
    if findings.count < Self.kept { findings.append(finding) }
  }
}

/// What a check of the store found.
package struct StoreReport: Sendable {
  package let entries: UInt64
  package let published: UInt64
  package let parts: [PartReport]

  /// Whether something was changed, lost or forged.
  package var isBroken: Bool { parts.contains { $0.findings.contains { !$0.isMended } } }
}
