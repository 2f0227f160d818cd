// Keeps what the authority's responder says of this process's certificate fresh, and has it shown.

import Crypto
import Synchronization
package import Vocabulary

/// Why nothing is stapled.
package enum StapleError: Error, Sendable, Equatable {
  /// The responder says so: the certificate is revoked, or not one of its.
  case notGood
  /// The answer is of another time.
  case notCurrent
  case issuerUnknown
}

/// Asks at half of each answer's life. A failure is tried again after a minute, and what is shown stays until it ends.
package final class Stapler: Sendable {
  private struct State {
    var certificate: Certificate
    var status: CertificateStatus?
    var nextTry: Instant
  }

  package static let retryMilliseconds: Int64 = 60_000

  private let watch: CertificateWatch
  private let post: @Sendable ([UInt8]) async throws -> [UInt8]
  private let now: @Sendable () -> Instant
  private let state: Mutex<State>

  /// - Parameters:
  ///   - post: Sends a request to the responder and returns its answer.
  ///   - now: Real time.
  package init(
    _ watch: CertificateWatch, now: @escaping @Sendable () -> Instant,
    post: @escaping @Sendable ([UInt8]) async throws -> [UInt8]
  ) {
    self.watch = watch
    self.post = post
    self.now = now
    state = Mutex(State(certificate: watch.current.certificate, nextTry: now()))
  }

  /// Asks if it is time to.
  ///
  /// - Throws: Why there is no fresh answer.
  package func look() async throws {
    let set = watch.current
    let time = now()
    let isTime = state.withLock { state in
      if state.certificate != set.certificate {
        state = State(certificate: set.certificate, nextTry: time)
      }
      if time < state.nextTry { return false }
      state.nextTry = time.adding(milliseconds: Self.retryMilliseconds)
      return true
    }
    if !isTime { return }
    do {
      let status = try await ask(set)
      let half = (status.thisUpdate + (status.nextUpdate - status.thisUpdate) / 2) * 1000
      state.withLock { state in
        state.status = status
        state.nextTry = max(state.nextTry, Instant(milliseconds: half))
      }
      try watch.staple(status.der, to: set.certificate)
    } catch {
      let shown = state.withLock { $0.status }
      if let shown, error as? StapleError == .notGood || !shown.isCurrent(at: seconds) {
        state.withLock { $0.status = nil }
        try watch.staple(nil, to: set.certificate)
      }
      throw error
    }
  }

  private var seconds: Int64 { now().milliseconds / 1000 }

  private func ask(_ set: CertificateSet) async throws -> CertificateStatus {
    guard let issuer = set.issuer else { throw StapleError.issuerUnknown }
    let answer = try await post(
      try CertificateStatus.request(of: set.certificate, issuer: issuer))
    let status = try CertificateStatus(
      der: answer, of: set.certificate, issuer: issuer, at: seconds)
    guard status.state == .good else { throw StapleError.notGood }
    guard status.isCurrent(at: seconds) else { throw StapleError.notCurrent }
    return status
  }
}
