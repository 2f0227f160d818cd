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
