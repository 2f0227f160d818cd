// The certificates of one process as its files have them: read together, and used only if they fit together.

package import Crypto
import Foundation
package import RPC
package import Vocabulary

/// Why files that were read are not used. The text is for the operator, and carries no key.
package enum CertificateSetError: Error, Sendable, Equatable, CustomStringConvertible {
  case unreadable(path: String, reason: String)
  case keyOfAnother(certificate: String, key: String)
  case notYetValid(path: String, from: Instant)
  case ended(path: String, at: Instant)
  case notOfTheRoot(path: String, root: String)
  case listOfAnother(path: String, root: String)
  /// Taking it back would make valid again what was revoked since.
  case listOlder(path: String)

  package var description: String {
    switch self {
    case .unreadable(let path, let reason): "\(path): \(reason)"
    case .keyOfAnother(let certificate, let key): "\(key) is not the key of \(certificate)"
    case .notYetValid(let path, let from): "\(path) is valid from \(from.rfc3339) on"
    case .ended(let path, let at): "\(path) ended at \(at.rfc3339)"
    case .notOfTheRoot(let path, let root): "\(path) was not issued by \(root)"
    case .listOfAnother(let path, let root): "\(path) is not a list that \(root) signed"
    case .listOlder(let path): "\(path) is older than the list in use"
    }
  }
}

/// What a process shows and believes.
package struct CertificateSet: Sendable {
  package let certificate: Certificate
  package let key: P256PrivateKey
  /// Who issued it, where that is known.
  package let issuer: Certificate?
  package let serviceRoots: CertificateTrust
  package let serviceLists: [RevocationList]
  /// No roots where the process has nothing to do with departments.
  package let departmentRoots: CertificateTrust
  package let departmentLists: [RevocationList]
  /// What the gateway issues certificates with; `nil` for every other service.
  package let issuing: CertificateAuthority?
  /// For the internal listener and the channels to other services.
  package private(set) var services: TLSConfiguration
  /// For the gateway's listener for departments.
  package private(set) var departments: TLSConfiguration?
  /// For the gateway's listener for society: the same certificate, and nobody's is asked for.
  package var open: TLSConfiguration? {
    departments.map { departments in
      var open = TLSConfiguration(
        certificateChainPEM: departments.certificateChainPEM,
        privateKeyPEM: departments.privateKeyPEM, trustRootsPEM: [], clientCertificates: .none)
      open.stapledStatus = departments.stapledStatus
      #if DEBUG
        open.keyLogFile = departments.keyLogFile
      #endif
      return open
    }
  }
  /// When the certificate ends.
  package var until: Instant { Instant(milliseconds: certificate.notAfter &* 1000) }
  /// What was read, by path, to see whether it has changed.
  let contents: [String: [UInt8]]

  /// The files that a set is made of.
  static func paths(_ configuration: ServiceConfiguration) -> [String] {
    let files = configuration.tls
    let optional = [
      files.departmentRoot, files.serviceRevocationList, files.departmentRevocationList,
      configuration.issuing?.certificate, configuration.issuing?.key,
    ]
    return [files.certificate, files.key, files.serviceRoot] + optional.compactMap { $0 }
  }

  /// Reads every file anew.
  static func read(
    _ configuration: ServiceConfiguration
  ) throws(CertificateSetError) -> [String: [UInt8]] {
    var contents: [String: [UInt8]] = [:]
    for path in paths(configuration) {
      do throws(ConfigurationError) {
        contents[path] = try readBytes(path)
      } catch {
        throw .unreadable(path: path, reason: "\(error)")
      }
    }
    return contents
  }

  /// - Parameter now: Real time.
  package init(
    _ configuration: ServiceConfiguration, contents: [String: [UInt8]], now: Instant
  ) throws(CertificateSetError) {
    let source = CertificateSource(contents: contents)
    let files = configuration.tls
    let chain = try source.certificates(files.certificate)
    let roots = try source.certificates(files.serviceRoot)
    certificate = chain[0]
    let name = certificate.issuer
    issuer = (chain.dropFirst() + roots).first { $0.subject == name }
    key = try source.key(files.key, of: certificate, at: files.certificate)
    try source.checkTerm(certificate, at: files.certificate, now: now)
    serviceRoots = CertificateTrust(roots: roots)
    do throws(CryptoError) {
      try serviceRoots.verify(
        certificate, intermediates: Array(chain.dropFirst()), at: now.milliseconds / 1000)
    } catch {
      throw .notOfTheRoot(path: files.certificate, root: files.serviceRoot)
    }
    serviceLists = try source.lists(
      files.serviceRevocationList, signedBy: roots, named: files.serviceRoot)
    var services = TLSConfiguration(
      certificateChainPEM: source.bytes(files.certificate), privateKeyPEM: source.bytes(files.key),
      trustRootsPEM: [source.bytes(files.serviceRoot)],
      revocationLists: serviceLists)
    services.requiresStaple = files.requiresStaple ?? false
    #if DEBUG
      services.keyLogFile = files.keyLogFile(ProcessInfo.processInfo.environment)
    #endif
    self.services = services
    guard let departmentRoot = files.departmentRoot else {
      departmentRoots = CertificateTrust(roots: [])
      departmentLists = []
      issuing = nil
      departments = nil
      self.contents = contents
      return
    }
    departmentRoots = CertificateTrust(roots: try source.certificates(departmentRoot))
    departmentLists = try source.lists(
      files.departmentRevocationList, signedBy: departmentRoots.roots, named: departmentRoot)
    var departments = TLSConfiguration(
      certificateChainPEM: services.certificateChainPEM, privateKeyPEM: services.privateKeyPEM,
      trustRootsPEM: [source.bytes(departmentRoot)], revocationLists: departmentLists)
    if let issuing = configuration.issuing?.certificate {
      departments.intermediatesPEM = [source.bytes(issuing)]
    }
    if let files = configuration.issuing {
      issuing = try source.authority(
        files, under: departmentRoots, named: departmentRoot, now: now)
    } else {
      issuing = nil
    }
    #if DEBUG
      departments.keyLogFile = services.keyLogFile
    #endif
    self.departments = departments
    self.contents = contents
  }

  /// The same set with what a responder says of its certificate.
  func stapling(_ status: [UInt8]?) -> CertificateSet {
    var set = self
    set.services.stapledStatus = status
    set.departments?.stapledStatus = status
    return set
  }

  /// Whether this set may take the place of another.
  func checkSuccession(
    to old: CertificateSet, _ files: ServiceConfiguration.TLSFiles
  ) throws(CertificateSetError) {
    for (path, new, old) in [
      (files.serviceRevocationList, serviceLists, old.serviceLists),
      (files.departmentRevocationList, departmentLists, old.departmentLists),
    ] {
      guard let path, let new = new.first, let old = old.first else { continue }
      // Of another authority: a list of its own.
      if new.issuer == old.issuer, new.thisUpdate < old.thisUpdate { throw .listOlder(path: path) }
    }
  }
}

