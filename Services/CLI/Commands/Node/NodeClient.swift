// Calls to the services' own listeners, with the certificate that the node's operator has: health, and nothing that needs a caller.

package import Boot
import Contracts
package import Crypto
import Foundation
package import RPC

/// Channels to the internal listeners of a data folder, in the name of `service/node`.
package struct NodeClient: Sendable {
  private let channels: [String: Channel]
  private let reactors: ReactorGroup

  /// - Parameter addresses: The internal address of each process.
  package init(
    keys: KeyFolder, addresses: [String: Address], random: any RandomSource
  ) throws {
    reactors = ReactorGroup(threadCount: 1, seed: random.uint64())
    let tls = TLSConfiguration(
      certificateChainPEM: try readBytes(keys.serviceCertificate("node")),
      privateKeyPEM: try readBytes(keys.serviceKey("node")),
      trustRootsPEM: [try readBytes(keys.serviceRoot)], clientCertificates: .none)
    var backoff = BackoffConfiguration()
    backoff.initial = .milliseconds(50)
    backoff.maximum = .milliseconds(500)
    var channels: [String: Channel] = [:]
    for (service, address) in addresses {
      channels[service] = try Channel(
        configuration: ChannelConfiguration(
          addresses: [address], tls: tls,
          expectedServerURI: "spiffe://\(keys.domain)/service/\(serviceName(of: service))",
          backoff: backoff,
          defaultTimeout: .seconds(5)),
        reactors: reactors)
    }
    self.channels = channels
  }

  /// The channel to a service.
  package func channel(to service: String) -> Channel? { channels[service] }

  /// Whether the whole process of a service takes calls; false also when it cannot be reached.
  package func isServing(_ service: String, timeout: Duration = .seconds(2)) async -> Bool {
    guard let channel = channels[service] else { return false }
    do {
      let answer = try await GRPCHealthV1.HealthClient(channel).check(
        GRPCHealthV1.HealthCheckRequest(), CallOptions(timeout: timeout))
      return answer.status == .serving
    } catch {
      return false
    }
  }

  package func shutdown() async {
    for channel in channels.values { await channel.shutdown() }
    await reactors.shutdown()
  }
}
