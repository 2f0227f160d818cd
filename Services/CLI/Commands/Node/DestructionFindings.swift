// What weir doctor says of destroyed data: when the last backup that holds them lapses, and which one should have gone by then.

import Boot
import Foundation
import Vocabulary

/// A destruction as Ingest tells it beside its data.
private struct Destroyed: Decodable {
  let destruction: String
  /// Milliseconds since 1970 UTC.
  let certified: Int64
  /// The day from which no backup holds it any more; empty where none were planned.
  let lapse: String
}

extension Examination {
  /// One finding for each destruction of which a backup may still hold the data.
  func destructions(_ description: NodeFolder.Description) -> [Finding] {
    guard let said = try? Data(contentsOf: URL(filePath: folder.path + "/ingest/destroyed.json"))
    else { return [] }
    guard let all = try? JSONDecoder().decode([Destroyed].self, from: said) else {
      return [
        Finding(
          check: Self.destroyedData, grade: .wrong,
          detail: BilingualText("destroyed.json 无法读取", "destroyed.json cannot be read"),
          advice: BilingualText("删除该文件，运行中的节点会重新写入", "remove it; the running node writes it anew"))
      ]
    }
    let backup = Backup(of: folder.path, domain: description.domain)
    let kept = (description.backup?.to ?? []).flatMap { place in
      BackupPlan.names(in: place).compactMap { name in
        backup.moment(of: "\(place)/\(name)").map { (path: "\(place)/\(name)", time: $0) }
      }
    }
    return all.compactMap { one in
      let older = kept.filter { $0.time.milliseconds < one.certified }.map(\.path).sorted()
      return finding(one, older)
    }
  }

  /// `nil` where its day is past and nothing of before is left.
  private func finding(_ one: Destroyed, _ older: [String]) -> Finding? {
    guard let lapse = CivilDate(iso: one.lapse) else {
      return Finding(
        check: Self.destroyedData, grade: .soon,
        detail: BilingualText(
          "\(one.destruction)：销毁时没有备份计划",
          "\(one.destruction): no backups were planned when it was done"),
        advice: BilingualText(
          "此前自行制作的备份须自行销毁", "destroy what was copied by hand before it"))
    }
    guard now.civilDate > lapse else {
      return Finding(
        check: Self.destroyedData, grade: .well,
        detail: BilingualText(
          "\(one.destruction)：最后一份备份于 \(lapse.iso) 失效，现存 \(older.count) 份",
          "\(one.destruction): the last backup of before lapses on \(lapse.iso); \(older.count) there now"
        ),
        advice: nil)
    }
    guard let first = older.first else { return nil }
    return Finding(
      check: Self.destroyedData, grade: .wrong,
      detail: BilingualText(
        "\(one.destruction)：\(first) 等 \(older.count) 份备份早于销毁，应于 \(lapse.iso) 前清除",
        "\(one.destruction): \(older.count) backups of before are still there, such as \(first); the last was to go by \(lapse.iso)"
      ),
      advice: BilingualText("清除这些备份（包括其他介质上的副本）", "remove them, and copies elsewhere too"))
  }

  private static let destroyedData = BilingualText("已销毁的数据", "destroyed data")
}
