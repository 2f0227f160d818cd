// Calls of the demonstration: each principal with its own certificate and connection, through the gateway's port alone.

import Boot
import Contracts
import Crypto
import RPC
import Synchronization
import Vocabulary

/// The clients of one principal.
struct DemoClient: Sendable {
  let channel: Channel

  var registry: RegistryV1.RegistryClient { .init(channel) }
  var catalog: CatalogV1.CatalogClient { .init(channel) }
  var ingest: IngestV1.IngestClient { .init(channel) }
  var share: ShareV1.ShareClient { .init(channel) }
  var feedback: FeedbackV1.FeedbackClient { .init(channel) }
  var audit: AuditV1.AuditClient { .init(channel) }
}

/// Opens a connection for each principal at first use.
final class DemoWire: Sendable {
  private let keys: KeyFolder
  private let gateway: Address
  private let reactors: ReactorGroup
  private let channels = Mutex<[String: Channel]>([:])

  init(keys: KeyFolder, gateway: Address, seed: UInt64) {
    self.keys = keys
    self.gateway = gateway
    reactors = ReactorGroup(threadCount: 2, seed: seed)
  }

  /// - Parameter principal: `departments/d/persons/p` or `departments/d/systems/s`, whose certificate lies in the folder.
  func client(_ principal: String) throws -> DemoClient {
    try channels.withLock { channels in
      if let channel = channels[principal] { return DemoClient(channel: channel) }
      let folder = keys.principalFolder(principal)
      let channel = try open(
        certificate: try readBytes(folder + "/cert.pem"), key: try readBytes(folder + "/key.pem"),
        to: gateway, service: "gateway")
      channels[principal] = channel
      return DemoClient(channel: channel)
    }
  }

  /// A connection with any certificate to any address, kept until the end like the others.
  func stranger(
    _ label: String, certificate: [UInt8], key: [UInt8], to address: Address? = nil,
    service: String = "gateway"
  ) throws -> DemoClient {
    let channel = try open(
      certificate: certificate, key: key, to: address ?? gateway, service: service)
    channels.withLock { $0["stranger " + label] = channel }
    return DemoClient(channel: channel)
  }

  private func open(
    certificate: [UInt8], key: [UInt8], to address: Address, service: String
  ) throws -> Channel {
    try Channel(
      configuration: ChannelConfiguration(
        addresses: [address],
        tls: TLSConfiguration(
          certificateChainPEM: certificate, privateKeyPEM: key,
          trustRootsPEM: [try readBytes(keys.serviceRoot)]),
        expectedServerURI: "spiffe://\(keys.domain)/service/\(service)",
        defaultTimeout: .seconds(60)),
      reactors: reactors)
  }

  func shutdown() async {
    for channel in channels.withLock({ Array($0.values) }) { await channel.shutdown() }
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
