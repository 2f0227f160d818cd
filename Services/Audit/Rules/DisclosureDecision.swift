// No data without a decision: how long the decision's entry may take to arrive.

package import Vocabulary

/// When a disclosure must be answered by a decision of the same call (`hebi-2021/13.3`, `meizhou-public-2023/22`: data goes
/// out for a granted purpose only, so each opening has a decision behind it).
///
/// The decision is durable in Share before Ingest opens the seal; both entries then travel apart. The grace covers that
/// journey alone and is ours, no regulation's.
package struct DisclosureGrace: Hashable, Sendable {
  package let seconds: Int64

  package init(seconds: Int64 = 30) { self.seconds = seconds }

  /// The last moment of the grace for a disclosure that Audit received then.
  package func end(received: Instant) -> Instant {
    received.adding(milliseconds: seconds * 1_000)
  }
}

/// What went out, or what was decided to go out: whose rows, to whom, under which grant.
package struct DisclosedMatter: Hashable, Sendable {
  package let call: String
  /// `grants/G-1`, or the verification request where a claim is answered.
  package let grant: String
  package let entry: String
  package let grantee: DepartmentCode?
  package let items: Set<String>
  /// The run of a comparison, and which chunk of it; empty and 0 for a look-up.
  package let comparison: String
  package let chunk: Int64

  package init(
    call: String, grant: String, entry: String, grantee: DepartmentCode?, items: Set<String>,
    comparison: String, chunk: Int64
  ) {
    self.call = call
    self.grant = grant
    self.entry = entry
    self.grantee = grantee
    self.items = items
    self.comparison = comparison
    self.chunk = chunk
  }

  /// Whether a decision is the one behind a disclosure (`hebi-2021/13.3`; `meizhou-public-2023/22`): of the same call, grant, entry,
  /// grantee and chunk, with no item left out that went out. That each serves once is the log's to see to.
  package func decides(_ disclosure: DisclosedMatter) -> Bool {
    call == disclosure.call && grant == disclosure.grant && entry == disclosure.entry
      && grantee == disclosure.grantee && comparison == disclosure.comparison
      && chunk == disclosure.chunk && items.isSuperset(of: disclosure.items)
  }
}

/// Where a disclosure stands. Raw values are stored.
package enum DisclosureState: Int64, CaseIterable, Sendable {
  /// Its decision has not been seen, and the grace runs.
  case awaiting = 0
  case decided = 1
  /// The grace is over: an alarm stands.
  case alarmed = 2
}

/// What becomes of a disclosure now (`hebi-2021/13.3`). A decision that comes after the alarm settles it, and the alarm stays
/// on record.
package func judge(
  _ state: DisclosureState, isDecided: Bool, due: Instant, now: Instant
) -> DisclosureState {
  if isDecided { return .decided }
  if state == .awaiting, now <= due { return .awaiting }
  return .alarmed
}
