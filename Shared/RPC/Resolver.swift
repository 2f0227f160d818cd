// Names of a channel and the addresses behind them, looked up again when one of them fails.

import Threads

/// Finds the addresses behind a name. May block: it is asked on a thread of its own.
package protocol NameResolver: Sendable {
  func resolve(_ name: Address) -> Result<[Address], SocketError>
}

/// The system's resolver: hosts file, DNS.
package struct SystemResolver: NameResolver {
  package init() {}

  package func resolve(_ name: Address) -> Result<[Address], SocketError> {
    Sockets.resolve(name, numericOnly: false).map { found in
      var addresses: [Address] = []
      for address in found.compactMap(\.address) where !addresses.contains(address) {
        addresses.append(address)
      }
      return addresses
    }
  }
}

/// One configured address on one reactor: a number as it is, or a name with what it stood for when last asked. Its timer
/// is the next time it is asked.
final class ResolvedName: Timed {
  let name: Address
  private(set) var addresses: [Address] = []
  /// Why it is unknown; `nil` before the first answer and after a good one.
  private(set) var failure: String?
  private let isNumeric: Bool
  private var isAsking = false
  private var lastAsked: Int64?
  private var backoff: Backoff
  private unowned let balancer: Balancer

  init(_ name: Address, balancer: Balancer) {
    self.name = name
    self.balancer = balancer
    isNumeric = Sockets.isNumeric(name.host)
    backoff = Backoff(balancer.channel.configuration.backoff)
    if isNumeric { addresses = [name] }
  }

  /// Asks soon, but not more often than the configuration allows.
  func refresh() {
    if isNumeric || isAsking || isScheduled { return }
    let core = balancer.core
    let interval = balancer.channel.configuration.resolutionInterval.nanosecondsClamped
    let earliest = lastAsked.map { $0 + interval } ?? core.now
    if earliest <= core.now { ask() } else { core.timers.schedule(self, at: earliest) }
  }

  override func expire() { ask() }

  private func ask() {
    isAsking = true
    lastAsked = balancer.core.now
    let name = name
    let resolver = balancer.channel.configuration.resolver
    let key = ObjectIdentifier(balancer.channel)
    let executor = balancer.core.executor
    startThread(named: "weir-resolve") {
      let result = resolver.resolve(name)
      executor.post { $0.core.balancers[key]?.resolved(name, result) }
    }
  }

  func answered(_ result: Result<[Address], SocketError>) {
    isAsking = false
    switch result {
    case .success(let found) where !found.isEmpty:
      addresses = found
      failure = nil
      backoff.reset()
    case .success: failed("the name has no address")
    case .failure(.unknownHost(let reason)): failed(reason)
    case .failure(let error): failed("\(error)")
    }
  }

  /// Addresses of before stay in use: a resolver that is down does not take the service down.
  private func failed(_ reason: String) {
    failure = "\(name): \(reason)"
    let core = balancer.core
    core.timers.schedule(self, at: core.now + backoff.next(&core.random))
  }

  func stop() { balancer.core.timers.cancel(self) }
}
