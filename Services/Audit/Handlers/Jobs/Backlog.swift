// What has arrived and waits to be stored: a bounded queue that is emptied whole, so that one commit takes all that waits.

/// Between one task that puts and one that takes.
actor Backlog<Element: Sendable> {
  private let limit: Int
  private var elements: [Element] = []
  private var hasEnded = false
  private var waitingTaker: CheckedContinuation<Void, Never>?
  private var waitingPutter: CheckedContinuation<Void, Never>?

  init(limit: Int) { self.limit = limit }

  /// Adds elements; waits while the queue is full, and takes them all once it is not.
  ///
  /// - Returns: false when the queue has ended: the elements were not taken.
  func put(_ arrived: [Element]) async -> Bool {
    while elements.count >= limit, !hasEnded {
      await withCheckedContinuation { waitingPutter = $0 }
    }
    if hasEnded { return false }
    elements += arrived
    waitingTaker?.resume()
    waitingTaker = nil
    return true
  }

  /// All that waits, at least one; empty after the end.
  func takeAll() async -> [Element] {
    while elements.isEmpty, !hasEnded {
      await withCheckedContinuation { waitingTaker = $0 }
    }
    defer { elements = [] }
    waitingPutter?.resume()
    waitingPutter = nil
    return elements
  }

  /// Nothing more is put. What waits can still be taken.
  func end() {
    hasEnded = true
    waitingTaker?.resume()
    waitingPutter?.resume()
    (waitingTaker, waitingPutter) = (nil, nil)
  }
}
