// The requests by which persons decide: of each, what its statement must say, and the methods that take them.

package import Access
import Vocabulary

extension ShareV1.SubmitApplicationRequest: DecidingRequest {
  package typealias Reply = ShareV1.Application
  package static var action: DecisionAction { .submitApplication }
  package func asks(for stated: StatedDecision) -> Bool { stated.resource == name }
}

extension ShareV1.ReviewApplicationRequest: DecidingRequest {
  package typealias Reply = ShareV1.Application
  package static var action: DecisionAction { .reviewApplication }
  package func asks(for stated: StatedDecision) -> Bool {
    stated.resource == name && stated.text("reason") == reason
      && stated.texts("consents") == recipients
      && stated.rows("decisions", of: ["item", "decision", "reason"])
        == decisions.map { [$0.item, $0.approved ? "approve" : "reject", $0.reason] }
  }
}

extension ShareV1.RevokeGrantRequest: DecidingRequest {
  package typealias Reply = ShareV1.Grant
  package static var action: DecisionAction { .revokeGrant }
  package func asks(for stated: StatedDecision) -> Bool {
    stated.resource == name && stated.text("reason") == reason
  }
}

extension ShareV1.SuspendGrantRequest: DecidingRequest {
  package typealias Reply = ShareV1.Grant
  package static var action: DecisionAction { .suspendGrant }
  package func asks(for stated: StatedDecision) -> Bool {
    stated.resource == name && stated.text("reason") == reason
  }
}

extension ShareV1.ResumeGrantRequest: DecidingRequest {
  package typealias Reply = ShareV1.Grant
  package static var action: DecisionAction { .resumeGrant }
  package func asks(for stated: StatedDecision) -> Bool {
    stated.resource == name && stated.text("reason") == reason
  }
}

extension ShareV1.SubscribeRequest: DecidingRequest {
  package typealias Reply = ShareV1.Grant
  package static var action: DecisionAction { .subscribe }
  package func asks(for stated: StatedDecision) -> Bool {
    stated.isOfVersion(entry) && stated.texts("items") == items
      && stated.text("business") == business && stated.text("until") == until
      && stated.text("purpose") == purpose && stated.text("request") == requestID
  }
}

extension ShareV1.AcceptGrantRequest: DecidingRequest {
  package typealias Reply = ShareV1.Grant
  package static var action: DecisionAction { .acceptGrant }
  package func asks(for stated: StatedDecision) -> Bool {
    let officer = securityOfficer.isEmpty ? stated.personName : securityOfficer
    return stated.resource == name && stated.text("security_officer") == officer
  }
}

extension ShareV1.FileAccessModesRequest: DecidingRequest {
  package typealias Reply = ShareV1.Grant
  package static var action: DecisionAction { .fileAccessModes }
  package func asks(for stated: StatedDecision) -> Bool {
    stated.resource == name && stated.text("reason") == reason
      && stated.texts("access_modes") == Set(accessModes).sorted()
  }
}

extension ShareV1.ConcludeCaseRequest: DecidingRequest {
  package typealias Reply = ShareV1.Case
  package static var action: DecisionAction { .concludeCase }
  package func asks(for stated: StatedDecision) -> Bool {
    stated.resource == name && stated.text("outcome") == outcomeWord
      && stated.text("refer") == (refer ? "yes" : "no") && stated.text("words") == wordsDigest
  }

  /// `IRREGULAR_RECEIPT`; empty where the lead is taken up.
  package var outcomeWord: String {
    if outcome == .unspecified { return "" }
    return ShareV1.Outcome.names.first { $0.value == outcome }?.name ?? ""
  }

  /// What the person wrote of the case, by its hash.
  package var wordsDigest: String {
    StatedDecision.digest(of: [
      ("kind", evidence?.kind ?? ""), ("date", evidence?.date ?? ""),
      ("seen_by", evidence?.seenBy ?? ""), ("note", evidence?.note ?? ""), ("reason", reason),
    ])
  }
}

