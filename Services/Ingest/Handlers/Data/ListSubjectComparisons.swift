// ListSubjectComparisons: in which chunks of comparisons one person was asked for, for a trace that two persons decided (AC-93).

package import Access
package import Contracts
import Crypto
import Database
import IngestRules
import IngestStore
import Integrity
import Vocabulary

extension IngestService {
  /// Manifests of up to 512 KiB each are opened for a page.
  private static let chunksLookedAt = 64

  /// The log names a chunk by the hash of its manifest alone: who was on the roll stands in the sealed manifest, and opens here,
  /// for two persons' statements as a name is made for them. No record is opened, and that it was looked is an entry.
  package func listSubjectComparisons(
    _ request: IngestV1.ListSubjectComparisonsRequest, _ call: CallContext
  ) async throws -> IngestV1.ListSubjectComparisonsResponse {
    try await call.answering(outside.recorder) {
      let traced = try await traced(by: request)
      guard let after = PageToken(request.pageToken, count: 1)?.numbers[0], after >= 0 else {
        throw RequestRefusal.pageTokenUnknown
      }
      let payload = event(
        call,
        [
          ("act", .string(traced.act)), ("after", .integer(after)),
          ("subject", .string(blindedName(of: traced.block))),
        ])
      let limit = Self.chunksLookedAt
      let manifests = try await database.write { transaction in
        try transaction.append(topic: "ingest.subject_sought", payload: payload)
        return try transaction.chunkManifests(after: after, limit: limit)
      }
      var chunks: [IngestV1.ListSubjectComparisonsResponse.Chunk] = []
      var tokens: [Int64: [Token]] = [:]
      for entry in Set(manifests.map(\.entry)) {
        tokens[entry] = try await self.tokens(of: traced.block, in: entry)
      }
      let (seal, subject) = (keys.manifests, try keys.subjects.token(of: traced.block))
      for manifest in manifests {
        let before = tokens[manifest.entry] ?? []
        let isNamed = try await pool.run {
          try manifest.names(subject, orBefore: before, seal)
        }
        if isNamed {
          chunks.append(
            .init(
              callID: manifest.callID, comparison: manifest.comparison,
              number: Int32(clamping: manifest.chunk)))
        }
      }
      return .init(
        chunks: chunks,
        nextPageToken: manifests.count == limit
          ? manifests.last.map { PageToken([$0.id]).text } ?? "" : "")
    }
  }

  /// A person's tokens under the keys that a register has, as manifests of before had them; none of a register that was destroyed, whose
  /// keys are not made anew.
  private func tokens(of block: [UInt8], in entry: Int64) async throws -> [Token] {
    guard try await database.read({ try $0.register(entry) }) != nil else { return [] }
    let set = try await registerKeys(entry)
    return try await pool.run {
      try [set.current, set.previous].compactMap { try $0?.token.token(of: block) }
    }
  }
}

extension StoredManifest {
  /// Whether a person is among those who were asked for.
  ///
  /// - Parameters:
  ///   - subject: The person under the key of manifests.
  ///   - tokens: The same under the register's keys, for a manifest of the first kind.
  fileprivate func names(
    _ subject: Token, orBefore tokens: [Token], _ seal: TableSeal
  ) throws -> Bool {
    var reader = ByteReader(try seal.open(sealed, at: .manifest(entry: entry, disclosure: id)))
    let (kind, named) = (reader.text(), reader.bytes())
    guard kind == "weir-manifest-v1" || kind == "weir-manifest-v2", let asked = named else {
      throw UnreadableContent(what: "manifest")
    }
    let wanted = (kind == "weir-manifest-v1" ? tokens : [subject]).map(\.bytes)
    return stride(from: 0, to: asked.count, by: Token.byteCount).contains { start in
      let one = asked[start..<start + Token.byteCount]
      return wanted.contains { one.elementsEqual($0) }
    }
  }
}
