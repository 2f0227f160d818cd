// What weir doctor says of Ingest in several replicas: where its two databases lie, and what keeps it from being several.

import Boot
import Vocabulary

extension Examination {
  /// Nothing where Ingest is one process with its own files.
  func replicas(_ description: NodeFolder.Description) -> [Finding] {
    guard let ingest = description.ingest else { return [] }
    let check = BilingualText("Ingest 副本", "replicas of Ingest")
    let processes = description.processes.filter { serviceName(of: $0) == "ingest" }
    // Read as the processes read them.
    let fault = processes.lazy.compactMap { process -> String? in
      do {
        _ = try ServiceConfiguration.load(path: folder.configurationFile(process))
        return nil
      } catch {
        return "\(error)"
      }
    }.first
    if let fault {
      return [
        Finding(
          check: check, grade: .wrong, detail: BilingualText(fault, fault),
          advice: BilingualText(
            "改正 \(folder.descriptionFile) 的 ingest，再 weir up",
            "correct ingest in \(folder.descriptionFile), then weir up"))
      ]
    }
    let isSeveral = processes.count == ingest.replicas
    var findings = [
      Finding(
        check: check, grade: isSeveral ? .well : .wrong,
        detail: BilingualText(
          "\(processes.count) 个进程，记录与映射关系分两个 PostgreSQL 库",
          "\(processes.count) processes; records and mapping store in two PostgreSQL databases"),
        advice: isSeveral
          ? nil
          : BilingualText("ingest.replicas 应为 1 到 16", "ingest.replicas is 1 to 16"))
    ]
    if description.backup != nil {
      findings.append(
        Finding(
          check: check, grade: .wrong,
          detail: BilingualText(
            "weir backup 不含 PostgreSQL 中的记录", "weir backup has nothing of what lies in PostgreSQL"),
          advice: BilingualText(
            "用 PostgreSQL 自带工具备份两个库，密钥另存",
            "back both databases up by PostgreSQL's own tools, the keys apart from them")))
    }
    return findings
  }
}