extension ShareV1.ConfirmCaseRequest: DecidingRequest {
  package typealias Reply = ShareV1.Case
  package static var action: DecisionAction { .confirmCase }
  package func asks(for stated: StatedDecision) -> Bool {
    stated.resource == name && stated.text("confirmed") == (confirmed ? "yes" : "no")
      && stated.text("words") == wordsDigest
  }

  package var wordsDigest: String { StatedDecision.digest(of: [("reason", reason)]) }
}

extension ShareV1.HoldLineRequest: DecidingRequest {
  package typealias Reply = ShareV1.Case
  package static var action: DecisionAction { .holdLine }
  package func asks(for stated: StatedDecision) -> Bool {
    let isHeld = hold?.reason.isEmpty == false
    return stated.resource == name && stated.text("until") == (isHeld ? hold?.until : "")
      && stated.text("words") == wordsDigest
  }

  package var wordsDigest: String {
    StatedDecision.digest(of: [("reason", hold?.reason ?? ""), ("notice", hold?.notice ?? "")])
  }
}

extension ShareV1.DecideVerificationRequestRequest: DecidingRequest {
  package typealias Reply = ShareV1.VerificationRequest
  package static var action: DecisionAction { .decideVerification }
  package func asks(for stated: StatedDecision) -> Bool {
    stated.resource == name && stated.text("reason") == reason
      && stated.text("decision") == (decision == .accept ? "accept" : "decline")
  }
}

extension IngestV1.RequestDestructionRequest: DecidingRequest {
  package typealias Reply = IngestV1.Destruction
  package static var action: DecisionAction { .requestDestruction }
  package func asks(for stated: StatedDecision) -> Bool {
    stated.text("kind") == kind && stated.text("entry") == entry && stated.text("reason") == reason
  }
}

extension IngestV1.ApproveDestructionRequest: DecidingRequest {
  package typealias Reply = IngestV1.Destruction
  package static var action: DecisionAction { .approveDestruction }
  package func asks(for stated: StatedDecision) -> Bool { stated.resource == name }
}

extension RegistryV1.ProposeLawRequest: DecidingRequest {
  package typealias Reply = RegistryV1.LawVersion
  package static var action: DecisionAction { .proposeLaw }
  package func asks(for stated: StatedDecision) -> Bool {
    stated.isHash("sha256", of: text) && stated.text("reason") == reason
  }
}

extension RegistryV1.DecideLawRequest: DecidingRequest {
  package typealias Reply = RegistryV1.LawVersion
  package static var action: DecisionAction { .decideLaw }
  package func asks(for stated: StatedDecision) -> Bool {
    stated.resource == name && stated.text("reason") == reason
      && stated.text("decision") == (approve ? "approve" : "reject")
  }
}

extension AuditV1.RequestActRequest: DecidingRequest {
  package typealias Reply = AuditV1.Act
  package static var action: DecisionAction { .requestAct }
  package func asks(for stated: StatedDecision) -> Bool {
    stated.resource == "acts" && stated.text("kind") == kind && stated.text("month") == month
      && stated.text("reason") == reason && stated.text("origin") == origin
  }
}

extension AuditV1.ApproveActRequest: DecidingRequest {
  package typealias Reply = AuditV1.Act
  package static var action: DecisionAction { .approveAct }
  package func asks(for stated: StatedDecision) -> Bool { stated.resource == name }
}

extension IngestV1.Subject {
  /// A person as statements of acts tell him: by a salted hash of the identifier.
  package func digest(salt: [UInt8]) -> String {
    StatedDecision.digest(ofClaim: identity, salt: salt)
  }

  /// The identifier in bytes; empty for nobody.
  package var identity: [UInt8] {
    if block.isEmpty, documentNumber.isEmpty { return [] }
    let document = [documentType, documentNumber].map { Array($0.utf8) + [0] }
    return block + [0] + document.joined()
  }
}

extension IngestV1.VerifyClaimRequest {
  /// The claim as the source's statement tells it: all but what stands there itself, hashed with its salt.
  package func claimDigest() throws -> String {
    var claim = IngestV1.VerifyClaimRequest()
    claim.entry = entry
    claim.subject = subject
    claim.item = item
    claim.assertedValue = assertedValue
    return StatedDecision.digest(ofClaim: try claim.serialized(), salt: salt)
  }
}

