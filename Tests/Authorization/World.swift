// A world in plain numbers: bodies, their people and systems, entries, grants, and what somebody asks for. No rule is in it.

import Vocabulary

/// Everything on which a call is judged. Bodies, persons, systems and items are known by their places in the lists.
struct World {
  struct Body {
    var level: AdministrativeLevel
    var region: String
    /// The body that decides on its entries; `nil` for an authority.
    var authority: Int?
    var isActive: Bool
    var persons: [Person]
    /// The first is where its persons work; the others have certificates.
    var systems: [System]
    var run: Run
  }

  struct Person {
    var roles: Set<Role>
    var isActive: Bool
    var successor: Int?
  }

  struct System {
    var region: String
    var isActive: Bool
    var responsible: Int
  }

  struct Run {
    var system: Int
    var responsible: Int
    var isActive: Bool
  }

  enum Holder {
    case person(Int)
    case system(Int)
  }

  /// A certificate. Its term is told in hours from now.
  struct Paper {
    var body: Int
    var holder: Holder
    var isRegistered: Bool
    var isRevoked: Bool
    var from: Int64
    var to: Int64

    func isOfSystem(_ number: Int) -> Bool {
      if case .system(number) = holder { true } else { false }
    }
  }

  enum Standing: CaseIterable {
    case draft, submitted, returned, approved, published, superseded, withdrawn
  }

  struct Item {
    var type: ShareType
    var grade: Int
  }

  struct Entry {
    var owner: Int
    var profile: String
    var standing: Standing
    var isUpdate: Bool
    var items: [Item]
  }

  enum Way: CaseIterable {
    case lookup, comparison
  }

  /// By which way data are had (luyi-2019/13).
  enum Channel: CaseIterable {
    case web, download, interface
  }

  enum Force: CaseIterable {
    case waiting, active, suspended, expired, revoked, ended
  }

  struct Recipient: Equatable {
    /// A system of the grantee that stands abroad; `nil` for somebody else, who is called bank.
    var system: Int?
    var items: Set<Int>
    var region: String
    /// Days from today; `nil` for as long as the grant.
    var days: Int?
  }

  /// What somebody signed of an application.
  struct Opinion {
    var body: Int
    var person: Int
    var approved: Set<Int>
    var sensitive: Set<Int>
    var asked: [Recipient]
    var consentsTo: [Bool]
    /// Whether it is about this application, and the terms are those of the grant.
    var isOnThis: Bool
    var hasItsTerms: Bool
  }

  struct Grant {
    var entry: Int
    var source: Int
    var authority: Int?
    var grantee: Int
    var items: Set<Int>
    var systems: Set<Int>
    var ways: Set<Way>
    var purpose: String
    /// Days from today to its last one.
    var days: Int
    var force: Force
    var filed: Set<Channel>
    var recipients: [Recipient]
    /// `nil` where nobody was asked, since all is open.
    var opinions: [Opinion]?
    var isForged: Bool
  }

  enum Token {
    case person(body: Int, Int)
    case run(body: Int, Int)
  }

  struct DataAsk {
    var grant: Int
    var way: Way
    var items: Set<Int>
    var purpose: String
    var recipient: Bool
    var caseNumber: Bool
    var entry: Int
  }

  enum Ask {
    case see(Int)
    case take(Int, Set<Int>)
    case data(DataAsk)
    /// Any other method.
    case method(String)
  }

  struct Call {
    /// One past the last for a certificate that nobody issued.
    var paper: Int
    var token: Token?
    var ask: Ask

    var path: String {
      switch ask {
      case .see: "/weir.catalog.v1.Catalog/GetEntry"
      case .take: "/weir.share.v1.Share/Subscribe"
      case .data(let data):
        data.way == .lookup
          ? "/weir.share.v1.Share/Lookup" : "/weir.share.v1.Share/UploadComparisonChunk"
      case .method(let path): path
      }
    }
  }

  var bodies: [Body] = []
  var papers: [Paper] = []
  var entries: [Entry] = []
  var grants: [Grant] = []
}

/// What is said to a call. Of what was not asked it says no.
struct Answer: Equatable {
  var isAdmitted = false
  var sees = false
  var takes = false
  /// What Share says to a data call, and what Ingest says, which believes nobody.
  var share = false
  var ingest = false

  var opens: Bool { share && ingest }
}