#if DEBUG
  extension ServiceConfiguration.TLSFiles {
    /// Named by the environment, and only where the configuration asks for it.
    func keyLogFile(_ environment: [String: String]) -> String? {
      keyLog == true ? environment["SSLKEYLOGFILE"] : nil
    }
  }
#endif

extension TLSConfiguration {
  /// A peer with an expired or revoked certificate of ours is answered, so that its holder learns what to do.
  fileprivate init(
    certificateChainPEM: [UInt8], privateKeyPEM: [UInt8], trustRootsPEM: [[UInt8]],
    revocationLists: [RevocationList]
  ) {
    self.init(
      certificateChainPEM: certificateChainPEM, privateKeyPEM: privateKeyPEM,
      trustRootsPEM: trustRootsPEM, clientCertificates: .required, toleratesExpired: true)
    revocationListsPEM = revocationLists.map { Array($0.pem.utf8) }
  }
}

/// The contents of the files, and what they must be.
private struct CertificateSource {
  let contents: [String: [UInt8]]

  func bytes(_ path: String) -> [UInt8] { contents[path] ?? [] }

  private func text(_ path: String) -> String { String(decoding: bytes(path), as: UTF8.self) }

  /// One certificate at least.
  func certificates(_ path: String) throws(CertificateSetError) -> [Certificate] {
    let all = (try? Certificate.all(pem: text(path))) ?? []
    if all.isEmpty { throw .unreadable(path: path, reason: "holds no certificate in PEM") }
    return all
  }

  func key(
    _ path: String, of certificate: Certificate, at certificatePath: String
  ) throws(CertificateSetError) -> P256PrivateKey {
    guard let key = try? P256PrivateKey(pem: text(path)) else {
      throw .unreadable(path: path, reason: "holds no P-256 key in PEM")
    }
    guard key.publicKey.der == certificate.publicKeyInfo else {
      throw .keyOfAnother(certificate: certificatePath, key: path)
    }
    return key
  }

  /// The first certificate of the file, with its key; those after it are of authorities of before.
  func authority(
    _ files: ServiceConfiguration.IssuingFiles, under roots: CertificateTrust, named root: String,
    now: Instant
  ) throws(CertificateSetError) -> CertificateAuthority {
    let certificate = try certificates(files.certificate)[0]
    let key = try key(files.key, of: certificate, at: files.certificate)
    try checkTerm(certificate, at: files.certificate, now: now)
    do throws(CryptoError) {
      try roots.verify(certificate, at: now.milliseconds / 1000)
      return try CertificateAuthority(certificate: certificate, key: key)
    } catch {
      throw .notOfTheRoot(path: files.certificate, root: root)
    }
  }

  func checkTerm(
    _ certificate: Certificate, at path: String, now: Instant
  ) throws(CertificateSetError) {
    let seconds = now.milliseconds / 1000
    if seconds < certificate.notBefore {
      throw .notYetValid(path: path, from: Instant(milliseconds: certificate.notBefore * 1000))
    }
    if seconds >= certificate.notAfter {
      throw .ended(path: path, at: Instant(milliseconds: certificate.notAfter * 1000))
    }
  }

  func lists(
    _ path: String?, signedBy roots: [Certificate], named root: String
  ) throws(CertificateSetError) -> [RevocationList] {
    guard let path else { return [] }
    guard let list = try? RevocationList(pem: text(path)), list.nextUpdate != nil else {
      throw .unreadable(path: path, reason: "holds no revocation list in PEM that says its end")
    }
    guard roots.contains(where: { list.isSigned(by: $0) }) else {
      throw .listOfAnother(path: path, root: root)
    }
    return [list]
  }
}
