// How far each origin is, in memory, for the streams that tell it and the publisher that waits for growth.

package import AuditRules
package import AuditStore
import Synchronization

/// Follows what the database holds; written only after it is durable there.
package final class OriginBoard: Sendable {
  private let origins: Mutex<[String: OriginProgress]>
  /// Told when entries were appended.
  package let growth = Signal()
  /// Told when a checkpoint covers more, or an origin was met.
  package let coverage = Signal()

  package init(_ origins: [OriginProgress]) {
    self.origins = Mutex(
      Dictionary(origins.map { ($0.held.name, $0) }, uniquingKeysWith: { first, _ in first }))
  }

  /// What is known of a service's origins, by name.
  package func progress(of service: String) -> [OriginProgress] {
    origins.withLock { origins in
      origins.values.filter { $0.held.name.hasPrefix(service + "/") }
        .sorted { $0.held.name < $1.held.name }
    }
  }

  /// The log holds this of an origin. A new origin is told at once, since its service waits for the first answer.
  package func holds(_ held: HeldOrigin) {
    let isNew = origins.withLock { origins in
      let known = origins[held.name]
      // Answers of two writes may come in either order.
      if let known, known.held.sequence >= held.sequence { return false }
      origins[held.name] = OriginProgress(held: held, covered: known?.covered ?? 0)
      return known == nil
    }
    if isNew { coverage.tell() }
  }

  /// A published checkpoint covers origins up to here.
  package func covers(_ covered: [HeldOrigin]) {
    origins.withLock { origins in
      for origin in covered {
        let known = origins[origin.name]
        origins[origin.name] = OriginProgress(
          held: known?.held ?? origin, covered: max(known?.covered ?? 0, origin.sequence))
      }
    }
    coverage.tell()
  }

  /// Ends all streams, so that calls which follow them end too.
  package func close() {
    growth.close()
    coverage.close()
  }
}
