// Channels to the other services: one each, shared by all handlers and jobs of a process.

package import RPC
import Synchronization

/// Opens a channel to a peer at first use and keeps it.
package final class PeerChannels: Sendable {
  private let configuration: ServiceConfiguration
  private let tls: TLSConfiguration
  private let reactors: ReactorGroup
  private let open = Mutex<[String: Channel]>([:])

  init(configuration: ServiceConfiguration, tls: TLSConfiguration, reactors: ReactorGroup) {
    self.configuration = configuration
    self.tls = tls
    self.reactors = reactors
  }

  /// The channel to a service, which must prove that it is this service.
  ///
  /// - Throws: `ConfigurationError` where the configuration names no address of it.
  package func channel(to service: String) throws -> Channel {
    try open.withLock { open in
      if let channel = open[service] { return channel }
      let addresses = (configuration.peers[service] ?? []).compactMap { Address($0) }
      guard !addresses.isEmpty else {
        throw ConfigurationError.malformed(
          path: configuration.service, detail: "peers.\(service): names no address")
      }
      let channel = try Channel(
        configuration: ChannelConfiguration(
          addresses: addresses, tls: tls,
          expectedServerURI: "spiffe://\(configuration.domain)/service/\(service)",
          defaultTimeout: .seconds(30)),
        reactors: reactors)
      open[service] = channel
      return channel
    }
  }

  func shutdown() async {
    for channel in open.withLock({ Array($0.values) }) { await channel.shutdown() }
  }
}
