// Whether this process and its services take calls: grpc.health.v1, at once or as a stream of changes.

package import Contracts
package import RPC
import Synchronization

/// The health of a process, changed by its lifecycle and told to whoever asks.
///
/// The name "" stands for the whole process, as gRPC's health checking protocol has it.
package final class HealthBoard: GRPCHealthV1.HealthService {
  package typealias Serving = GRPCHealthV1.HealthCheckResponse.ServingStatus

  private struct State {
    var statuses: [String: Serving]
    /// Names that turn by themselves, not with the process.
    var parts: Set<String> = []
    var watchers: [Int: (service: String, tell: AsyncStream<Serving>.Continuation)] = [:]
    var nextWatcher = 0
  }

  private let state: Mutex<State>

  /// Every service begins as not serving.
  package init(services: [String]) {
    var statuses: [String: Serving] = ["": .notServing]
    for service in services { statuses[service] = .notServing }
    state = Mutex(State(statuses: statuses))
  }

  /// Takes more services, not serving yet.
  package func add(services: [String]) {
    state.withLock { state in
      for service in services where state.statuses[service] == nil {
        state.statuses[service] = .notServing
      }
    }
  }

  /// Sets one part that may fail while the process serves, such as the following of another service's events. It is asked for
  /// by its own name.
  package func set(part name: String, isServing: Bool) {
    let status: Serving = isServing ? .serving : .notServing
    state.withLock { state in
      state.parts.insert(name)
      state.statuses[name] = status
      for watcher in state.watchers.values where watcher.service == name {
        watcher.tell.yield(status)
      }
    }
  }

  /// Sets the whole process and all its services.
  package func set(isServing: Bool) {
    let status: Serving = isServing ? .serving : .notServing
    state.withLock { state in
      for service in state.statuses.keys where !state.parts.contains(service) {
        state.statuses[service] = status
      }
      for watcher in state.watchers.values
      where state.statuses[watcher.service] != nil && !state.parts.contains(watcher.service) {
        watcher.tell.yield(status)
      }
    }
  }

  /// How many are being told of changes: each is an open call.
  package var watches: Int { state.withLock { $0.watchers.count } }

  /// Ends every stream of `watch`, so that a listener can drain.
  package func endWatches() {
    state.withLock { state in
      for watcher in state.watchers.values { watcher.tell.finish() }
      state.watchers = [:]
    }
  }

  /// What is said of a name; `nil` for one that does not run here.
  package func status(of name: String) -> Serving? { state.withLock { $0.statuses[name] } }

  package func check(
    _ request: GRPCHealthV1.HealthCheckRequest, _ call: ServerContext
  ) async throws -> GRPCHealthV1.HealthCheckResponse {
    guard let status = status(of: request.service) else {
      throw Status(.notFound, "no service of this name runs here")
    }
    return GRPCHealthV1.HealthCheckResponse(status: status)
  }

  package func watch(
    _ request: GRPCHealthV1.HealthCheckRequest,
    _ replies: MessageWriter<GRPCHealthV1.HealthCheckResponse>, _ call: ServerContext
  ) async throws {
    let (changes, tell) = AsyncStream<Serving>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let watcher = state.withLock { state in
      tell.yield(state.statuses[request.service] ?? .serviceUnknown)
      state.nextWatcher += 1
      state.watchers[state.nextWatcher] = (request.service, tell)
      return state.nextWatcher
    }
    defer { _ = state.withLock { $0.watchers.removeValue(forKey: watcher) } }
    var last: Serving?
    for await status in changes where status != last {
      last = status
      try await replies.write(GRPCHealthV1.HealthCheckResponse(status: status))
    }
  }
}
