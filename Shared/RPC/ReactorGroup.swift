// The threads that do all network work of a process; shared by its servers and channels.

/// A number of reactors, each an actor on a thread of its own.
package final class ReactorGroup: Sendable {
  /// - Parameters:
  ///   - threadCount: How many reactors; one for each core is a good number.
  ///   - seed: For the jitter of reconnects and for fault references; take it from the process's random source.
  package init(threadCount: Int, seed: UInt64) {}

  /// Closes every connection and ends the threads.
  package func shutdown() async {}
}