extension CatalogV1.SubmitEntryRequest: DecidingRequest {
  package typealias Reply = CatalogV1.Entry
  package static var action: DecisionAction { .submitEntry }
  package func asks(for stated: StatedDecision) -> Bool { stated.isOfVersion(name) }
}

extension CatalogV1.ReviewEntryRequest: DecidingRequest {
  package typealias Reply = CatalogV1.Entry
  package static var action: DecisionAction { .reviewEntry }
  package func asks(for stated: StatedDecision) -> Bool {
    stated.isOfVersion(name, version) && stated.text("reason") == reason
      && stated.text("decision") == (decision == .approve ? "approve" : "return")
  }
}

extension CatalogV1.PublishEntryRequest: DecidingRequest {
  package typealias Reply = CatalogV1.Entry
  package static var action: DecisionAction { .publishEntry }
  package func asks(for stated: StatedDecision) -> Bool { stated.isOfVersion(name, version) }
}

extension CatalogV1.FileNotSharedRequest: DecidingRequest {
  package typealias Reply = CatalogV1.Entry
  package static var action: DecisionAction { .fileNotShared }
  package func asks(for stated: StatedDecision) -> Bool {
    stated.isOfVersion(name, version) && stated.text("number") == filing?.number
      && stated.text("date") == filing?.date && stated.text("reason") == filing?.reason
  }
}

extension CatalogV1.WithdrawEntryRequest: DecidingRequest {
  package typealias Reply = CatalogV1.Entry
  package static var action: DecisionAction { .withdrawEntry }
  package func asks(for stated: StatedDecision) -> Bool {
    stated.isOfVersion(name) && stated.text("reason") == reason
      && stated.text("decision") == (cancel ? "keep" : "withdraw")
  }
}

extension RegistryV1.RegisterDepartmentRequest: DecidingRequest {
  package typealias Reply = RegistryV1.Department
  package static var action: DecisionAction { .registerDepartment }
  package func asks(for stated: StatedDecision) -> Bool {
    stated.resource == department?.name && stated.text("region") == department?.region
  }
}

extension RegistryV1.UpdateDepartmentRequest: DecidingRequest {
  package typealias Reply = RegistryV1.Department
  package static var action: DecisionAction { .updateDepartment }
  package func asks(for stated: StatedDecision) -> Bool {
    stated.resource == department?.name && stated.text("reason") == reason
  }
}

extension RegistryV1.SetDepartmentStateRequest: DecidingRequest {
  package typealias Reply = RegistryV1.Department
  package static var action: DecisionAction { .setDepartmentState }
  package func asks(for stated: StatedDecision) -> Bool {
    stated.resource == name && stated.text("reason") == reason
      && stated.text("state") == (state == .active ? "active" : "disabled")
  }
}

extension RegistryV1.SetPersonRolesRequest: DecidingRequest {
  package typealias Reply = RegistryV1.Person
  package static var action: DecisionAction { .setPersonRoles }
  package func asks(for stated: StatedDecision) -> Bool {
    stated.resource == name && Set(stated.texts("roles")) == Set(roles)
  }
}

extension RegistryV1.DisablePersonRequest: DecidingRequest {
  package typealias Reply = RegistryV1.Person
  package static var action: DecisionAction { .disablePerson }
  package func asks(for stated: StatedDecision) -> Bool {
    stated.resource == name && stated.text("reason") == reason
      && stated.text("successor") == successor
  }
}

extension RegistryV1.IssueCertificateRequest: DecidingRequest {
  package typealias Reply = RegistryV1.Certificate
  package static var action: DecisionAction { .issueCertificate }
  package func asks(for stated: StatedDecision) -> Bool {
    stated.resource == subject && stated.isHash("request", of: csrPem)
  }
}

extension RegistryV1.RevokeCertificateRequest: DecidingRequest {
  package typealias Reply = RegistryV1.Certificate
  package static var action: DecisionAction { .revokeCertificate }
  package func asks(for stated: StatedDecision) -> Bool {
    stated.text("serial") == serial.lowercased() && stated.text("reason") == reason
  }
}

