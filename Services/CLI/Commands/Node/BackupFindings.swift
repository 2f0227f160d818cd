// What weir doctor says of a node's backups: how old the last good one is at each place of its plan.

import Boot
import Vocabulary

extension Examination {
  /// One finding for each place; one where there is no plan.
  func backups(_ description: NodeFolder.Description) -> [Finding] {
    let check = BilingualText("备份", "backups")
    let plan: BackupPlan
    do {
      guard let found = try folder.backupPlan(description) else {
        return [
          Finding(
            check: check, grade: description.demoCivilStart == nil ? .soon : .well,
            detail: BilingualText("没有计划", "no plan"),
            advice: BilingualText(
              "在 \(folder.descriptionFile) 中写明 backup", "put backup into \(folder.descriptionFile)")
          )
        ]
      }
      plan = found
    } catch {
      return [
        Finding(
          check: check, grade: .wrong, detail: BilingualText("\(error)", "\(error)"),
          advice: BilingualText("改正 weir.yaml", "correct weir.yaml"))
      ]
    }
    let now = now
    let keeper = BackupKeeper(
      plan: plan, of: folder.path, domain: description.domain, now: { now })
    return plan.to.map { place in
      finding(check, at: place, last: keeper.lastGood(at: place), every: plan.everyHours)
    }
  }

  private func finding(
    _ check: BilingualText, at place: String, last: Instant?, every hours: Int64
  ) -> Finding {
    guard let last else {
      return Finding(
        check: check, grade: .wrong,
        detail: BilingualText("\(place) 中没有完好的备份", "no good one in \(place)"),
        advice: Self.lookAtPlace)
    }
    let age = (now.milliseconds - last.milliseconds) / 3_600_000
    // One that is under way, or just missed while the node was down, is no fault yet.
    let grade: Finding.Grade = age > 2 * hours ? .wrong : age > hours ? .soon : .well
    return Finding(
      check: check, grade: grade,
      detail: BilingualText(
        "\(place)：最近一次在 \(age) 小时前", "\(place): the last good one is \(age) hours old"),
      advice: grade == .well ? nil : Self.lookAtPlace)
  }

  private static let lookAtPlace = BilingualText(
    "看 weir up 的输出；或 weir backup --planned", "look at what weir up says; or weir backup --planned")
}
