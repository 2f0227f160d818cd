// Calls of the demonstration: each principal with its own certificate and connection, through the gateway's port alone.

import Access
import Boot
import Contracts
import Crypto
import RPC
import Synchronization
import Vocabulary

/// A principal's connection.
private struct DemoLine {
  let channel: Channel
  /// Signs what the principal decides.
  let person: PersonKey
  /// Of a system's connection: states who acts.
  let speaker: PersonSpeaker?
}

/// The clients of one principal.
struct DemoClient: Sendable {
  let channel: Channel
  /// Whether a call is repeated while its service is away.
  let isPatient: Bool
  fileprivate let line: DemoLine
  fileprivate let listening: @Sendable (any MessageTransport) -> any MessageTransport

  private var transport: any MessageTransport {
    let transport: any MessageTransport =
      isPatient ? PatientTransport(channel: channel) : channel
    let heard = listening(
      line.speaker.map { StatingTransport(next: transport, speaker: $0) } ?? transport)
    return SigningTransport(over: heard) { [person = line.person] statement, _ in
      try person.sign(statement)
    }
  }

  /// The person's signature under a decision that somebody else will carry out.
  func sign(_ statement: [UInt8]) throws -> SignedStatement { try line.person.sign(statement) }

  var registry: RegistryV1.RegistryClient { .init(transport) }
  var catalog: CatalogV1.CatalogClient { .init(transport) }
  var ingest: IngestV1.IngestClient { .init(transport) }
  var share: ShareV1.ShareClient { .init(transport) }
  var feedback: FeedbackV1.FeedbackClient { .init(transport) }
  var audit: AuditV1.AuditClient { .init(transport) }
}

/// Opens a connection for each principal at first use.
final class DemoWire: Sendable {
  private let keys: KeyFolder
  private let gateway: Address
  private let reactors: ReactorGroup
  private let listening: @Sendable (any MessageTransport) -> any MessageTransport
  private let lines = Mutex<[String: DemoLine]>([:])

  init(
    keys: KeyFolder, gateway: Address, seed: UInt64,
    listening: @escaping @Sendable (any MessageTransport) -> any MessageTransport = { $0 }
  ) {
    self.keys = keys
    self.gateway = gateway
    self.listening = listening
    reactors = ReactorGroup(threadCount: 2, seed: seed)
  }

  /// - Parameters:
  ///   - principal: `departments/d/persons/p` or `departments/d/systems/s`, whose certificate lies in the folder.
  ///   - run: The scheduled run that a system states; its department's officer otherwise.
  func client(_ principal: String, run: String? = nil) throws -> DemoClient {
    let name = [principal, run].compactMap(\.self).joined(separator: " ")
    return try lines.withLock { lines in
      if let line = lines[name] { return client(over: line, isPatient: true) }
      let folder = keys.principalFolder(principal)
      let line = try open(
        certificate: try readBytes(folder + "/cert.pem"), key: try readBytes(folder + "/key.pem"),
        to: gateway, service: "gateway", run: run)
      lines[name] = line
      return client(over: line, isPatient: true)
    }
  }

  /// A connection with any certificate to any address, kept until the end like the others.
  func stranger(
    _ label: String, certificate: [UInt8], key: [UInt8], to address: Address? = nil,
    service: String = "gateway"
  ) throws -> DemoClient {
    let line = try open(
      certificate: certificate, key: key, to: address ?? gateway, service: service)
    lines.withLock { $0["stranger " + label] = line }
    return client(over: line, isPatient: false)
  }

  private func client(over line: DemoLine, isPatient: Bool) -> DemoClient {
    DemoClient(channel: line.channel, isPatient: isPatient, line: line, listening: listening)
  }

  /// Who acts at a system's connection: the run, or the officer at it.
  private func speaker(_ person: PersonKey, run: String?) throws -> PersonSpeaker? {
    let leaf = person.chain.first
    let code = leaf?.uris.first?.split(separator: "/").dropFirst(3).first.map(String.init)
    guard let leaf, let department = DemoCast.all.first(where: { $0.code == code }),
      let actor = StatedActor(run ?? department.principal(department.officer))
    else { return nil }
    return PersonSpeaker(certificate: leaf, key: person.key, actor: actor, now: systemNow)
  }

  private func open(
    certificate: [UInt8], key: [UInt8], to address: Address, service: String, run: String? = nil
  ) throws -> DemoLine {
    let channel = try Channel(
      configuration: ChannelConfiguration(
        addresses: [address],
        tls: TLSConfiguration(
          certificateChainPEM: certificate, privateKeyPEM: key,
          trustRootsPEM: [try readBytes(keys.serviceRoot)]),
        expectedServerURI: "spiffe://\(keys.domain)/service/\(service)",
        defaultTimeout: .seconds(60)),
      reactors: reactors)
    let person = try PersonKey(certificatePEM: certificate, keyPEM: key)
    return DemoLine(channel: channel, person: person, speaker: try speaker(person, run: run))
  }

  func shutdown() async {
    for line in lines.withLock({ Array($0.values) }) { await line.channel.shutdown() }
    await reactors.shutdown()
  }
}

/// How a call was refused, in the words that are stable.
struct DemoRefusal: Sendable, Equatable, CustomStringConvertible {
  let code: StatusCode
  let reason: String
  let article: String

  init(_ status: Status) {
    code = status.code
    reason = status.trailers["weir-reason"] ?? ""
    article = status.trailers["weir-article"] ?? ""
  }

  /// `permissionDenied share.item_not_granted meizhou-public-2023/22`.
  var description: String {
    (["\(code)"] + [reason, article].filter { !$0.isEmpty }).joined(separator: " ")
  }
}

/// Makes a call that ought to be refused.
///
/// - Returns: How it was refused; `nil` where it was not.
func refusal(_ call: () async throws -> Void) async throws -> DemoRefusal? {
  do {
    try await call()
    return nil
  } catch let status as Status {
    return DemoRefusal(status)
  }
}

/// Repeats calls while their service is away. All may be: a change carries an identifier or a number, so that it happens once, and a
/// reading that is repeated is a second reading.
private struct PatientTransport: MessageTransport {
  let channel: Channel

  func unary(
    _ path: String, _ message: [UInt8], _ options: CallOptions
  ) async throws -> UnaryReply {
    try await persistently { try await channel.unary(path, message, options) }
  }

  func stream<Result>(
    _ path: String, _ options: CallOptions, _ body: (ClientStream) async throws -> Result
  ) async throws -> Result {
    try await channel.stream(path, options, body)
  }
}

/// A process that dies is started again within moments; what it had acknowledged it still knows, and answers alike.
private func persistently<Reply>(
  limit: Duration = .seconds(30), _ call: () async throws -> Reply
) async throws -> Reply {
  let clock = ContinuousClock()
  let end = clock.now + limit
  var pause = Duration.milliseconds(20)
  while true {
    do {
      return try await call()
    } catch let status as Status where status.code == .unavailable && clock.now < end {
      try await Task.sleep(for: pause)
      pause = min(pause * 2, .milliseconds(500))
    }
  }
}
