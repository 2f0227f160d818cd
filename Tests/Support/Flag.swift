// A flag that tasks of a test set and look at.

import Synchronization

package final class Flag: Sendable {
  private let state = Mutex(false)

  package init() {}

  package var isSet: Bool { state.withLock { $0 } }
  package func set() { state.withLock { $0 = true } }
}
