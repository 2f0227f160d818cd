// What a version of a profile changes against another: by row, with the article of each, and which periods it sets anew.

package import Vocabulary

/// One parameter that two profiles set differently.
package struct ProfileChange: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable {
    case added, removed, changed
    /// The value stays; it rests on another article, or is of another origin.
    case rests

    package var term: BilingualText {
      switch self {
      case .added: BilingualText("新增", "added")
      case .removed: BilingualText("删除", "removed")
      case .changed: BilingualText("修改", "changed")
      case .rests: BilingualText("依据变更", "rests on another text")
      }
    }
  }

  /// What one side says.
  package struct Side: Hashable, Sendable {
    /// As ``ProfileValue/text``; `none` where the row sets the parameter aside.
    package let value: String
    /// `nil` of what stands in the head of a file.
    package let citation: Citation?
    package let origin: ProfileOrigin?

    package init(value: String, citation: Citation? = nil, origin: ProfileOrigin? = nil) {
      self.value = value
      self.citation = citation
      self.origin = origin
    }
  }

  /// A ``ProfileKey``, or a field of the file's head.
  package let key: String
  package let former: Side?
  package let next: Side?

  package var kind: Kind {
    guard let former else { return .added }
    guard let next else { return .removed }
    return former.value == next.value ? .rests : .changed
  }
}

/// A period that two profiles set differently.
package struct PeriodChange: Hashable, Sendable {
  package let clock: RegulatedClock
  /// `nil`: nothing fell due, or falls due from now on.
  package let former: ClockRule?
  package let next: ClockRule?
}

extension Profile {
  /// What another profile sets differently, in the order of the keys; the whole chain counts, so that a changed parent shows
  /// (policies.md e.27: running cases keep their version, new ones meet this).
  package func changes(to next: Profile) -> [ProfileChange] {
    let heads: [(String, String, String)] = [
      ("title", document.title, next.document.title),
      ("number", document.number, next.document.number),
      ("short_name", document.shortName.chinese, next.document.shortName.chinese),
      ("text_held", String(document.isTextHeld), String(next.document.isTextHeld)),
      ("terms", document.terms.listed, next.document.terms.listed),
    ]
    let head = heads.filter { $0.1 != $0.2 }
      .map { ProfileChange(key: $0.0, former: .init(value: $0.1), next: .init(value: $0.2)) }
    return head
      + ProfileKey.allCases.compactMap { key in
        let (old, new) = (side(key), next.side(key))
        if old == new { return nil }
        return ProfileChange(key: key.rawValue, former: old, next: new)
      }
  }

  /// The periods that another profile sets differently.
  package func periodChanges(to next: Profile) -> [PeriodChange] {
    RegulatedClock.allCases.compactMap { clock in
      let (old, new) = (self.clock(clock), next.clock(clock))
      if old?.period == new?.period, old?.start == new?.start { return nil }
      return PeriodChange(clock: clock, former: old, next: new)
    }
  }

  private func side(_ key: ProfileKey) -> ProfileChange.Side? {
    switch look(up: key) {
    case .silent: nil
    case .setAside(let citation):
      ProfileChange.Side(value: ProfileValue.none.text, citation: citation)
    case .provision(let found):
      ProfileChange.Side(
        value: found.value.text, citation: found.citation, origin: found.origin)
    }
  }
}

extension [ProfileTerm] {
  fileprivate var listed: String {
    map { "\($0.term.chinese)=\($0.means.rawValue)@\($0.article)" }.joined(separator: ", ")
  }
}
