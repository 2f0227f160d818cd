// The keyring of a service: one file, rewritten whole under a fresh key at each change.

import Synchronization

/// The named keys of a service, in `keyring` beside `epoch.key` (DESIGN.md section 7, FORMATS.md).
///
/// `epoch.key` holds 32 random bytes. `keyring` is `"weir-keyring-1\n"` and one seal under them, of `generation (8) ‖ count
/// (4) ‖ keys`. Each change makes a new epoch key and overwrites the old one, so that a destroyed key cannot be had back
/// from an older copy of the keyring alone. Never archive both with data. With a master key `epoch.key` holds the 32 bytes under it,
/// so that a copy of both files opens nothing without the token.
///
/// Two files cannot be replaced at one instant. The order is: write `epoch.key.new`; write `keyring.new`; rename the
/// keyring (**the change has happened**); overwrite `epoch.key`; rename the epoch key. Opening after a stop anywhere
/// tries the keyring with `epoch.key`, then with `epoch.key.new`, and finishes or sweeps what was left.
///
/// Reading is from memory. Changing blocks on the disk: call it from a thread that may wait.
package final class Keyring: Sendable {
  /// A durable step of a change, in order.
  package enum Step: Int, Sendable, CaseIterable {
    case epochWritten, keyringWritten, keyringReplaced, oldEpochOverwritten, epochReplaced
  }

  private struct Content {
    var generation: UInt64 = 0
    var keys: [KeyRecord] = []
  }

  private static let label = Array("weir-keyring-1\n".utf8)
  private static let keyring = "keyring"
  private static let epoch = "epoch.key"
  private static let newKeyring = "keyring.new"
  private static let newEpoch = "epoch.key.new"

  private let folder: KeyFolder
  /// The key over the key files; `nil` where they hold their secrets as they are.
  package let master: (any MasterKey)?
  private let suite: SealSuite
  private let random: any RandomSource
  private let onStep: @Sendable (Step) throws(KeyFileError) -> Void
  private let content: Mutex<Content>

  /// Opens the keyring of a folder, finishing or sweeping a change that was cut short.
  ///
  /// - Parameters:
  ///   - suite: What the keyring is sealed with: the node's, not what the file says.
  ///   - master: Over the epoch key; files of before are put under it at once.
  ///   - creates: Whether to make an empty keyring where there is none.
  ///   - onStep: Called after each durable step of a change; tests stop there by throwing.
  package init(
    folder path: String, suite: SealSuite = .aes256GCM, master: (any MasterKey)? = nil,
    creates: Bool, random: any RandomSource,
    onStep: @escaping @Sendable (Step) throws(KeyFileError) -> Void = { _ in }
  ) throws(KeyFileError) {
    folder = KeyFolder(path: path)
    self.suite = suite
    self.master = master
    self.random = random
    self.onStep = onStep
    content = Mutex(Content())
    if creates { try folder.create() }
    let loaded = try folder.locked { () throws(KeyFileError) -> Content in
      if var found = try load() {
        if let epoch = try folder.read(Self.epoch), cover.needsCover(epoch) {
          found.generation += 1
          try store(found)
        }
        return found
      }
      guard creates else { throw .notCreated }
      let empty = Content(generation: 1)
      try store(empty)
      return empty
    }
    content.withLock { $0 = loaded }
  }

  // MARK: Reading

  /// How many times the keyring has been written.
  package var generation: UInt64 { content.withLock { $0.generation } }

  package var keys: [KeyRecord] { content.withLock { $0.keys } }

  package func key(_ id: KeyID) -> KeyRecord? {
    content.withLock { $0.keys.first { $0.id == id } }
  }

  /// The key that seals now: the highest version that is not retired.
  package func currentKey(_ purpose: KeyPurpose, resource: String) -> KeyRecord? {
    keys(purpose, resource: resource).last { $0.retiredAt == nil }
  }

  /// All keys of one purpose and resource, by version.
  package func keys(_ purpose: KeyPurpose, resource: String) -> [KeyRecord] {
    keys.filter { $0.purpose == purpose && $0.resource == resource }
      .sorted { $0.version < $1.version }
  }

  /// Reads the files again, for keys that another replica added.
  package func reload() throws(KeyFileError) {
    try change { _ throws(KeyFileError) in false }
  }

  // MARK: Changing

  /// Makes the next version of a key.
  ///
  /// - Parameter version: Its number where others have to bear the same; otherwise the next one.
  package func add(
    _ purpose: KeyPurpose, resource: String, version: UInt32? = nil, suite: KeySuite,
    createdAt: Int64
  ) throws(KeyFileError) -> KeyRecord {
    var added: KeyRecord?
    try change { (content) throws(KeyFileError) in
      let last = content.keys.filter { $0.purpose == purpose && $0.resource == resource }
        .map(\.version).max()
      let record = KeyRecord(
        purpose: purpose, resource: resource, version: version ?? (last ?? 0) + 1, suite: suite,
        createdAt: createdAt, random: random)
      content.keys.append(record)
      added = record
      return true
    }
    guard let added else { throw .notCreated }
    return added
  }

  /// The current key, made when there is none.
  ///
  /// - Parameter version: The one that is meant, where others have to bear the same number; otherwise the newest.
  package func currentOrNewKey(
    _ purpose: KeyPurpose, resource: String, version: UInt32? = nil, suite: KeySuite,
    createdAt: Int64
  ) throws(KeyFileError) -> KeyRecord {
    func isMeant(_ key: KeyRecord) -> Bool {
      key.retiredAt == nil && (version == nil || key.version == version)
    }
    if let current = keys(purpose, resource: resource).last(where: isMeant) { return current }
    var result: KeyRecord?
    try change { (content) throws(KeyFileError) in
      let versions = content.keys.filter { $0.purpose == purpose && $0.resource == resource }
      // Another replica may have made it since this one looked.
      if let current = versions.filter(isMeant).max(by: { $0.version < $1.version }) {
        result = current
        return false
      }
      let record = KeyRecord(
        purpose: purpose, resource: resource,
        version: version ?? (versions.map(\.version).max() ?? 0) + 1,
        suite: suite, createdAt: createdAt, random: random)
      content.keys.append(record)
      result = record
      return true
    }
    guard let result else { throw .notCreated }
    return result
  }

  /// From now on the key only opens.
  package func retire(_ id: KeyID, at milliseconds: Int64) throws(KeyFileError) {
    try change { (content) throws(KeyFileError) in
      guard let index = content.keys.firstIndex(where: { $0.id == id }) else {
        throw .unknownKey(id)
      }
      guard content.keys[index].retiredAt == nil else { return false }
      content.keys[index].retiredAt = milliseconds
      return true
    }
  }

  /// Destroys the key, and with it whatever only it opens.
  ///
  /// Asked again after a failure it succeeds, though the disk may have lost the key already: until then memory holds it.
  package func destroy(_ id: KeyID) throws(KeyFileError) {
    let isKnown = key(id) != nil
    try change { (content) throws(KeyFileError) in
      guard let index = content.keys.firstIndex(where: { $0.id == id }) else {
        guard isKnown else { throw .unknownKey(id) }
        return false
      }
      content.keys.remove(at: index)
      return true
    }
  }

  /// Applies the edit to what the disk holds, under the folder's lock, and writes it if the edit says so.
  private func change(
    _ edit: (inout Content) throws(KeyFileError) -> Bool
  ) throws(KeyFileError) {
    let changed = try folder.locked { () throws(KeyFileError) -> Content in
      guard var found = try load() else { throw .notCreated }
      if try edit(&found) {
        found.generation += 1
        try store(found)
      }
      return found
    }
    // Two changes may finish in either order; the later generation stays.
    content.withLock { if changed.generation >= $0.generation { $0 = changed } }
  }

  // MARK: Files

  private var cover: KeyFileCover { KeyFileCover(master: master) }

  private func store(_ content: Content) throws(KeyFileError) {
    var epoch = random.bytes(SealKey.byteCount)
    defer { wipe(&epoch) }
    try folder.write(try cover.cover(epoch), to: Self.newEpoch)
    try onStep(.epochWritten)
    try folder.write(try sealed(content, under: epoch), to: Self.newKeyring)
    try onStep(.keyringWritten)
    try folder.rename(Self.newKeyring, to: Self.keyring)
    try onStep(.keyringReplaced)
    try folder.overwrite(Self.epoch)
    try onStep(.oldEpochOverwritten)
    try folder.rename(Self.newEpoch, to: Self.epoch)
    try onStep(.epochReplaced)
  }

  /// What the files hold, left whole; nil when there has never been a keyring.
  private func load() throws(KeyFileError) -> Content? {
    let epoch = try folder.read(Self.epoch).map { bytes throws(KeyFileError) in
      try cover.uncover(bytes)
    }
    guard let bytes = try folder.read(Self.keyring) else {
      guard epoch == nil else { throw .keyringMissing }
      try sweep()
      return nil
    }
    if let epoch, let content = try opened(bytes, under: epoch) {
      try sweep()
      return content
    }
    // One that was cut short while it was written is none.
    guard let next = try folder.read(Self.newEpoch).flatMap({ try? cover.uncover($0) }),
      let content = try opened(bytes, under: next)
    else { throw .keyringDoesNotOpen }
    // The keyring's new name may have reached the disk or not: a flush may have failed, or never been tried. The old key goes only
    // when no power cut can bring back what it opens.
    try folder.flush()
    try folder.overwrite(Self.epoch)
    try folder.rename(Self.newEpoch, to: Self.epoch)
    try folder.erase(Self.newKeyring)
    return content
  }

  /// Erases what a change left that never happened.
  private func sweep() throws(KeyFileError) {
    try folder.erase(Self.newEpoch)
    try folder.erase(Self.newKeyring)
  }

  private static let place = SealContext(kind: .keyring, resource: "keyring")

  private func sealer(_ epoch: [UInt8]) throws(KeyFileError) -> Sealer {
    do {
      // The key has no name: it is the one beside the keyring.
      let key = try SealKey(id: KeyID(rawValue: 0), suite: suite, secret: SecretBytes(epoch))
      return try Sealer(key: key, random: random)
    } catch let error as CryptoError {
      throw .failed(error)
    } catch {
      throw .malformed(name: Self.epoch)
    }
  }

  private func sealed(_ content: Content, under epoch: [UInt8]) throws(KeyFileError) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(content.generation)
    writer.append(UInt32(content.keys.count))
    for key in content.keys { key.encode(into: &writer) }
    var plain = writer.bytes
    defer { wipe(&plain) }
    let sealer = try sealer(epoch)
    do throws(SealError) {
      return Self.label + (try sealer.seal(plain, context: Self.place))
    } catch {
      throw .malformed(name: Self.keyring)
    }
  }

  /// The content; nil when the bytes are not sealed under this epoch key.
  private func opened(_ bytes: [UInt8], under epoch: [UInt8]) throws(KeyFileError) -> Content? {
    guard epoch.count == SealKey.byteCount else { return nil }
    guard bytes.starts(with: Self.label) else { throw .malformed(name: Self.keyring) }
    let envelope = Array(bytes.dropFirst(Self.label.count))
    guard var plain = try? sealer(epoch).open(envelope, context: Self.place) else { return nil }
    defer { wipe(&plain) }
    var reader = ByteReader(plain)
    guard let generation = reader.number(UInt64.self), let count = reader.number(UInt32.self) else {
      throw .malformed(name: Self.keyring)
    }
    var content = Content(generation: generation)
    for _ in 0..<count {
      guard let key = KeyRecord(reading: &reader) else { throw .malformed(name: Self.keyring) }
      content.keys.append(key)
    }
    guard reader.isAtEnd else { throw .malformed(name: Self.keyring) }
    return content
  }
}
