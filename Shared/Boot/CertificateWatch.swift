// Certificates renewed without a restart: the files are looked at again and again, and what fits together is used.

package import Crypto
import RPC
import Synchronization
package import Vocabulary

/// What a process shows and believes, now.
package final class CertificateWatch: Sendable {
  package enum Outcome: Sendable, Equatable {
    case unchanged
    case renewed
    /// The old set stays in use.
    case refused(CertificateSetError)
  }

  private struct State {
    var current: CertificateSet
    var taken: Instant
    /// What was read last and not used; `nil` where it could not even be read.
    var refused: (contents: [String: [UInt8]]?, error: CertificateSetError)?
    var takers: [@Sendable (CertificateSet) throws -> Void] = []
  }

  /// A set is taken anew after so long although nothing has changed: the keys of session tickets end with it.
  package static let ticketKeyMilliseconds: Int64 = 12 * 3600 * 1000

  private let configuration: ServiceConfiguration
  private let now: @Sendable () -> Instant
  private let state: Mutex<State>

  /// Reads the files for the first time.
  ///
  /// - Parameter now: Real time.
  package init(
    _ configuration: ServiceConfiguration, now: @escaping @Sendable () -> Instant
  ) throws(CertificateSetError) {
    self.configuration = configuration
    self.now = now
    let set = try CertificateSet(
      configuration, contents: try CertificateSet.read(configuration), now: now())
    state = Mutex(State(current: set, taken: now()))
  }

  package var current: CertificateSet { state.withLock { $0.current } }

  /// Why the files are not used as they are; `nil` where they are.
  package var refusal: CertificateSetError? { state.withLock { $0.refused?.error } }

  /// Has every later set given to `take`.
  package func onRenewal(_ take: @escaping @Sendable (CertificateSet) throws -> Void) {
    state.withLock { $0.takers.append(take) }
  }

  /// Looks at the files once. A refusal is told when the same files are met a second time: a certificate and its key are
  /// two files, and between the two writes they do not fit.
  ///
  /// - Throws: What a taker throws.
  package func look() throws -> Outcome {
    let old = current
    let contents: [String: [UInt8]]
    do throws(CertificateSetError) {
      contents = try CertificateSet.read(configuration)
    } catch {
      return try refuse(nil, error)
    }
    if contents == old.contents {
      state.withLock { $0.refused = nil }
      return try renewTicketKeys()
    }
    var new: CertificateSet
    do throws(CertificateSetError) {
      new = try CertificateSet(configuration, contents: contents, now: now())
      try new.checkSuccession(to: old, configuration.tls)
    } catch {
      return try refuse(contents, error)
    }
    state.withLock { $0.refused = nil }
    if new.certificate == old.certificate { new = new.stapling(old.services.stapledStatus) }
    try take(new)
    return .renewed
  }

  /// Has what a responder says of a certificate shown with it; another certificate's is dropped.
  package func staple(_ status: [UInt8]?, to certificate: Certificate) throws {
    let set = current
    if set.certificate == certificate { try take(set.stapling(status)) }
  }

  private func refuse(
    _ contents: [String: [UInt8]]?, _ error: CertificateSetError
  ) throws -> Outcome {
    let isKnown = state.withLock { state in
      defer { state.refused = (contents, error) }
      return state.refused.map { $0.contents == contents && $0.error == error } ?? false
    }
    let outcome = try renewTicketKeys()
    return isKnown ? .refused(error) : outcome
  }

  private func renewTicketKeys() throws -> Outcome {
    let (set, age) = state.withLock {
      ($0.current, now().milliseconds - $0.taken.milliseconds)
    }
    // A clock set back must not keep the keys for ever.
    if age >= 0, age < Self.ticketKeyMilliseconds { return .unchanged }
    try take(set)
    return .renewed
  }

  private func take(_ set: CertificateSet) throws {
    let takers = state.withLock { state in
      state.current = set
      state.taken = now()
      return state.takers
    }
    for take in takers { try take(set) }
  }
}
