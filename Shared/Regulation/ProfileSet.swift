// All profiles a node holds, and which of them governs what, from when to when.

package import Vocabulary

/// Why profiles and governance do not fit together. Found at start, never later.
package enum ProfileSetProblem: Error, Hashable, Sendable {
  case missingNationalLaw
  case missingDefaults
  case repeated(String, version: Int)
  case unknownParent(String, parent: String)
  case circularParents(String)
  case unknownProfile(String, line: Int)
  case unknownProfileVersion(String, version: Int)
  case governanceEndsBeforeItBegins(line: Int)

  /// The line of the governance file at fault, 0 when it is another file's.
  package var line: Int {
    switch self {
    case .unknownProfile(_, let line), .governanceEndsBeforeItBegins(let line): line
    default: 0
    }
  }

  package var sentence: BilingualText {
    switch self {
    case .missingNationalLaw: BilingualText("缺少国家法律档案", "the profile national-law is missing")
    case .missingDefaults: BilingualText("缺少产品默认档案", "the profile weir-default is missing")
    case .repeated(let key, let version):
      BilingualText("档案 \(key) 第\(version)版重复", "version \(version) of \(key) stands twice")
    case .unknownParent(let key, let parent):
      BilingualText("\(key) 的上级档案 \(parent) 不存在", "the parent \(parent) of \(key) is not held")
    case .circularParents(let key): BilingualText("\(key) 的上级档案成环", "\(key) is its own ancestor")
    case .unknownProfile(let key, _):
      BilingualText("档案 \(key) 不存在", "profile \(key) is not held")
    case .unknownProfileVersion(let key, let version):
      BilingualText("档案 \(key) 第\(version)版不存在", "version \(version) of \(key) is not held")
    case .governanceEndsBeforeItBegins:
      BilingualText("结束早于开始", "it ends before it begins")
    }
  }
}

/// Which profile governs a class of resources, from when to when.
package struct GovernanceRow: Hashable, Sendable {
  /// The data tag of the class (`specific_population`), `nil` for everything.
  package let tag: String?
  package let profile: String
  package let from: CivilDate
  package let to: CivilDate?
  /// The first digits of the regions whose bodies' resources bear the tag (meizhou-specific-2021/2); `nil` for all.
  package let region: String?
  package let line: Int

  package init(
    tag: String?, profile: String, from: CivilDate, to: CivilDate?, region: String? = nil, line: Int
  ) {
    self.tag = tag
    self.region = region
    self.profile = profile
    self.from = from
    self.to = to
    self.line = line
  }

  func covers(_ day: CivilDate) -> Bool {
    day >= from && (to.map { day <= $0 } ?? true)
  }
}