extension StatedDecision {
  /// - Parameters:
  ///   - name: `entries/E-1`, or one of its versions.
  ///   - version: 0 for whichever the catalogue takes.
  fileprivate func isOfVersion(_ name: String, _ version: Int32 = 0) -> Bool {
    guard let own = ResourceName(resource, in: .versions), let asked = ResourceName(name) else {
      return false
    }
    if asked.collection == .versions { return asked == own }
    return asked.number == own.parentNumber && (version == 0 || own.number == Int64(version))
  }
}

extension DecidingMethod {
  static let all: [String: DecidingMethod] = [
    "/weir.share.v1.Share/SubmitApplication": .init(ShareV1.SubmitApplicationRequest.self),
    "/weir.share.v1.Share/ReviewApplication": .init(ShareV1.ReviewApplicationRequest.self),
    "/weir.share.v1.Share/RevokeGrant": .init(ShareV1.RevokeGrantRequest.self),
    "/weir.share.v1.Share/SuspendGrant": .init(ShareV1.SuspendGrantRequest.self),
    "/weir.share.v1.Share/ResumeGrant": .init(ShareV1.ResumeGrantRequest.self),
    "/weir.catalog.v1.Catalog/SubmitEntry": .init(CatalogV1.SubmitEntryRequest.self),
    "/weir.catalog.v1.Catalog/ReviewEntry": .init(CatalogV1.ReviewEntryRequest.self),
    "/weir.catalog.v1.Catalog/PublishEntry": .init(CatalogV1.PublishEntryRequest.self),
    "/weir.registry.v1.Registry/RegisterDepartment": .init(
      RegistryV1.RegisterDepartmentRequest.self),
    "/weir.registry.v1.Registry/UpdateDepartment": .init(
      RegistryV1.UpdateDepartmentRequest.self),
    "/weir.share.v1.Share/Subscribe": .init(ShareV1.SubscribeRequest.self),
    "/weir.share.v1.Share/AcceptGrant": .init(ShareV1.AcceptGrantRequest.self),
    "/weir.share.v1.Share/FileAccessModes": .init(ShareV1.FileAccessModesRequest.self),
    "/weir.share.v1.Share/ConcludeCase": .init(ShareV1.ConcludeCaseRequest.self),
    "/weir.share.v1.Share/ConfirmCase": .init(ShareV1.ConfirmCaseRequest.self),
    "/weir.share.v1.Share/HoldLine": .init(ShareV1.HoldLineRequest.self),
    "/weir.share.v1.Share/DecideVerificationRequest": .init(
      ShareV1.DecideVerificationRequestRequest.self),
    "/weir.catalog.v1.Catalog/FileNotShared": .init(CatalogV1.FileNotSharedRequest.self),
    "/weir.catalog.v1.Catalog/WithdrawEntry": .init(CatalogV1.WithdrawEntryRequest.self),
    "/weir.ingest.v1.Ingest/RequestDestruction": .init(IngestV1.RequestDestructionRequest.self),
    "/weir.ingest.v1.Ingest/ApproveDestruction": .init(IngestV1.ApproveDestructionRequest.self),
    "/weir.audit.v1.Audit/RequestAct": .init(AuditV1.RequestActRequest.self),
    "/weir.audit.v1.Audit/ApproveAct": .init(AuditV1.ApproveActRequest.self),
    "/weir.registry.v1.Registry/ProposeLaw": .init(RegistryV1.ProposeLawRequest.self),
    "/weir.registry.v1.Registry/DecideLaw": .init(RegistryV1.DecideLawRequest.self),
    "/weir.registry.v1.Registry/SetDepartmentState": .init(
      RegistryV1.SetDepartmentStateRequest.self),
    "/weir.registry.v1.Registry/SetPersonRoles": .init(RegistryV1.SetPersonRolesRequest.self),
    "/weir.registry.v1.Registry/DisablePerson": .init(RegistryV1.DisablePersonRequest.self),
    "/weir.registry.v1.Registry/IssueCertificate": .init(RegistryV1.IssueCertificateRequest.self),
    "/weir.registry.v1.Registry/RevokeCertificate": .init(
      RegistryV1.RevokeCertificateRequest.self),
  ]
}
