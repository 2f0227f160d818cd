// Waiting until every process of a node takes calls, or until it is plain that one will not.

import Boot
import Foundation

/// Asks each service's health until all are serving.
struct HealthWait: Sendable {
  let folder: NodeFolder
  let client: NodeClient
  let supervisor: Supervisor
  /// On a busy machine six processes that make keys and databases take their time.
  var limitSeconds = 90

  private static let pause = Duration.milliseconds(50)
  private static let shownLines = 5
  private static let shownCharacters = 400

  /// - Parameter answered: Called with the name of each service when it takes calls.
  /// - Throws: `NodeFailure` when a process has ended or the limit has passed.
  func wait(answered: @Sendable (String) -> Void) async throws {
    let end = ContinuousClock.now + .seconds(limitSeconds)
    var waiting = supervisor.processes
    while !waiting.isEmpty {
      for (service, status) in await supervisor.ended {
        throw died(service, status)
      }
      let serving = await withTaskGroup(of: String?.self) { group in
        for service in waiting {
          group.addTask { await client.isServing(service) ? service : nil }
        }
        return await group.reduce(into: Set<String>()) { if let name = $1 { $0.insert(name) } }
      }
      for service in waiting where serving.contains(service) { answered(service) }
      waiting.removeAll { serving.contains($0) }
      if waiting.isEmpty { return }
      guard ContinuousClock.now < end else {
        throw NodeFailure.silent(services: waiting, seconds: limitSeconds)
      }
      try await Task.sleep(for: Self.pause)
    }
  }

  private func died(_ service: String, _ status: Int32) -> NodeFailure {
    let file = folder.logFile(service)
    let text = (try? readBytes(file)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let lines = text.split(separator: "\n").suffix(Self.shownLines)
      .map { String($0.prefix(Self.shownCharacters)) }
    return .died(service: service, status: status, logFile: file, lastLines: lines)
  }
}
