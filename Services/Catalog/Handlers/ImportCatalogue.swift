// ImportLevelCatalogue: the catalogue of a node below, signed by it, becomes part of this one's (guangdong-2018/10).

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
  /// The most entries that one package holds; a province's catalogue is far below it.
  static let mostImported = 200_000

  package func importLevelCatalogue(
    _ requests: MessageReader<CatalogV1.CataloguePart>, _ call: CallContext
  ) async throws -> CatalogV1.ImportLevelCatalogueResponse {
    try await call.answering(refusals) {
      guard let first = try await requests.next() else {
        throw RequestRefusal.missing(field: "head")
      }
      let actor = try await actor(of: call)
      var entries = first.entries
      while let part = try await requests.next() {
        entries += part.entries
        guard entries.count <= Self.mostImported else {
          throw CatalogRefusal.tooManyItems(limit: Self.mostImported)
        }
      }
      let head = try believed(first)
      try requireReach(head.region, by: actor)
      guard head.size == entries.count, head.digest == catalogueDigest(entries) else {
        throw notBelieved("内容与签名不符", "its entries are not what was signed")
      }
      let rows = try entries.map { try row($0, from: head) }
      // Who asks again is told again by the head alone; the entries are in its digest.
      var told = first
      told.entries = []
      let answer = try await changing(
        call, requestID: first.requestID, content: told,
        authorise: { _ in try requireReach(head.region, by: actor) }
      ) { transaction in
        let result = try taken(rows, under: head, rootKey: first.rootKey, in: transaction)
        try transaction.append(
          topic: "catalog.level_imported",
          payload: event(
            call,
            [
              ("node", .string(head.domain)), ("region", .string(head.region)),
              ("version", .integer(Int64(head.version))),
              ("digest", .string(Hex.encode(head.digest))),
            ]))
        return try CatalogV1.ImportLevelCatalogueResponse(
          node: head.domain, region: head.region, version: Int32(clamping: head.version),
          added: Int32(clamping: result.added), changed: Int32(clamping: result.changed),
          removed: Int32(clamping: result.removed)
        ).serialized()
      }
      return try CatalogV1.ImportLevelCatalogueResponse(serialized: answer.bytes)
    }
  }

  /// Takes what a head was signed of, once: a version has one content.
  private func taken(
    _ rows: [CatalogueRow], under head: CatalogueHead, rootKey: String,
    in transaction: borrowing WriteTransaction
  ) throws -> (added: Int, changed: Int, removed: Int, coded: Int) {
    let held = try transaction.catalogueNode(head.domain, region: head.region)
    if let held {
      guard held.rootKey == rootKey else {
        throw notBelieved("根密钥与首次导入时不同", "its root key is not that of the first import")
      }
      guard head.version >= held.version else {
        throw notBelieved("比已导入的版本旧", "a newer version has been taken already")
      }
    }
    for row in rows where try transaction.hasOther(row) {
      throw notBelieved(
        "\(row.line.entry) 同一版本的内容与已导入的不同",
        "\(row.line.entry) of the same version had other content")
    }
    let result = try transaction.importCatalogue(
      rows, of: head.domain, region: head.region, version: head.version, rootKey: rootKey)
    // The same number with anything but codes minted since is another's package, or an old one.
    let isSame = result.added == 0 && result.removed == 0 && result.changed == result.coded
    guard held?.version != head.version || isSame else {
      throw notBelieved("同一版本的内容与已导入的不同", "the same version had other entries")
    }
    return result
  }

  /// The head, where the node's catalogue signed it under its root key.
  private func believed(_ part: CatalogV1.CataloguePart) throws -> CatalogueHead {
    let head: CatalogueHead?
    do throws(SignedNoteError) {
      let list = try KeyList(
        verifying: try SignedNote(part.keyList), by: try NoteVerifier(text: part.rootKey))
      let note = try SignedNote(part.head)
      try note.verified(
        by: list.entries(named: KeyList.evidenceName(list.domain, service: "catalog"))
          .map(\.verifier))
      head = CatalogueHead(note.text)
      guard head?.domain == list.domain else { throw .badName }
    } catch {
      throw notBelieved("签名无效", "its signature does not hold")
    }
    guard let head else { throw notBelieved("格式不符", "its head is malformed") }
    guard head.domain != domain else { throw notBelieved("来自本节点", "it is this node's own") }
    return head
  }

  private func row(
    _ entry: CatalogV1.CatalogueEntry, from head: CatalogueHead
  ) throws -> CatalogueRow {
    let content = try? EntryContent(json: try CanonicalJSON.decodeCanonical(entry.content))
    guard let content, SHA256.hash(entry.content) == entry.digest,
      entry.node.isEmpty, ResourceName(entry.name, in: .entries) != nil, entry.version > 0,
      catalogueRegions(of: entry.origin).contains(head.region),
      // A line is its owner's as its content says: a node enters nothing as somebody else's.
      entry.owner == "departments/\(content.owner.text)"
    else { throw notBelieved("\(entry.name) 的内容有误", "\(entry.name) is not as it should be") }
    return CatalogueRow(
      id: 0,
      line: CatalogueLine(
        entry: entry.name, version: Int(entry.version), title: content.title, owner: entry.owner,
        origin: entry.origin, resourceCode: entry.resourceCode, node: head.domain),
      content: entry.content)
  }

  private func notBelieved(_ chinese: String, _ english: String) -> CatalogRefusal {
    .packageNotBelieved(BilingualText(chinese, english))
  }
}
