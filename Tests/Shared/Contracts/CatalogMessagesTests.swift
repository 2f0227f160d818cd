// How the catalogue's words are read by other services.

import Access
import Contracts
import Testing
import Vocabulary

@Suite("What nobody has said is not shared (AC-42)")
struct CatalogMessagesTests {
  @Test("an item without a type inherits; a type of a later program is not shared")
  func types() {
    #expect(CatalogV1.ShareType.unspecified.type == nil)
    #expect(CatalogV1.ShareType.unrecognized(9).type == .notShared)
    for type in ShareType.allCases { #expect(CatalogV1.ShareType(type).type == type) }
  }

  @Test("a legal ground comes back as it was; one without a kind is refused by its field")
  func grounds() throws {
    for kind in BasisKind.allCases where CommonV1.Basis.Kind(kind).kind != nil {
      let basis = LegalBasis(kind: kind, title: "社会保险法", article: "第一条")
      #expect(try LegalBasis(CommonV1.Basis(basis), path: "basis") == basis)
    }
    #expect(throws: RequestRefusal.missing(field: "basis.kind")) {
      try LegalBasis(CommonV1.Basis(title: "社会保险法"), path: "basis")
    }
  }

  @Test("a body's level is the registry's number; without one there is none")
  func levels() {
    #expect(RegistryV1.Department(level: .functionalZone).administrativeLevel == .functionalZone)
    #expect(RegistryV1.Department().administrativeLevel == nil)
    #expect(AdministrativeLevel.functionalZone.isCounty && !AdministrativeLevel.city.isCounty)
  }
}
