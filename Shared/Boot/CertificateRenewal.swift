// How a running process takes over what its certificate files hold now.

import Access
import Logging
import RPC
import Vocabulary

extension ServiceEnvironment {
  /// The health of the files by this name; the process serves on with what it has.
  package static let certificatesPart = "certificates"

  /// Has everything of this process that shows or believes certificates follow the watch.
  func renewCertificates(of server: Server, _ publicListener: Server?, _ openListener: Server?) {
    certificates.onRenewal { [serviceTrust, departmentTrust, peers] set in
      serviceTrust.renew(roots: set.serviceRoots, lists: set.serviceLists)
      departmentTrust.renew(roots: set.departmentRoots, lists: set.departmentLists)
      try peers.update(tls: set.services)
      try server.update(tls: set.services)
      if let tls = set.departments { try publicListener?.update(tls: tls) }
      if let tls = set.open { try openListener?.update(tls: tls) }
    }
  }

  /// Looks at the files each second, until cancelled.
  func watchCertificates() async throws {
    health.set(part: Self.certificatesPart, isServing: true)
    var told: CertificateSetError?
    while true {
      try await Task.sleep(for: .seconds(1))
      do {
        switch try certificates.look() {
        case .unchanged: if certificates.refusal == nil { told = nil }
        case .renewed:
          told = nil
          let until = certificates.current.until.rfc3339
          log.info("certificates taken", metadata: ["until": "\(until)"])
        case .refused(let error):
          if error == told { continue }
          told = error
          log.critical("new certificates are not used", metadata: ["cause": "\(error)"])
        }
      } catch {
        log.critical("new certificates are not used", metadata: ["cause": "\(error)"])
      }
      health.set(part: Self.certificatesPart, isServing: told == nil)
    }
  }

  /// Asks the configured responder what it says of the certificate, and shows it, until cancelled.
  func watchStaple() async throws {
    guard let place = configuration.tls.ocspResponder.flatMap({ HTTPPlace($0) }) else { return }
    let stapler = Stapler(certificates, now: clock.real) { request in
      try await httpPost(place, contentType: "application/ocsp-request", request)
    }
    while true {
      do { try await stapler.look() } catch {
        if error is CancellationError { throw error }
        log.error("no certificate status to staple", metadata: ["cause": "\(error)"])
      }
      try await Task.sleep(for: .seconds(1))
    }
  }
}
