// Channels to the other services: one each, shared by all handlers and jobs of a process.

package import RPC
import Synchronization

/// Opens a channel to a peer at first use and keeps it.
package final class PeerChannels: Sendable {
  private let configuration: ServiceConfiguration
  private struct State {
    var tls: TLSConfiguration
    var open: [String: Channel] = [:]
  }

  private let reactors: ReactorGroup
  private let state: Mutex<State>

  init(configuration: ServiceConfiguration, tls: TLSConfiguration, reactors: ReactorGroup) {
    self.configuration = configuration
    self.reactors = reactors
    state = Mutex(State(tls: tls))
  }

  /// The channel to a service, which must prove that it is this service.
  ///
  /// - Throws: `ConfigurationError` where the configuration names no address of it.
  package func channel(to service: String) throws -> Channel {
    try state.withLock { state in
      if let channel = state.open[service] { return channel }
      let addresses = (configuration.peers[service] ?? []).compactMap { Address($0) }
      guard !addresses.isEmpty else {
        throw ConfigurationError.malformed(
          path: configuration.service, detail: "peers.\(service): names no address")
      }
      let channel = try Channel(
        configuration: ChannelConfiguration(
          addresses: addresses, tls: state.tls,
          expectedServerURI: "spiffe://\(configuration.domain)/service/\(service)",
          defaultTimeout: .seconds(30)),
        reactors: reactors)
      state.open[service] = channel
      return channel
    }
  }

  /// Shows and believes other certificates from now on.
  func update(tls: TLSConfiguration) throws(TLSError) {
    let open = state.withLock { state in
      state.tls = tls
      return Array(state.open.values)
    }
    for channel in open { try channel.update(tls: tls) }
  }

  func shutdown() async {
    for channel in state.withLock({ Array($0.open.values) }) { await channel.shutdown() }
  }
}
