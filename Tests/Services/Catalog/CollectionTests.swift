// How and why data are obtained, under each text that asks.

import CatalogRules
import Contracts
import RPC
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite(
  "An entry says how its data are obtained, on what ground, and why (meizhou-specific-2021/16 and 17)"
)
struct CollectionTests {
  private func said(
    under key: String, _ change: (inout EntryContent) -> Void = { _ in }
  ) throws -> CatalogRefusal? {
    var content = try CatalogWorld.content()
    change(&content)
    return refusal { _ = try CatalogWorld.check(content, under: key) }
  }

  @Test(
    "one of the three ways of the text is named",
    .obligation(
      "meizhou-specific-2021/16.i1", "meizhou-specific-2021/16.i2", "meizhou-specific-2021/16.i3",
      "guangdong-2018/12.i1", "guangdong-2018/12.i2", "guangdong-2018/12.i3"),
    arguments: [
      ("meizhou-specific-2021", "meizhou-specific-2021/16"),
      ("guangdong-2018", "guangdong-2018/12"),
    ])
  func ways(_ key: String, _ article: String) async throws {
    for mode in AcquisitionMode.allCases {
      let found = try said(under: key) {
        $0.acquisitionMode = mode
        $0.acquisitionReference = "民政业务系统"
      }
      #expect(found == nil, "\(mode)")
    }
    let missing = try said(under: key) { $0.acquisitionMode = nil }
    #expect(missing?.reason == "catalog.field_missing")
    #expect(missing?.field == "entry.acquisition_mode" && missing?.citation?.text == article)
    // A word that is none of the three does not even become a draft.
    let catalog = try await CatalogCalls(under: key)
    let unknown = await status {
      _ = try await catalog.draft("d") { $0.acquisitionMode = "bought" }
    }
    #expect(unknown?.code == .invalidArgument)
    #expect(unknown?.trailers["weir-field"] == "entry.acquisition_mode")
  }

  @Test(
    "in Guangdong each way has its law, its system or its agreement with it",
    .obligation("guangdong-2018/12.i1", "guangdong-2018/12.i2", "guangdong-2018/12.i3"))
  func references() throws {
    func field(_ change: (inout EntryContent) -> Void) throws -> String? {
      let found = try said(under: "guangdong-2018", change)
      if let found { #expect(found.citation?.text == "guangdong-2018/12") }
      return found?.field
    }
    for basis in [nil, Basis(kind: .rule, title: "某规章", article: "第一条")] {
      #expect(try field { $0.acquisitionBasis = basis } == "entry.acquisition_basis")
    }
    #expect(
      try field { $0.acquisitionBasis = Basis(kind: .regulation, title: "条例", article: "第一条") }
        == nil)
    for mode in [AcquisitionMode.generated, .byAgreement] {
      #expect(try field { $0.acquisitionMode = mode } == "entry.acquisition_reference", "\(mode)")
      let named = try field {
        $0.acquisitionMode = mode
        $0.acquisitionReference = "数据共享约定〔2024〕1号"
      }
      #expect(named == nil, "\(mode)")
    }
  }

  @Test(
    "legal instrument and necessity are stated; an internal rule is no instrument",
    .obligation("meizhou-specific-2021/17", "hebi-2021/11.1a", "guangdong-2018/13.1"),
    arguments: [
      ("meizhou-specific-2021", "meizhou-specific-2021/17"), ("hebi-2021", "hebi-2021/11.1a"),
      ("guangdong-2018", "guangdong-2018/13.1"),
    ])
  func grounds(_ key: String, _ article: String) throws {
    func expect(_ field: String, _ change: (inout EntryContent) -> Void) throws {
      let found = try said(under: key) {
        $0.acquisitionMode = .generated
        $0.acquisitionReference = "民政业务系统"
        change(&$0)
      }
      #expect(found?.reason == "catalog.field_missing" && found?.field == field)
      #expect(found?.citation?.text == article)
    }
    try expect("entry.necessity") { $0.necessity = "" }
    for basis in [
      nil, Basis(kind: .law, title: "", article: ""),
      Basis(kind: .internalRule, title: "内部规定", article: "第一条"),
    ] {
      try expect("entry.acquisition_basis") { $0.acquisitionBasis = basis }
    }
    #expect(try said(under: key) == nil)
  }

  @Test(
    "where no text asks, none is demanded; what is said comes back", arguments: Backend.allCases)
  func silent(_ backend: Backend) async throws {
    for key in ["meizhou-public-2023", "luyi-2019"] {
      let found = try said(under: key) {
        for index in $0.items.indices { $0.items[index].standard = "GB/T 2261" }
        $0.acquisitionMode = nil
        $0.acquisitionBasis = nil
        $0.necessity = ""
      }
      #expect(found == nil, "\(key)")
    }
    let catalog = try await CatalogCalls(backend)
    let draft = try await catalog.draft("d") { $0.acquisitionReference = "民政业务系统" }
    let kept = try await catalog.client.getEntry(
      .init(name: draft.name), catalog.options(CatalogCalls.officer))
    #expect(kept.necessity == "核验待遇领取资格所必需")
    #expect(kept.acquisitionReference == "民政业务系统" && kept.acquisitionMode == "by_law")
  }
}
