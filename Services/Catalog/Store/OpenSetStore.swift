// Files of opened sets, one a listing.

import CatalogRules
package import Database
package import Vocabulary

/// The file that stands open for a listing.
package struct OpenSetFile: Hashable, Sendable {
  package let listing: Int64
  /// The version of the listing for which it was published.
  package let listingVersion: Int
  package let mediaType: String
  package let sha256: [UInt8]
  package let sizeBytes: Int
  package let time: Instant
  /// Empty where only the rest was asked for.
  package let content: [UInt8]

  package init(
    listing: Int64, listingVersion: Int, mediaType: String, sha256: [UInt8], sizeBytes: Int,
    time: Instant, content: [UInt8]
  ) {
    self.listing = listing
    self.listingVersion = listingVersion
    self.mediaType = mediaType
    self.sha256 = sha256
    self.sizeBytes = sizeBytes
    self.time = time
    self.content = content
  }
}

extension SQLReading where Self: ~Copyable {
  /// The file of a listing with its content.
  package func openSet(_ listing: Int64) throws -> OpenSetFile? {
    try queryOne(
      """
      SELECT listing, listing_version, media_type, sha256, LENGTH(content), time, content
      FROM open_sets WHERE listing = ?1
      """, [listing]
    ).map { try OpenSetFile($0, content: try $0[6]) }
  }

  /// What is known of all files, without their contents, by listing.
  package func openSets() throws -> [Int64: OpenSetFile] {
    try query(
      """
      SELECT listing, listing_version, media_type, sha256, LENGTH(content), time FROM open_sets
      """
    ).reduce(into: [:]) { found, row in
      let file = try OpenSetFile(row, content: [])
      found[file.listing] = file
    }
  }
}

extension WriteTransaction {
  /// Puts a file in the place of the one before.
  package func save(_ file: OpenSetFile) throws {
    try execute(
      """
      INSERT INTO open_sets (listing, listing_version, media_type, sha256, content, time)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      ON CONFLICT (listing) DO UPDATE SET listing_version = excluded.listing_version,
        media_type = excluded.media_type, sha256 = excluded.sha256, content = excluded.content,
        time = excluded.time
      """,
      [
        file.listing, file.listingVersion, file.mediaType, file.sha256, file.content,
        file.time.milliseconds,
      ])
  }
}

extension OpenSetFile {
  fileprivate init(_ row: Row, content: [UInt8]) throws {
    let (version, size): (Int64, Int64) = (try row[1], try row[4])
    self.init(
      listing: try row[0], listingVersion: Int(version), mediaType: try row[2],
      sha256: try row[3], sizeBytes: Int(size), time: Instant(milliseconds: try row[5]),
      content: content)
  }
}
