// Token keys, each in a file of its own, apart from the keyring that opens records.

/// The files `token-<id>.key` of a folder (hebi-2021/27: who can map identifiers is apart from who can open records).
///
/// A file is `"weir-token-key-1\n"` and one key record, mode 0600; under a master key where there is one.
package struct TokenKeyFolder: Sendable {
  private static let label = Array("weir-token-key-1\n".utf8)
  private let folder: KeyFolder
  private let cover: KeyFileCover

  /// Opens the folder and makes it when it is not there.
  ///
  /// - Parameter master: Over the keys; files of before are put under it at once.
  package init(folder path: String, master: (any MasterKey)? = nil) throws(KeyFileError) {
    folder = KeyFolder(path: path)
    cover = KeyFileCover(master: master)
    try folder.create()
    for name in try names() {
      guard let bytes = try folder.read(name), cover.needsCover(bytes) else { continue }
      // Whole beside it before the old one is written over.
      try folder.write(try cover.cover(try cover.uncover(bytes)), to: name + ".new")
      try folder.overwrite(name)
      try folder.rename(name + ".new", to: name)
    }
  }

  private func names() throws(KeyFileError) -> [String] {
    try folder.names().filter { $0.hasPrefix("token-") && $0.hasSuffix(".key") }
  }

  /// Makes a key for a resource and writes its file.
  package func create(
    resource: String, version: UInt32, suite: TokenKey.Suite, createdAt: Int64,
    random: any RandomSource
  ) throws(KeyFileError) -> KeyRecord {
    let record = KeyRecord(
      purpose: .token, resource: resource, version: version,
      suite: suite == .aes256 ? .aes256Permutation : .sm4Permutation, createdAt: createdAt,
      random: random)
    var writer = ByteWriter()
    writer.append(fixed: Self.label)
    record.encode(into: &writer)
    var bytes = writer.bytes
    defer { wipe(&bytes) }
    let name = Self.name(of: record.id)
    try folder.write(try cover.cover(bytes), to: name + ".new")
    try folder.rename(name + ".new", to: name)
    return record
  }

  /// The newest key of a resource, made as the first one where there is none: of several processes one makes it.
  package func newestOrFirst(
    resource: String, suite: TokenKey.Suite, createdAt: Int64, random: any RandomSource
  ) throws(KeyFileError) -> KeyRecord {
    try folder.locked { () throws(KeyFileError) -> KeyRecord in
      if let newest = try keys().last(where: { $0.resource == resource }) { return newest }
      return try create(
        resource: resource, version: 1, suite: suite, createdAt: createdAt, random: random)
    }
  }

  /// Every key of the folder, by resource and version.
  package func keys() throws(KeyFileError) -> [KeyRecord] {
    var keys: [KeyRecord] = []
    for name in try names() {
      guard let bytes = try folder.read(name) else { continue }
      keys.append(try Self.record(try cover.uncover(bytes), name: name))
    }
    return keys.sorted { ($0.resource, $0.version) < ($1.resource, $1.version) }
  }

  package func key(_ id: KeyID) throws(KeyFileError) -> KeyRecord? {
    let name = Self.name(of: id)
    guard let bytes = try folder.read(name) else { return nil }
    return try Self.record(try cover.uncover(bytes), name: name)
  }

  /// Overwrites and removes the key's file: nobody can map these tokens to identifiers any more.
  package func destroy(_ id: KeyID) throws(KeyFileError) {
    let name = Self.name(of: id)
    guard try folder.read(name) != nil else { throw .unknownKey(id) }
    try folder.erase(name)
  }

  private static func name(of id: KeyID) -> String { "token-\(id.text).key" }

  private static func record(_ bytes: [UInt8], name: String) throws(KeyFileError) -> KeyRecord {
    guard bytes.starts(with: label) else { throw .malformed(name: name) }
    var reader = ByteReader(Array(bytes.dropFirst(label.count)))
    guard let record = KeyRecord(reading: &reader), reader.isAtEnd, record.purpose == .token,
      Self.name(of: record.id) == name
    else { throw .malformed(name: name) }
    return record
  }
}