/// The profiles of a node and their reign.
package struct ProfileSet: Hashable, Sendable {
  /// Every version of every document.
  private let documents: [ProfileReference.Part: ProfileDocument]
  /// Of each document its versions, the newest first.
  private let versions: [String: [ProfileDocument]]
  package let governance: [GovernanceRow]

  package init(
    documents list: [ProfileDocument], governance: [GovernanceRow]
  ) throws(ProfileSetProblem) {
    var documents: [ProfileReference.Part: ProfileDocument] = [:]
    for document in list {
      let part = ProfileReference.Part(key: document.key, version: document.version)
      guard documents[part] == nil else { throw .repeated(part.key, version: part.version) }
      documents[part] = document
    }
    self.documents = documents
    versions = Dictionary(grouping: list, by: \.key)
      .mapValues { $0.sorted { $0.version > $1.version } }
    self.governance = governance
    try check()
  }

  private func check() throws(ProfileSetProblem) {
    guard versions[ProfileDocument.nationalLaw] != nil else { throw .missingNationalLaw }
    guard versions[ProfileDocument.productDefaults] != nil else { throw .missingDefaults }
    for document in all { _ = try chain(of: document, on: nil) }
    for row in governance {
      guard versions[row.profile] != nil else {
        throw .unknownProfile(row.profile, line: row.line)
      }
      if let to = row.to, to < row.from { throw .governanceEndsBeforeItBegins(line: row.line) }
    }
  }

  /// The keys of all regulations held, in order; without national law and the defaults.
  package var keys: [String] {
    versions.keys.filter {
      $0 != ProfileDocument.nationalLaw && $0 != ProfileDocument.productDefaults
    }
    .sorted()
  }

  /// The profile in its newest version, whether or not it governs anything.
  package func profile(named key: String) -> Profile? {
    guard let document = versions[key]?.first else { return nil }
    return profile(document, on: nil)
  }

  /// The profile in the version that new cases meet on a day: the newest that is effective, and before all of them the first.
  package func profile(named key: String, on day: CivilDate) -> Profile? {
    document(key, on: day).flatMap { profile($0, on: day) }
  }

  /// The profile in one version, with its parents as they are newest; `nil` where that version is not held.
  package func profile(named key: String, version: Int) -> Profile? {
    document(key, version: version).flatMap { profile($0, on: nil) }
  }

  /// Every version of every document, by name and version.
  package var all: [ProfileDocument] {
    documents.values.sorted { ($0.key, $0.version) < ($1.key, $1.version) }
  }

  package func document(_ key: String, version: Int) -> ProfileDocument? {
    documents[ProfileReference.Part(key: key, version: version)]
  }

  /// - Parameter day: `nil` for the newest version, whenever it is effective.
  private func document(_ key: String, on day: CivilDate?) -> ProfileDocument? {
    guard let versions = versions[key] else { return nil }
    guard let day else { return versions.first }
    return versions.first { $0.isEffective(on: day) } ?? versions.last
  }

  private func profile(_ document: ProfileDocument, on day: CivilDate?) -> Profile? {
    (try? chain(of: document, on: day)).map { Profile(chain: $0) }
  }

  /// The very versions with which a case began.
  package func profile(_ reference: ProfileReference) throws(ProfileSetProblem) -> Profile {
    var chain: [ProfileDocument] = []
    for part in reference.chain {
      guard let document = documents[part] else {
        throw .unknownProfileVersion(part.key, version: part.version)
      }
      chain.append(document)
    }
    return Profile(chain: chain)
  }

  /// The profile that governs a resource with these data tags on a day; `nil` when none is in force.
  ///
  /// First by tag, then by date (D43): a row that names one of the tags goes before a row for everything, a later
  /// beginning before an earlier one. A profile that is not in force on the day governs nothing, so specific-population
  /// data fall to meizhou-public-2023 after the trial of meizhou-specific-2021 (policies.md g.5).
  package func governing(_ tags: Set<String>, on day: CivilDate) -> Profile? {
    let reigning = governance.filter { row in
      row.covers(day) && (row.tag.map(tags.contains) ?? true)
        && document(row.profile, on: day)?.isInForce(on: day) == true
    }
    let profiles =
      reigning.sorted { left, right in
        (left.tag == nil ? 0 : 1, left.from) > (right.tag == nil ? 0 : 1, right.from)
      }
      .compactMap { profile(named: $0.profile, on: day) }
    if let governing = profiles.first(where: { $0.covers(tags) }) { return governing }
    // A text that is about other data leaves them to the product's own rules (luyi-2019/2).
    return profiles.isEmpty ? nil : profile(named: ProfileDocument.productDefaults, on: day)
  }

  /// Whether the bodies of a region bear a tag: where the governance says for which regions it is, no other does
  /// (meizhou-specific-2021/2).
  package func isTagged(_ tag: String, region: String) -> Bool {
    let bounds = governance.compactMap { $0.tag == tag ? $0.region : nil }
    return bounds.isEmpty || bounds.contains { region.hasPrefix($0) }
  }

  /// Whether a profile governed a class of resources on a day, or had done so until a little before: a case goes on under the law
  /// with which it began.
  ///
  /// - Parameter days: How long a case may run on.
  package func governs(
    _ profile: Profile, _ tag: String, on day: CivilDate, orUntil days: Int
  ) -> Bool {
    if governing([tag], on: day)?.key == profile.key { return true }
    return governance.contains { row in
      guard row.profile == profile.key, row.tag.map({ $0 == tag }) ?? true,
        let last = [row.to, profile.document.inForceTo].compactMap({ $0 }).min(),
        last < day, day <= last.adding(days: days)
      else { return false }
      return governing([tag], on: last)?.key == profile.key
    }
  }

  /// A document, its parents, national law, the defaults: each in the version of the day, or the newest without one.
  private func chain(
    of document: ProfileDocument, on day: CivilDate?
  ) throws(ProfileSetProblem) -> [ProfileDocument] {
    var chain = [document]
    var last = document
    while let key = last.parent {
      guard let parent = self.document(key, on: day) else {
        throw .unknownParent(last.key, parent: key)
      }
      guard !chain.contains(where: { $0.key == key }) else { throw .circularParents(document.key) }
      chain.append(parent)
      last = parent
    }
    for key in [ProfileDocument.nationalLaw, ProfileDocument.productDefaults] {
      if let end = self.document(key, on: day), document.key != key { chain.append(end) }
    }
    return chain
  }

  /// A profile that governed a class of resources and is out of force, with what governs the class instead.
  package struct Expiry: Hashable, Sendable {
    package let profile: Profile
    /// Its last day.
    package let ended: CivilDate
    /// The class, `nil` for everything.
    package let tag: String?
    /// `nil` where nothing governs the class on that day.
    package let successor: Profile?
  }

  /// What has ended before a day, though governance still names it (meizhou-specific-2021/38).
  package func expiries(on day: CivilDate) -> [Expiry] {
    governance.compactMap { row in
      guard row.covers(day), let profile = profile(named: row.profile, on: day),
        let ended = profile.document.inForceTo, ended < day
      else { return nil }
      return Expiry(
        profile: profile, ended: ended, tag: row.tag,
        successor: governing(row.tag.map { [$0] } ?? [], on: day))
    }
  }
}
