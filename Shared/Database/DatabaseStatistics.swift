// What an operator is told of a database: whether calls queue up in it, and whether evidence does.

/// A database at one moment.
package struct DatabaseStatistics: Sendable, Equatable {
  /// Calls that wait or run; a level.
  package var writesWaiting = 0
  /// A level too.
  package var readsWaiting = 0
  /// Since it was opened.
  package var statements = 0
  /// Transactions that were stored; writers that waited together share one.
  package var commits = 0
  /// nil where no evidence is written.
  package var evidence: EvidenceBacklog?

  package init() {}

  init(
    writesWaiting: Int, readsWaiting: Int, statements: Int, commits: Int,
    evidence: EvidenceBacklog?
  ) {
    self.writesWaiting = writesWaiting
    self.readsWaiting = readsWaiting
    self.statements = statements
    self.commits = commits
    self.evidence = evidence
  }
}

/// Entries that no checkpoint of Audit covers yet. Beyond a limit of each, data calls are refused (DESIGN.md, section 9).
package struct EvidenceBacklog: Sendable, Equatable {
  package let entries: Int
  /// How old the oldest of them is; 0 without any.
  package let seconds: Int

  package init(entries: Int, seconds: Int) {
    self.entries = entries
    self.seconds = seconds
  }
}
