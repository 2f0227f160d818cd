// GetLevelCatalogue, CompareLevelCatalogue, ListResponsibilities: the catalogue of a region at a version (meizhou-public-2023/5.i3;
// hebi-2021/8.1c, 8.2b, 9a).

package import Access
import CatalogRules
import CatalogStore
package import Contracts
import Crypto
import Database
import Integrity
import Regulation
import Vocabulary

extension CatalogServer {
  package func getLevelCatalogue(
    _ request: CatalogV1.GetLevelCatalogueRequest, _ call: CallContext
  ) async throws -> CatalogV1.LevelCatalogue {
    try await call.answering(refusals) {
      guard let token = PageToken(request.pageToken, count: 1) else {
        throw RequestRefusal.pageTokenUnknown
      }
      let actor = try await actor(of: call)
      let region = request.region.isEmpty ? actor.department.region : request.region
      try requireReach(region, by: actor)
      let (origin, size) = (request.ownLevel ? region : nil, PageSize.bounded(request.pageSize))
      let isFirst = request.pageToken.isEmpty
      let (version, found, all) = try await database.read { transaction in
        let newest = try transaction.catalogueVersion(region)
        let version = request.version > 0 ? min(Int(request.version), newest) : newest
        return (
          version,
          try transaction.catalogue(
            region, at: version, origin: origin, after: token.numbers[0], limit: size + 1),
          isFirst ? try transaction.catalogue(region, at: version, origin: origin) : []
        )
      }
      let page = found.prefix(size)
      var reply = CatalogV1.LevelCatalogue(
        region: region, version: Int32(clamping: version), size: Int32(clamping: all.count),
        entries: page.map { $0.message(withContent: request.withContent) },
        nextPageToken: found.count > size ? page.last.map { PageToken([$0.id]).text } ?? "" : "")
      if isFirst {
        let head = CatalogueHead(
          domain: domain, region: region, version: version, size: all.count,
          digest: catalogueDigest(all.map { $0.message(withContent: false) }))
        reply.head = try SignedNote(text: head.text, signers: [signer]).encoded
        reply.keyList = keyList.encoded
      }
      return reply
    }
  }

  package func compareLevelCatalogue(
    _ request: CatalogV1.CompareLevelCatalogueRequest, _ call: CallContext
  ) async throws -> CatalogV1.CompareLevelCatalogueResponse {
    try await call.answering(refusals) {
      let actor = try await actor(of: call)
      let region = request.region.isEmpty ? actor.department.region : request.region
      try requireReach(region, by: actor)
      let (from, to, before, after) = try await database.read { transaction in
        let newest = try transaction.catalogueVersion(region)
        let to = request.to > 0 ? min(Int(request.to), newest) : newest
        let from = max(0, min(Int(request.from), to))
        return (
          from, to, try transaction.catalogue(region, at: from),
          try transaction.catalogue(region, at: to)
        )
      }
      return CatalogV1.CompareLevelCatalogueResponse(
        from: Int32(clamping: from), to: Int32(clamping: to),
        differences: try differences(from: before, to: after))
    }
  }

  package func listResponsibilities(
    _ request: CatalogV1.ListResponsibilitiesRequest, _ call: CallContext
  ) async throws -> CatalogV1.ListResponsibilitiesResponse {
    try await call.answering(refusals) {
      guard let token = PageToken(request.pageToken, count: 1) else {
        throw RequestRefusal.pageTokenUnknown
      }
      let actor = try await actor(of: call)
      let region = request.region.isEmpty ? actor.department.region : request.region
      let only =
        request.department.isEmpty ? nil : try departmentCode(request.department, "department")
      // Of its own list a department needs nobody's leave.
      if only != actor.department.code { try requireReach(region, by: actor) }
      let size = PageSize.bounded(request.pageSize)
      let (version, found, assigned) = try await database.read { transaction in
        let newest = try transaction.catalogueVersion(region)
        let version = request.version > 0 ? min(Int(request.version), newest) : newest
        return (
          version,
          try transaction.catalogue(region, at: version, after: token.numbers[0], limit: size + 1),
          try assignments(in: transaction)
        )
      }
      let page = found.prefix(size)
      let items = try page.flatMap { row in
        try responsibilities(of: row, assigned: assigned)
      }
      return CatalogV1.ListResponsibilitiesResponse(
        version: Int32(clamping: version),
        items: items.filter { only == nil || $0.department == "departments/\(only?.text ?? "")" },
        nextPageToken: found.count > size ? page.last.map { PageToken([$0.id]).text } ?? "" : "")
    }
  }

  /// Each item of an entry is its owner's to collect and provide, once.
  private func responsibilities(
    of row: CatalogueRow, assigned: [Assignment]
  ) throws -> [CatalogV1.ResponsibilityItem] {
    let content = try EntryContent(json: try CanonicalJSON.decodeCanonical(row.content))
    let department = ResourceName(row.line.owner, in: .departments)
      .flatMap { DepartmentCode($0.id) }
    return content.items.map { item in
      let holder = department.flatMap {
        assigned.holder(
          of: item.title, category: content.category, for: $0, in: row.line.origin)
      }
      return CatalogV1.ResponsibilityItem(
        department: row.line.owner, title: item.title, entry: row.line.entry,
        entryVersion: Int32(clamping: row.line.version),
        assignment: row.line.node.isEmpty ? holder?.listing ?? "" : "")
    }
  }

