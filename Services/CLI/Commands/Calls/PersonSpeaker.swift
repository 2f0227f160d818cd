// How a system of ours states who acts: a person token with each call, signed with the key of its certificate (AC-03).

import Access
import Contracts
import Crypto
import RPC
import Synchronization
import Vocabulary

/// Signs person tokens for one system and one actor; each is used until half of its time has passed.
final class PersonSpeaker: Sendable {
  /// Well within the quarter of an hour that is allowed, for clocks that are ahead.
  static let lifeMilliseconds: Int64 = 10 * 60_000

  private let department: DepartmentCode
  private let system: SystemName
  private let actor: StatedActor
  private let key: P256PrivateKey
  private let now: @Sendable () -> Instant
  private let last = Mutex<(token: [UInt8], renewal: Instant)?>(nil)

  /// - Parameters:
  ///   - certificate: The system's; its name in the certificate says which system it is.
  ///   - now: Real time.
  /// - Returns: `nil` for a certificate that is no system's.
  init?(
    certificate: Certificate, key: P256PrivateKey, actor: StatedActor,
    now: @escaping @Sendable () -> Instant
  ) {
    // spiffe://<domain>/department/<code>/system/<name>
    let parts = certificate.uris.first?.split(separator: "/").map(String.init) ?? []
    guard parts.count == 6, parts[4] == "system", let department = DepartmentCode(parts[3]),
      let system = SystemName(parts[5])
    else { return nil }
    self.department = department
    self.system = system
    self.actor = actor
    self.key = key
    self.now = now
  }

  /// The options with a token that is good now.
  func stating(_ options: CallOptions) throws -> CallOptions {
    var options = options
    options.metadata.append(CallMetadata.personToken, bytes: try token())
    return options
  }

  private func token() throws -> [UInt8] {
    let now = now()
    if let last = last.withLock(\.self), now < last.renewal { return last.token }
    let token = try PersonToken.make(
      system: system, of: department, for: actor,
      until: now.adding(milliseconds: Self.lifeMilliseconds), key: key)
    last.withLock { $0 = (token, now.adding(milliseconds: Self.lifeMilliseconds / 2)) }
    return token
  }
}

/// A transport whose calls state who acts.
struct StatingTransport: MessageTransport {
  let next: any MessageTransport
  let speaker: PersonSpeaker

  func unary(
    _ path: String, _ message: [UInt8], _ options: CallOptions
  ) async throws -> UnaryReply {
    try await next.unary(path, message, try speaker.stating(options))
  }

  func stream<Result>(
    _ path: String, _ options: CallOptions, _ body: (ClientStream) async throws -> Result
  ) async throws -> Result {
    try await next.stream(path, try speaker.stating(options), body)
  }
}
