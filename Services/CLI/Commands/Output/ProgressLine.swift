// Progress of long work: a bar that redraws on a terminal, a few plain lines everywhere else.

import Synchronization
package import Vocabulary

/// One piece of work with its progress, on standard error.
///
/// On a terminal it is one line, redrawn when what it shows has changed. In a log or a pipe each tenth is a line of its own, so that a
/// long run leaves few of them. It may be advanced from several tasks at once. No clock is read: speed is not claimed.
package final class ProgressLine: Sendable {
  private struct State {
    var done = 0
    var shown = ""
    var lastTenth = -1
    var isFinished = false
  }

  private let title: String
  private let total: Int?
  private let console: Console
  private let state = Mutex(State())

  private static let barWidth = 24
  private static let spinner = ["|", "/", "-", "\\"]
  private static let clearLine = "\r\u{1B}[K"

  /// - Parameter total: The steps there are; `nil` when nobody knows, which shows a count instead of a bar.
  package init(_ title: BilingualText, total: Int?, console: Console) {
    self.title = title.text(in: console.language)
    self.total = total.map { max(0, $0) }
    self.console = console
    advance(by: 0)
  }

  package func advance(by steps: Int = 1) {
    state.withLock { state in
      guard !state.isFinished else { return }
      state.done += steps
      draw(&state)
    }
  }

  /// Ends the line with what came of the work.
  package func finish(_ summary: BilingualText) {
    state.withLock { state in
      guard !state.isFinished else { return }
      state.isFinished = true
      let text = "\(title)  \(summary.text(in: console.language))\n"
      console.writeError(console.canRedraw ? Self.clearLine + text : text)
    }
  }

  private func draw(_ state: inout State) {
    if console.canRedraw {
      let line = "\(title)  \(picture(state.done))"
      guard line != state.shown else { return }
      state.shown = line
      console.writeError(Self.clearLine + line)
    } else if let total, total > 0 {
      let tenth = min(state.done, total) * 10 / total
      guard tenth > state.lastTenth, tenth < 10 else { return }
      state.lastTenth = tenth
      console.writeError("\(title)  \(tenth * 10)%\n")
    } else if state.lastTenth < 0 {
      state.lastTenth = 0
      console.writeError("\(title) …\n")
    }
  }

  private func picture(_ done: Int) -> String {
    guard let total, total > 0 else {
      return "\(Self.spinner[done % Self.spinner.count]) \(done)"
    }
    let part = min(done, total)
    let filled = part * Self.barWidth / total
    let bar =
      String(repeating: "█", count: filled) + String(repeating: "░", count: Self.barWidth - filled)
    return "\(bar) \(part * 100 / total)%"
  }
}
