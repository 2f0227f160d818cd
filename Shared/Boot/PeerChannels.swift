// Channels to the other services: one each, shared by all handlers and jobs of a process.

import Access
import Contracts
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
      var channelConfiguration = ChannelConfiguration(
        addresses: addresses, tls: state.tls,
        expectedServerURI: "spiffe://\(configuration.domain)/service/\(service)",
        defaultTimeout: .seconds(30))
      channelConfiguration.service = Self.behaviour(
        of: service, hedgeAfterMilliseconds: configuration.limits.hedgeReadsAfterMilliseconds)
      let channel = try Channel(configuration: channelConfiguration, reactors: reactors)
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

  /// How calls to a service behave when a replica of it fails.
  ///
  /// Calls go to replicas that say they serve, and do not mostly fail. A method that only reads, as its .proto says, is sent again where a replica
  /// could not be reached or was lost on the way, or to a second one beforehand where the operator wants that. All others
  /// are sent once: whether a lost call was carried out, its caller finds out with the same request id.
  package static func behaviour(
    of service: String, hedgeAfterMilliseconds: Int? = nil
  ) -> ServiceConfig {
    var config = ServiceConfig()
    config.healthService = ""
    // One that says it serves, and fails most calls, is left out for a time; never the last.
    config.outliers = OutlierDetection()
    // All that a replica had when it died is sent again at once, which is no storm; gRPC's own ceiling.
    config.throttling = RetryThrottling(maximumTokens: 1000)
    let hedging = hedgeAfterMilliseconds.map { HedgingPolicy(delay: .milliseconds($0)) }
    // The gateway's own methods are the registry's.
    let name = service == "gateway" ? "registry" : service
    config.methods = MethodShape.all.values
      .filter { $0.readsOnly && serviceName(of: $0.path) == name }
      .map {
        MethodConfig(
          $0.path, retry: RetryPolicy(),
          hedgingOfIdempotentCalls: $0.isUnary ? hedging : nil)
      }
    return config
  }

  func shutdown() async {
    for channel in state.withLock({ Array($0.open.values) }) { await channel.shutdown() }
  }
}
