// The access rules of the .proto files, as the generated table holds them.

import Access
import Contracts
import Testing
import Vocabulary

@Suite("Every method of Weir has an access rule (AC-01)")
struct AccessTableTests {
  @Test("the table holds each weir method under its own path, and none of gRPC's own")
  func complete() {
    let own = MethodShape.all.keys.filter { $0.hasPrefix("/weir.") }
    #expect(Set(own) == Set(AccessTable.all.keys))
    #expect(own.count > 50)
    for (path, access) in AccessTable.all {
      #expect(access.path == path)
      #expect(path.hasPrefix("/\(access.service)/"))
    }
  }

  @Test("an internal method is not reached through the gateway; its entry methods are")
  func via() {
    for access in AccessTable.all.values where !access.via.isEmpty {
      #expect(access.isInternal && !access.isPublic, "\(access.path)")
      for entry in access.via {
        #expect(AccessTable.all[entry]?.isPublic == true, "\(access.path) via \(entry)")
      }
    }
  }

  @Test("who may call what inside stands beside each method, and is this")
  func peers() {
    let inside = AccessTable.all.values.filter { !$0.isPublic }
    let table = Dictionary(uniqueKeysWithValues: inside.map { ($0.path, $0.peers.sorted()) })
    #expect(
      table == [
        "/weir.audit.v1.Audit/WatchOrigins": ["catalog", "feedback", "gateway", "ingest", "share"],
        "/weir.catalog.v1.Catalog/ListOpenCatalogue": ["gateway"],
        "/weir.catalog.v1.Catalog/ReadOpenSet": ["gateway"],
        "/weir.catalog.v1.Catalog/ResolveEntry": ["feedback", "ingest", "share"],
        "/weir.events.v1.Events/Snapshot": ["audit", "feedback", "gateway", "ingest", "share"],
        "/weir.events.v1.Events/Confirm": ["audit", "feedback", "gateway", "ingest", "share"],
        "/weir.events.v1.Events/Subscribe": ["audit", "feedback", "gateway", "ingest", "share"],
        "/weir.feedback.v1.Feedback/ListLateIssues": ["catalog"],
        "/weir.ingest.v1.Ingest/CompareChunk": ["share"],
        "/weir.ingest.v1.Ingest/ListDeliveryFigures": ["catalog"],
        "/weir.ingest.v1.Ingest/ListRecipients": ["feedback"],
        "/weir.ingest.v1.Ingest/ListSubjectComparisons": ["audit"],
        "/weir.ingest.v1.Ingest/LocateRecords": ["feedback"],
        "/weir.ingest.v1.Ingest/NameSubject": ["audit"],
        "/weir.ingest.v1.Ingest/OpenRecords": ["share"],
        "/weir.ingest.v1.Ingest/ReadClaim": ["share"],
        "/weir.ingest.v1.Ingest/VerifyClaim": ["share"],
        "/weir.keys.v1.Keys/ListSeals": ["gateway"],
        "/weir.keys.v1.Keys/RotateSeals": ["gateway"],
        "/weir.registry.v1.Registry/ResolveDepartment": [
          "audit", "catalog", "feedback", "ingest", "share",
        ],
        "/weir.registry.v1.Registry/ResolveSystem": ["catalog"],
        "/weir.registry.v1.Registry/ResolveCertificate": ["ingest"],
        "/weir.share.v1.Share/ResolveGrant": ["feedback"],
      ])
    #expect(AccessTable.all.values.filter(\.isPublic).allSatisfy { $0.peers == ["gateway"] })
  }

  @Test("AC-35 the operator's role opens the state of the node and of its registry, and no record")
  func operators() {
    let methods = AccessTable.all.values.filter { $0.roles.contains(.operator) }
    #expect(
      Set(methods.map(\.path)) == [
        "/weir.audit.v1.Audit/ListMonths", "/weir.audit.v1.Audit/ListOrigins",
        "/weir.registry.v1.Registry/ListSystems",
        "/weir.registry.v1.Registry/ListPersons", "/weir.registry.v1.Registry/ListCertificates",
        "/weir.registry.v1.Registry/ListRuns", "/weir.ingest.v1.Ingest/RotateKeys",
        "/weir.ingest.v1.Ingest/ListRegisterKeys",
        "/weir.registry.v1.Registry/ListRuns", "/weir.registry.v1.Registry/ProposeLaw",
        "/weir.registry.v1.Registry/ListDocuments", "/weir.registry.v1.Registry/ListDutyFilings",
        "/weir.registry.v1.Registry/GetSecurityFile",
        "/weir.registry.v1.Registry/RotateSealingKeys",
        "/weir.registry.v1.Registry/ListSealingKeys",
        "/weir.catalog.v1.Catalog/ListRunningCases", "/weir.share.v1.Share/ListRunningCases",
        "/weir.feedback.v1.Feedback/ListRunningCases",
      ])
    // What is open to every role tells of no person: the catalogue, grants and duties of one's own, the log's proofs.
    let open = AccessTable.all.values.filter { $0.isPublic && $0.roles.isEmpty }
    #expect(
      Set(open.map { $0.path.split(separator: "/").suffix(1).joined() }) == [
        "GetCheckpoint", "GetTile", "GetInclusionProof", "GetConsistencyProof", "GetKeyList",
        "GetEntry", "GetRecord", "ListRecords", "ListResponsibilities", "ListEntries",
        "ListCategories", "ListDuties", "GetResourceStatus",
        "GetDepartment", "ListDepartments", "WhoAmI", "RenewCertificate", "GetLaw", "ListLaw",
        "ListNotices", "WatchNotices",
      ])
    for path in ["Share/Lookup", "Share/GetClearance", "Share/ListCases", "Share/RunComparison"] {
      guard let access = AccessTable.all["/weir.share.v1.\(path)"] else { continue }
      #expect(!access.roles.isEmpty && !access.roles.contains(.operator), "\(path)")
    }
  }

  @Test("AC-79 a regulator and a third-party auditor read, and change nothing (AC-73)")
  func regulators() {
    let roles: Set<Role> = [.regulator, .thirdPartyAuditor]
    let methods = AccessTable.all.values.filter { !$0.roles.isDisjoint(with: roles) }
    #expect(methods.count >= 3)
    for access in methods {
      let name = access.path.split(separator: "/").last ?? ""
      #expect(name.hasPrefix("Get") || name.hasPrefix("List"), "\(access.path)")
    }
  }

  @Test("a decision asks for the person's certificate, opening a record for its way in")
  func examples() {
    let create = AccessTable.catalogV1CatalogCreateEntry
    #expect(create.person == .certificate)
    #expect(create.scope == .owner)
    #expect(create.roles.isSuperset(of: [.departmentOfficer]))
    #expect(create.audited.contains("entry.title"))
    let open = AccessTable.ingestV1IngestOpenRecords
    #expect(open.via == ["/weir.share.v1.Share/Lookup"])
    #expect(open.scope == .grantee)
  }
}
