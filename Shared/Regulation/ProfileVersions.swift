// Versions of the law: which one a new case meets on a day, and what a set of files may not do to the set before it.

package import Vocabulary

/// Why a later set of files cannot take the place of the one in use: a running case would lose what it is judged by.
package enum SuccessionProblem: Error, Hashable, Sendable {
  case versionVanished(String, version: Int)
  case versionChanged(String, version: Int)
  case yearVanished(Int)
  case yearChangedUnnumbered(Int)

  package var sentence: BilingualText {
    switch self {
    case .versionVanished(let key, let version):
      BilingualText(
        "档案 \(key) 第\(version)版不见了，办理中的事项还要用它",
        "version \(version) of \(key) has vanished; running cases are judged by it")
    case .versionChanged(let key, let version):
      BilingualText(
        "档案 \(key) 第\(version)版内容变了；修改须用新的版本号",
        "version \(version) of \(key) reads otherwise; a change needs a version of its own")
    case .yearVanished(let year):
      BilingualText("日历中 \(year) 年不见了", "the calendar's year \(year) has vanished")
    case .yearChangedUnnumbered(let year):
      BilingualText(
        "\(year) 年日历内容变了，版本号没有变",
        "the calendar's year \(year) reads otherwise under the same version")
    }
  }
}

extension ProfileSet {
  /// Refuses to forget or rewrite a version: a case keeps the one with which it began.
  package func checkSuccession(to former: ProfileSet) throws(SuccessionProblem) {
    for document in former.all {
      guard let same = self.document(document.key, version: document.version) else {
        throw .versionVanished(document.key, version: document.version)
      }
      guard same.saysTheSame(as: document) else {
        throw .versionChanged(document.key, version: document.version)
      }
    }
  }

  /// The set with one version more, checked as a whole.
  package func adding(_ document: ProfileDocument) throws(ProfileSetProblem) -> ProfileSet {
    try ProfileSet(documents: all + [document], governance: governance)
  }
}

extension ProfileDocument {
  /// Whether two readings of a version are one; lines are a matter of the file.
  fileprivate func saysTheSame(as other: ProfileDocument) -> Bool {
    key == other.key && version == other.version && effectiveFrom == other.effectiveFrom
      && title == other.title && number == other.number && isTextHeld == other.isTextHeld
      && terms == other.terms
      && rows.map(\.placeless) == other.rows.map(\.placeless)
  }
}

extension ProfileRow {
  fileprivate var placeless: [String] {
    [key.rawValue, value.text, article, origin.rawValue, note ?? ""]
  }
}

extension WorkingCalendar {
  /// Refuses to forget a year, or to change one that counts no further: due days would move without a version to name.
  package func checkSuccession(to former: WorkingCalendar) throws(SuccessionProblem) {
    for year in former.years {
      guard let same = years.first(where: { $0.year == year.year }) else {
        throw .yearVanished(year.year)
      }
      guard same == year || same.version > year.version else {
        throw .yearChangedUnnumbered(year.year)
      }
    }
  }

  /// The calendar with a year more, or with one in a later version.
  package func taking(_ year: CalendarYear) throws(CalendarProblem) -> WorkingCalendar {
    try WorkingCalendar(
      name: name, years: years.filter { $0.year != year.year } + [year])
  }
}