  private func differences(
    from before: [CatalogueRow], to after: [CatalogueRow]
  ) throws -> [CatalogV1.CatalogueDifference] {
    func keyed(_ rows: [CatalogueRow]) -> [[String]: CatalogueRow] {
      Dictionary(
        rows.map { ([$0.line.node, $0.line.entry], $0) }, uniquingKeysWith: { _, last in last })
    }
    let (old, new) = (keyed(before), keyed(after))
    func message(_ row: CatalogueRow, _ kind: String) -> CatalogV1.CatalogueDifference {
      CatalogV1.CatalogueDifference(
        entry: row.line.entry, node: row.line.node, title: row.line.title, kind: kind)
    }
    var found: [CatalogV1.CatalogueDifference] = []
    for row in before where new[[row.line.node, row.line.entry]] == nil {
      var difference = message(row, "removed")
      difference.fromVersion = Int32(clamping: row.line.version)
      found.append(difference)
    }
    for row in after {
      guard let former = old[[row.line.node, row.line.entry]] else {
        var difference = message(row, "added")
        difference.toVersion = Int32(clamping: row.line.version)
        found.append(difference)
        continue
      }
      if former.content == row.content, former.line.version == row.line.version { continue }
      let change = difference(
        from: try EntryContent(json: try CanonicalJSON.decodeCanonical(former.content)),
        to: try EntryContent(json: try CanonicalJSON.decodeCanonical(row.content)))
      var difference = message(row, "changed")
      difference.fromVersion = Int32(clamping: former.line.version)
      difference.toVersion = Int32(clamping: row.line.version)
      difference.addedItems = change.added
      difference.removedItems = change.removed
      difference.changedItems = change.changed.keys.sorted()
      difference.properties = change.properties
      found.append(difference)
    }
    return found
  }

  /// Puts a version into the catalogues of its levels as it is approved, or takes it out as it is withdrawn: in the transaction of the
  /// step (meizhou-public-2023/8c, hebi-2021/10b).
  func followCatalogue(
    _ next: EntryVersion, after current: EntryVersion, of owner: DepartmentFacts,
    _ call: CallContext, to transaction: borrowing WriteTransaction
  ) throws {
    let before = try transaction.cataloguedVersion(next.entry, in: owner.region)
    let after: Int?
    switch next.state {
    case .approved: after = next.number
    // Approved once, taken out since: what everybody sees stands in the catalogue.
    case .published: after = current.state == .approved ? next.number : before
    case .withdrawn: after = nil
    // What was approved goes back: readers of the catalogue have the version before again, where there is one.
    case .returned where current.state == .approved:
      after = try transaction.entryStanding(next.entry)?.publishedVersion
    case .draft, .submitted, .returned, .superseded: after = before
    }
    if after != before {
      try transaction.catalogue(next.entry, version: after, origin: owner.region)
    }
    if next.state == .approved, current.state != .approved {
      try relieveOthers(of: next, owner: owner, call, in: transaction)
    }
  }
}

/// What is signed of a region's catalogue.
struct CatalogueHead: Hashable, Sendable {
  private static let label = "weir-catalogue/1"

  let domain: String
  let region: String
  let version: Int
  let size: Int
  let digest: [UInt8]

  init(domain: String, region: String, version: Int, size: Int, digest: [UInt8]) {
    self.domain = domain
    self.region = region
    self.version = version
    self.size = size
    self.digest = digest
  }

  var text: String {
    [Self.label, domain, region, String(version), String(size), Hex.encode(digest)]
      .map { $0 + "\n" }.joined()
  }

  init?(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard lines.count == 7, lines[6].isEmpty, lines[0] == Self.label, let version = Int(lines[3]),
      let size = Int(lines[4]), let digest = Hex.decode(lines[5])
    else { return nil }
    self.init(
      domain: lines[1], region: lines[2], version: version, size: size, digest: digest)
  }
}

/// Over all lines in their order: what each entry is, whose, of which region, and the hash of its content.
func catalogueDigest(_ entries: [CatalogV1.CatalogueEntry]) -> [UInt8] {
  let lines = entries.map { entry in
    [
      entry.node, entry.name, String(entry.version), entry.owner, entry.origin,
      entry.resourceCode, Hex.encode(entry.digest),
    ].joined(separator: "\t") + "\n"
  }
  return SHA256.hash(Array(lines.joined().utf8))
}

extension CatalogueRow {
  func message(withContent: Bool) -> CatalogV1.CatalogueEntry {
    CatalogV1.CatalogueEntry(
      name: line.entry, version: Int32(clamping: line.version), title: line.title,
      owner: line.owner, origin: line.origin, resourceCode: line.resourceCode,
      digest: SHA256.hash(content), node: line.node, content: withContent ? content : [])
  }
}
