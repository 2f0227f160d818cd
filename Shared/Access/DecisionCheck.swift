// The one check of persons' statements, for services that carry decisions out and for Ingest, which checks the reviewers' again.

import Crypto
package import Integrity
package import Vocabulary

/// Whether a statement is a person's own word, and the word for what a call would do.
///
/// The gateway decides who calls. That the person also decided is checked here against the departments' root alone, so that neither
/// the gateway's word nor any service's stands in for a person's key.
package struct DecisionCheck: Sendable {
  /// The longest way from the question to the answer: a clerk reads, and may sign on another machine. As long as a person token.
  package static let termMilliseconds: Int64 = 15 * 60_000
  /// By how much the clocks of two machines of a node may differ.
  package static let aheadMilliseconds: Int64 = 60_000
  package static let sizeLimitBytes = 256 << 10
  package static let certificateLimitBytes = 8 << 10
  package static let mostIssuers = 4

  private let trust: ServiceTrust
  private let domain: String
  private let now: @Sendable () -> Instant

  /// - Parameters:
  ///   - trust: The departments' root, with the list of the issuers that it revoked.
  ///   - domain: The trust domain, in which persons have their names.
  ///   - now: Real time.
  package init(trust: ServiceTrust, domain: String, now: @escaping @Sendable () -> Instant) {
    self.trust = trust
    self.domain = domain
    self.now = now
  }

  /// Grows with each renewal of the root or its list: what was found good before is to be looked at again.
  package var version: Int { trust.version }

  /// The statement that a caller is to sign now.
  package func statement(of decision: Decision, by caller: Caller) -> [UInt8] {
    decision.statement(by: caller, at: now()).bytes
  }

  /// Takes a caller's statement for a decision, once.
  ///
  /// - Parameter keep: Keeps a statement by its hash, and says for which resource the same one was kept before, if it was.
  /// - Returns: The members by which the log keeps it.
  package func take(
    _ signed: SignedStatement?, for decision: Decision, by caller: Caller,
    keeping keep: (_ hash: [UInt8], _ signed: [UInt8]) throws -> String?
  ) throws -> [(String, JSONValue)] {
    let taken = try check(signed, for: decision, by: caller)
    if let former = try keep(taken.hash, CanonicalJSON.encode(taken.json)) {
      throw DecisionRefusal.usedBefore(resource: former)
    }
    return [("signed", taken.json)]
  }

  /// Whether a statement is the caller's word for a decision.
  package func check(
    _ signed: SignedStatement?, for decision: Decision, by caller: Caller
  ) throws(DecisionRefusal) -> SignedStatement {
    guard let signed else { throw .missing(decision.action) }
    let stated = try read(signed)
    guard stated.certificateHash == caller.certificateHash,
      stated.personName == caller.personName
    else { throw .otherPerson(stated.personName) }
    let now = now().milliseconds
    guard stated.time.milliseconds > now - Self.termMilliseconds,
      stated.time.milliseconds <= now + Self.aheadMilliseconds
    else { throw .outOfTime(stated.time) }
    try requireSame(stated, as: decision)
    return signed
  }

  /// Takes the statement of the other of two who decide: of somebody who does not call, and who signed before.
  ///
  /// Who that is, and whether he may, is for the service to judge by what it knows of him now.
  ///
  /// - Parameter termMilliseconds: How long such a statement waits for the call.
  /// - Returns: What he stated, and how the log keeps it.
  package func takeOther(
    _ signed: SignedStatement, for decision: Decision, within termMilliseconds: Int64,
    keeping keep: (_ hash: [UInt8], _ signed: [UInt8]) throws -> String?
  ) throws -> (stated: StatedDecision, json: JSONValue) {
    let stated = try read(signed)
    let now = now().milliseconds
    guard stated.time.milliseconds > now - termMilliseconds,
      stated.time.milliseconds <= now + Self.aheadMilliseconds
    else { throw DecisionRefusal.outOfTime(stated.time) }
    try requireSame(stated, as: decision)
    if let former = try keep(signed.hash, CanonicalJSON.encode(signed.json)) {
      throw DecisionRefusal.usedBefore(resource: former)
    }
    return (stated, signed.json)
  }

  private func requireSame(
    _ stated: StatedDecision, as decision: Decision
  ) throws(DecisionRefusal) {
    guard stated.action == decision.action else { throw .differs(member: "action") }
    guard isSame(stated.resource, decision.resource) else { throw .differs(member: "resource") }
    guard isSame(stated.etag, decision.etag) else {
      throw .changedMeanwhile(resource: decision.resource)
    }
    guard isSame(stated.profile, decision.profile) else { throw .differs(member: "profile") }
    guard stated.decided == decision.decided else {
      throw .differs(member: differing(stated.decided, decision.decided))
    }
  }

  /// What a person stated, under his own signature and a certificate that led to the departments' root when he did.
  package func read(_ signed: SignedStatement) throws(DecisionRefusal) -> StatedDecision {
    guard signed.statement.count <= Self.sizeLimitBytes, signed.signature.count <= 128,
      signed.issuers.count <= Self.mostIssuers,
      ([signed.certificate] + signed.issuers).allSatisfy({
        $0.count <= Self.certificateLimitBytes
      })
    else { throw .tooLarge }
    let statement: Statement
    do throws(StatementError) {
      statement = try Statement(bytes: signed.statement)
    } catch {
      throw .notCanonical
    }
    let stated = try StatedDecision(statement)
    let certificate = try certificate(signed, at: stated.time)
    guard certificate.sha256 == stated.certificateHash,
      certificate.uris == [personURI(stated)]
    else { throw .otherPerson(stated.personName) }
    do {
      try statement.verify(signed.signature, by: certificate.p256PublicKey())
    } catch {
      throw .badSignature
    }
    return stated
  }

  private func certificate(
    _ signed: SignedStatement, at time: Instant
  ) throws(DecisionRefusal) -> Certificate {
    do throws(CryptoError) {
      let certificate = try Certificate(der: signed.certificate)
      let issuers = try signed.issuers.map { (der) throws(CryptoError) in
        try Certificate(der: der)
      }
      try trust.verify(certificate, issuers: issuers, at: time.milliseconds / 1_000)
      return certificate
    } catch {
      throw .untrusted
    }
  }

  private func personURI(_ stated: StatedDecision) -> String {
    "spiffe://\(domain)/department/\(stated.department.text)/person/\(stated.person.text)"
  }
}

/// Texts are the same when their bytes are; Swift's own `==` takes composed and decomposed letters for one.
private func isSame(_ left: String, _ right: String) -> Bool {
  left.utf8.elementsEqual(right.utf8)
}

/// The first member in which two decisions differ.
private func differing(_ left: JSONObject, _ right: JSONObject) -> String {
  let names = (left.members + right.members).map(\.name)
  let name = names.first { left[$0] != right[$0] }
  return name.map { "decided." + $0 } ?? "decided"
}
