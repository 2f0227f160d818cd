// Streams that keep what was written, for reading it in a test.

import Synchronization
import Vocabulary

@testable import WeirCLI

final class StreamRecorder: Sendable {
  private let state = Mutex(("", ""))

  var output: String { state.withLock { $0.0 } }
  var errors: String { state.withLock { $0.1 } }

  func surroundings(
    _ arguments: [String] = [], environment: [String: String] = [:], width: Int? = nil,
    canRedraw: Bool = false
  ) -> Surroundings {
    Surroundings(
      arguments: arguments, environment: environment, width: width, canRedraw: canRedraw,
      output: { text in self.state.withLock { $0.0 += text } },
      errors: { text in self.state.withLock { $0.1 += text } })
  }

  func console(
    _ language: Language = .english, _ format: OutputFormat = .table, width: Int? = nil,
    canRedraw: Bool = false
  ) -> Console {
    surroundings(width: width, canRedraw: canRedraw).console(language: language, format: format)
  }
}
