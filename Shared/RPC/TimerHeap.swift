// The timers of a reactor: what has a due time is itself the node of a heap, so that a call's deadline allocates nothing.

/// Something that can be told that its time has come. Confined to its reactor.
class Timed {
  /// Nanoseconds on the reactor's clock; meaningful only while scheduled.
  fileprivate(set) var due: Int64 = 0
  fileprivate var heapIndex = -1

  final var isScheduled: Bool { heapIndex >= 0 }

  /// Called once when due; the timer is no longer scheduled then.
  func expire() {}
}

/// A binary heap by due time; scheduling, moving and cancelling take O(log n). A class, so that using it is no access to
/// whoever owns it.
final class TimerHeap {
  @exclusivity(unchecked) private var nodes: [Timed] = []

  var nextDue: Int64? { nodes.first?.due }
  var count: Int { nodes.count }

  /// Schedules `timer`, or moves it.
  func schedule(_ timer: Timed, at due: Int64) {
    if timer.heapIndex < 0 {
      timer.heapIndex = nodes.count
      timer.due = due
      nodes.append(timer)
      moveUp(timer.heapIndex)
    } else {
      let earlier = due < timer.due
      timer.due = due
      if earlier { moveUp(timer.heapIndex) } else { moveDown(timer.heapIndex) }
    }
  }

  func cancel(_ timer: Timed) {
    let index = timer.heapIndex
    if index < 0 { return }
    timer.heapIndex = -1
    let last = nodes.removeLast()
    if index == nodes.count { return }
    nodes[index] = last
    last.heapIndex = index
    moveUp(index)
    moveDown(last.heapIndex)
  }

  func removeAll() {
    for node in nodes { node.heapIndex = -1 }
    nodes = []
  }

  func popDue(at now: Int64) -> Timed? {
    guard let first = nodes.first, first.due <= now else { return nil }
    cancel(first)
    return first
  }

  private func moveUp(_ start: Int) {
    var index = start
    while index > 0 {
      let parent = (index - 1) / 2
      if nodes[parent].due <= nodes[index].due { return }
      swap(index, parent)
      index = parent
    }
  }

  private func moveDown(_ start: Int) {
    var index = start
    while true {
      var smallest = index
      for child in [2 * index + 1, 2 * index + 2]
      where child < nodes.count && nodes[child].due < nodes[smallest].due {
        smallest = child
      }
      if smallest == index { return }
      swap(index, smallest)
      index = smallest
    }
  }

  private func swap(_ left: Int, _ right: Int) {
    nodes.swapAt(left, right)
    nodes[left].heapIndex = left
    nodes[right].heapIndex = right
  }
}
