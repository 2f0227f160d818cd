// Whether those who signed belong to the departments that decide: asked of the registry, not of catalogue or Share (AC-40, AC-43).

import Access
import Contracts
import IngestRules
import RPC
import Regulation
import Vocabulary

/// Why what somebody signed does not count, though the signature is good.
struct SignerFault: Error {
  let text: BilingualText
}

extension IngestService {
  /// Holds a signer's certificate to the registry: one that it never had, or that was revoked before what it signed came here, signs
  /// nothing. The time that a statement says of itself is its signer's word, and whoever has a lost key says what he likes.
  ///
  /// - Parameter seen: When the statement came here first, by real time.
  /// - Returns: The roles that the signer has now.
  @discardableResult
  func signer(of stated: StatedDecision, seen: Instant) async throws -> Set<Role> {
    let person = stated.personName
    let standing: RegistryV1.CertificateStanding
    do {
      standing = try await outside.certificate(stated.certificateHash)
    } catch let status as Status where status.code == .notFound {
      throw SignerFault(
        text: BilingualText(
          "登记处没有\(person)的这份证书", "the registry has no such certificate of \(person)"))
    }
    if let revoked = standing.revokeTime?.instant, revoked <= seen {
      throw SignerFault(
        text: BilingualText(
          "\(person)的证书在签名送达前已撤销",
          "the certificate of \(person) was revoked before the signature came here"))
    }
    guard standing.subject == person else {
      throw SignerFault(
        text: BilingualText("证书不是\(person)的", "the certificate is not that of \(person)"))
    }
    return Set(standing.roles.compactMap { Role(rawValue: $0) })
  }

  /// The publisher of an entry is of a department that publishes it, under a profile that governed its class then.
  ///
  /// - Parameter seen: When Ingest learnt of the publication, by civil time.
  func checkPublisher(
    _ stated: StatedDecision, of document: GrantDocument, seen: Instant
  ) async throws {
    let profile = try governing(
      stated.profile, class: stated.text("class"), on: seen.civilDate, of: document)
    let version = ResourceName(stated.resource, in: .versions)?.number ?? 0
    guard let owner = try await signingBody(document.source, at: seen),
      let signer = try await signingBody(stated.department, at: seen),
      profile.letsPublish(signer, for: owner, isUpdate: version > 1)
    else {
      throw DataRefusal.grantNotReviewed(
        grant: document.name,
        BilingualText(
          "\(stated.personName)不属于有权发布该条目的部门",
          "\(stated.personName) belongs to no department that publishes the entry"))
    }
  }

  /// How long a case may run on under the law with which it began. The number is ours.
  private static let caseDays = 90

  /// The profile that a statement or a grant names, where it governed a class of resources here: another would ask others, or fewer.
  ///
  /// - Parameters:
  ///   - resourceClass: As the publisher signed it; without one no profile is known to govern.
  ///   - day: On which what is judged by it came here: the days that it states itself are its own word.
  func governing(
    _ text: String, class resourceClass: String, on day: CivilDate, of document: GrantDocument
  ) throws(DataRefusal) -> Profile {
    let profile = try profile(text, of: document)
    guard !resourceClass.isEmpty,
      outside.profiles.governs(profile, resourceClass, on: day, orUntil: Self.caseDays)
    else { throw .doesNotGovern(document) }
    return profile
  }

  /// The very version of a profile that a grant was given under: without it none of its limits is known.
  func profile(_ text: String, of document: GrantDocument) throws(DataRefusal) -> Profile {
    guard let reference = ProfileReference(text),
      let profile = try? outside.profiles.profile(reference)
    else { throw .doesNotGovern(document) }
    return profile
  }

  /// The authority that a grant names is the source's own: a reviewer of the source alone could have put another there.
  ///
  /// - Parameter seen: When what was signed came here, by civil time.
  func checkAuthority(of document: GrantDocument, seen: Instant) async throws {
    guard let authority = document.authority,
      let source = try await signingBody(document.source, at: seen),
      source.authorities.contains(authority)
    else {
      throw DataRefusal.grantNotReviewed(
        grant: document.name,
        BilingualText(
          "授权所载主管部门不是数源部门的主管部门", "the authority that it names is not that of its source"))
    }
  }

  /// What the registry knows of a department; `nil` where it knows none.
  ///
  /// - Parameter time: When what its people signed came here. An authority that was replaced since counts, too.
  private func signingBody(
    _ code: DepartmentCode, at time: Instant
  ) async throws -> SigningBody? {
    do {
      return SigningBody(try await outside.directory(code), at: time)
    } catch let status as Status where status.code == .notFound {
      return nil
    }
  }
}

extension DataRefusal {
  fileprivate static func doesNotGovern(_ document: GrantDocument) -> DataRefusal {
    .grantNotReviewed(
      grant: document.name,
      BilingualText("所依据的档案在此不适用", "the profile that it names does not govern here"))
  }
}

extension SigningBody {
  /// `nil` where the registry's words are not those of the rules.
  fileprivate init?(_ department: RegistryV1.Department, at time: Instant) {
    guard let name = ResourceName(department.name, in: .departments),
      let code = DepartmentCode(name.id), let level = department.administrativeLevel
    else { return nil }
    self.init(
      code: code, level: level, region: department.region,
      isAuthority: department.authority.isEmpty, authorities: department.authorities(at: time),
      holders: department.holders)
  }
}
