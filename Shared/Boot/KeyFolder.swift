// The folder in which `weir pki` keeps both roots and what it issued: one layout for development and production.

package import Crypto
import Integrity
package import Vocabulary

/// `DIR/pki`: the two certificate roots, the gateway's issuing authority, the evidence root, and issued certificates.
///
/// The two roots never meet: services accept peers from `service-root` alone, the gateway's public listener accepts
/// departments from `department-root` alone. In production the root keys are moved offline; everything else works without.
package struct KeyFolder: Sendable {
  package let path: String
  package let domain: String

  package init(path: String, domain: String) {
    self.path = path
    self.domain = domain
  }

  static let day: Int64 = 86_400
  private static let rootDays: Int64 = 7300
  static let issuingDays: Int64 = 3650

  package var serviceRoot: String { path + "/service-root/ca.pem" }
  package var departmentRoot: String { path + "/department-root/ca.pem" }
  package var issuingCertificate: String { path + "/issuing/ca.pem" }
  package var issuingKey: String { path + "/issuing/ca.key" }
  package var evidenceRootPublicKey: String { path + "/evidence-root/public.key" }
  package var keyList: String { path + "/keylist.note" }

  package func serviceCertificate(_ service: String) -> String {
    "\(path)/services/\(service)/cert.pem"
  }
  package func serviceKey(_ service: String) -> String { "\(path)/services/\(service)/key.pem" }
  package func evidenceKey(_ service: String) -> String {
    "\(path)/services/\(service)/evidence.key"
  }

  /// The folder of a principal named `departments/d/persons/p` or `departments/d/systems/s`.
  package func principalFolder(_ name: String) -> String { "\(path)/\(name)" }

  /// Makes both roots, the issuing authority and the evidence root. Refuses to touch a folder that has them.
  package func create(now: Instant, random: any RandomSource) throws {
    guard !Files.exists(serviceRoot) else {
      throw FileError(path: serviceRoot, operation: "create", code: 17)
    }
    let seconds = now.milliseconds / 1000
    for (name, title) in [("service-root", "service root"), ("department-root", "department root")]
    {
      let key = try P256PrivateKey(random: random)
      let authority = try CertificateAuthority.root(
        subject: SubjectName(commonName: "Weir \(title)", organization: domain), key: key,
        notBefore: seconds - 300, notAfter: seconds + Self.rootDays * Self.day, random: random)
      try save(authority.certificate.pem, key: key, in: "\(path)/\(name)", as: "ca")
    }
    for root in Root.allCases { try signRevocationList(root, now: now) }
    try rotateIssuing(now: now, random: random)
    let evidence = try Ed25519PrivateKey(random: random)
    try Files.makeFolder(path + "/evidence-root")
    try Files.write(try evidence.pem(), to: path + "/evidence-root/private.key", isPrivate: true)
    let signer = try NoteSigner(name: KeyList.rootName(domain), key: evidence)
    try Files.write(signer.verifier.text + "\n", to: evidenceRootPublicKey, isPrivate: false)
  }

  /// Issues the certificate of a service or the gateway, and its evidence key.
  package func issueService(
    _ service: String, dnsNames: [String], ipAddresses: [String], days: Int, now: Instant,
    random: any RandomSource
  ) throws {
    let key = try P256PrivateKey(random: random)
    let seconds = now.milliseconds / 1000
    let certificate = try authority("service-root").issue(
      CertificateTemplate(
        subject: SubjectName(commonName: "weir-\(service)", organization: domain),
        names: CertificateNames(
          uris: ["spiffe://\(domain)/service/\(service)"], dnsNames: dnsNames,
          ipAddresses: ipAddresses),
        usages: [.client, .server], notBefore: seconds - 300,
        notAfter: seconds + Int64(days) * Self.day),
      publicKey: key.publicKey, random: random)
    let folder = "\(path)/services/\(service)"
    try save(certificate.pem, key: key, in: folder, as: "cert", keyName: "key.pem")
    if !Files.exists(evidenceKey(service)) {
      let evidence = try Ed25519PrivateKey(random: random)
      try Files.write(try evidence.pem(), to: evidenceKey(service), isPrivate: true)
    }
  }

  /// Issues the certificate of a first principal, before the registry can; its serial goes into the founding file.
  package func issuePrincipal(
    _ name: ResourceName, days: Int, now: Instant, random: any RandomSource
  ) throws -> Certificate {
    let issuing = try CertificateAuthority(
      certificatePEM: try readText(issuingCertificate), privateKeyPEM: try readText(issuingKey))
    let key = try P256PrivateKey(random: random)
    let seconds = now.milliseconds / 1000
    let certificate = try issuing.issue(
      CertificateTemplate(
        subject: SubjectName(commonName: name.id, organization: name.parentID),
        names: CertificateNames(uris: [spiffeName(of: name, domain: domain)]),
        usages: [.client], notBefore: seconds - 300, notAfter: seconds + Int64(days) * Self.day),
      publicKey: key.publicKey, random: random)
    try save(
      certificate.pem + issuing.certificate.pem, key: key, in: principalFolder(name.text),
      as: "cert", keyName: "key.pem")
    return certificate
  }

  /// Signs the list of every service's evidence key with the offline root. Audit's stands there under two names: its own
  /// entries are evidence as everybody's are, and it signs the log.
  ///
  /// A key of the list before keeps the beginning of its term, for what it signed must verify under every later list. One that
  /// is not in the folder any more, as it was replaced or leaked, stays in the list and its term ends now.
  ///
  /// - Parameters:
  ///   - number: Grows by one with each list; a verifier keeps to the newest it has seen.
  ///   - start: The earliest time that new keys' entries bear; a demonstration's, whose civil time is another.
  package func signKeyList(
    services: [String], number: UInt64, now: Instant, start: Instant? = nil
  ) throws {
    let root = try NoteSigner(
      name: KeyList.rootName(domain),
      key: try Ed25519PrivateKey(pem: try readText(path + "/evidence-root/private.key")))
    let seconds = now.milliseconds / 1000
    let notBefore = min(now, start ?? now).milliseconds / 1000 - 300
    let known = try previousEntries(root.verifier)
    var entries: [KeyList.Entry] = []
    for service in services {
      let key = try Ed25519PrivateKey(pem: try readText(evidenceKey(service))).publicKey
      var names = [KeyList.evidenceName(domain, service: service)]
      if service == "audit" { names.append(KeyList.auditName(domain)) }
      for name in names {
        let verifier = try NoteVerifier(name: name, key: key)
        let before = known.first { $0.verifier == verifier }
        guard before?.notAfter == nil else { throw KeyListError.termEnded(name: name) }
        entries.append(
          KeyList.Entry(verifier: verifier, notBefore: before?.notBefore ?? notBefore))
      }
    }
    for old in known where !entries.contains(where: { $0.verifier == old.verifier }) {
      entries.append(
        KeyList.Entry(
          verifier: old.verifier, notBefore: old.notBefore, notAfter: old.notAfter ?? seconds))
    }
    let list = KeyList(domain: domain, number: number, issuedAt: seconds, entries: entries)
    try Files.write(try list.signed(by: root).encoded, to: keyList, isPrivate: false)
  }

  private func previousEntries(_ root: NoteVerifier) throws -> [KeyList.Entry] {
    guard Files.exists(keyList) else { return [] }
    return try KeyList(verifying: try SignedNote(try readText(keyList)), by: root).entries
  }

  func authority(_ name: String) throws -> CertificateAuthority {
    try CertificateAuthority(
      certificatePEM: try readText("\(path)/\(name)/ca.pem"),
      privateKeyPEM: try readText("\(path)/\(name)/ca.key"))
  }

  func save(
    _ certificatePEM: String, key: P256PrivateKey, in folder: String, as name: String,
    keyName: String? = nil
  ) throws {
    try Files.makeFolder(folder)
    try Files.write(try key.pem(), to: "\(folder)/\(keyName ?? name + ".key")", isPrivate: true)
    try Files.write(certificatePEM, to: "\(folder)/\(name).pem", isPrivate: false)
  }
}

/// Why no key list is signed.
package enum KeyListError: Error, Equatable, Sendable {
  /// An earlier list ended this key's term, which nothing begins again: issue another.
  case termEnded(name: String)
}

/// `spiffe://<domain>/department/<code>/person/<id>` of `departments/<code>/persons/<id>` (FORMATS "Names").
package func spiffeName(of name: ResourceName, domain: String) -> String {
  let kind = name.collection == .systems ? "system" : "person"
  return "spiffe://\(domain)/department/\(name.parentID ?? "")/\(kind)/\(name.id)"
}
