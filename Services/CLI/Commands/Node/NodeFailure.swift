// Why the six processes of a data folder could not be started, told so that the operator can do something about it.

package import Vocabulary

/// What went wrong while a node was started.
package enum NodeFailure: Error, Sendable, Equatable {
  case noPorts
  /// Somebody else listens on a port of this node.
  case portTaken(UInt16)
  /// Another `weir up` works on this folder.
  case alreadyRunning(folder: String)
  /// The folder has keys but no `weir.yaml`: making it was interrupted.
  case halfMade(folder: String)
  case programMissing(path: String)
  /// A folder keeps what it was made with.
  case fixed(what: String, is: String)
  /// A process ended before it answered.
  case died(service: String, status: Int32, logFile: String, lastLines: [String])
  case silent(services: [String], seconds: Int)
}

extension NodeFailure {
  package var exit: ProgramExit {
    switch self {
    case .noPorts, .portTaken, .alreadyRunning, .silent: .tryAgain
    case .halfMade, .fixed: .usage
    case .programMissing, .died: .fault
    }
  }

  package var sentence: BilingualText {
    switch self {
    case .noPorts:
      BilingualText("本机没有足够的空闲端口。", "This machine has too few free ports.")
    case .portTaken(let port):
      BilingualText(
        "127.0.0.1 的端口 \(port) 已被其他程序占用；请停止该程序，或用 --port 另选网关端口。",
        "Another program listens on port \(port) of 127.0.0.1; stop it, or choose the gateway's port with --port."
      )
    case .alreadyRunning(let folder):
      BilingualText(
        "\(folder) 已由另一个 weir up 运行。", "Another weir up is running on \(folder).")
    case .halfMade(let folder):
      BilingualText(
        "\(folder) 的创建曾被中断；请删除该目录后重试。",
        "Making \(folder) was interrupted; remove the folder and start again.")
    case .programMissing(let path):
      BilingualText(
        "缺少程序 \(path)；请先用 swift build 构建全部程序。",
        "The program \(path) is missing; build all programs with swift build first.")
    case .fixed(let what, let value):
      BilingualText(
        "此数据目录创建时 \(what) 已定为 \(value)，不能更改。",
        "This folder was made with \(what) \(value), which cannot change.")
    case .died(let service, let status, let logFile, let lines):
      BilingualText(
        "weir-\(service) 启动时退出（状态 \(status)）。日志 \(logFile) 的最后几行："
          + Self.quoted(lines, BilingualText("（空）", "(empty)").chinese),
        "weir-\(service) ended while starting (status \(status)). The last lines of \(logFile):"
          + Self.quoted(lines, "(empty)"))
    case .silent(let services, let seconds):
      BilingualText(
        "\(seconds) 秒内没有应答：\(services.joined(separator: "、"))。",
        "No answer within \(seconds) seconds from \(services.joined(separator: ", ")).")
    }
  }

  private static func quoted(_ lines: [String], _ empty: String) -> String {
    lines.isEmpty ? " " + empty : lines.map { " | " + $0 }.joined()
  }
}
