// weir.keys.v1 at a service: its operator, through the gateway, gives what it keeps sealed new keys, and sees how far that is.

package import Access
package import Contracts
import Crypto
package import Database
import Integrity
import Vocabulary

/// Serves the rotation of one service's seals, and goes on with it.
package struct SealKeeper: KeysV1.KeysService {
  private let rotation: SealRotation
  private let service: String

  package init(_ rotation: SealRotation, service: String) {
    self.rotation = rotation
    self.service = service
  }

  package func rotateSeals(
    _ request: KeysV1.RotateSealsRequest, _ call: CallContext
  ) async throws -> KeysV1.Seals {
    try await call.answering(nil) { try await rotate(request) }
  }

  package func listSeals(
    _ request: KeysV1.ListSealsRequest, _ call: CallContext
  ) async throws -> KeysV1.Seals {
    try await call.answering(nil) { try await list() }
  }

  /// New keys for whatever is not at one already; what runs goes on, so that asking twice does no harm.
  package func rotate(_ request: KeysV1.RotateSealsRequest) async throws -> KeysV1.Seals {
    message(
      try await rotation.begin(
        suite: SealSuite(name: request.suite),
        members: [
          ("actor", .string(request.actor)), ("call", .string(request.call)),
          ("reason", .string(request.reason)),
        ]))
  }

  package func list() async throws -> KeysV1.Seals { message(try await rotation.states()) }

  func run() async throws { try await rotation.run() }

  private func message(_ states: [SealState]) -> KeysV1.Seals {
    KeysV1.Seals(
      seals: states.map { state in
        KeysV1.Seal(
          service: service,
          seal: state.purpose == .outbox ? "outbox" : state.resource,
          version: Int32(clamping: state.version),
          suite: SealSuite(rawValue: state.suite.rawValue)?.name ?? "",
          stage: state.stage.rawValue, since: state.since.map { GoogleProtobuf.Timestamp($0) },
          resealed: state.resealed, damaged: state.damaged)
      })
  }
}

extension ServiceEnvironment {
  /// What rotates the seals of a service's database.
  ///
  /// - Parameter seals: All that the service seals with, but for its outbox.
  package func sealKeeper(
    _ database: SQLDatabase, _ seals: [TableSeal] = []
  ) -> SealKeeper {
    SealKeeper(
      SealRotation(
        database, service: configuration.service, seals: seals, real: clock.real,
        civil: clock.civil), service: configuration.service)
  }
}
