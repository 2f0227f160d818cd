// What anybody may have without a certificate: the open catalogue and unconditionally opened sets, and nothing else (hebi-2021/18; AC-06).

import Access
package import Contracts
package import Crypto
package import GatewayRules
package import RPC
import Vocabulary

/// The methods of the open listener: two, both answered by the catalogue. There is no fallback and no way on to another service.
package struct OpenListener: Sendable {
  /// `GET`: the catalogue as JSON, all of it.
  package static let cataloguePath = "/open/catalogue"
  /// `POST {"listing": "listings/L-1"}`, as JSON or gRPC.
  package static let readPath = "/open/read"

  /// So many pages of the catalogue are asked for at most.
  private static let mostPages = 100
  private static let pageSize: Int32 = 200

  private let catalog: CatalogV1.CatalogClient
  private let admission: OpenAdmission

  /// - Parameters:
  ///   - rate: Of each address, and ten times as many of all together.
  ///   - uptime: Milliseconds of a clock that never goes back.
  package init(
    catalog: any MessageTransport, rate: CallRate, uptime: @escaping @Sendable () -> Int64,
    random: any RandomSource
  ) {
    self.catalog = CatalogV1.CatalogClient(catalog)
    admission = OpenAdmission(
      each: CallLimiter(rate: rate, uptime: uptime),
      all: CallLimiter(
        rate: CallRate(
          perSecond: min(rate.perSecond * 10, 1_000_000), burst: min(rate.burst * 10, 1_000_000)),
        uptime: uptime),
      random: random)
  }

  package var methods: [MethodHandler] {
    let page = MethodAccess(path: Self.cataloguePath, service: "open")
    let read = MethodAccess(path: Self.readPath, service: "open", audited: ["listing"])
    return [
      MethodHandler(page: page.path, contentType: "application/json; charset=utf-8") { context in
        let call = try admission.admit(context, page)
        return try await call.answering(nil) { Array(try await wholeCatalogue().json().utf8) }
      },
      .unary(read, admission) { (request: CatalogV1.ReadOpenSetRequest, call) in
        try await catalog.readOpenSet(
          .init(listing: request.listing, address: call.rpc.peer.address),
          CallOptions(timeout: .seconds(20)))
      },
    ]
  }

  private func wholeCatalogue() async throws -> CatalogV1.OpenCatalogue {
    var whole = CatalogV1.OpenCatalogue()
    var token = ""
    for _ in 0..<Self.mostPages {
      let page = try await catalog.listOpenCatalogue(
        .init(pageSize: Self.pageSize, pageToken: token), CallOptions(timeout: .seconds(20)))
      whole.entries += page.entries
      token = page.nextPageToken
      if token.isEmpty { break }
    }
    return whole
  }
}

/// Lets anybody in, so many times a second: nobody is known here, so an address stands for who calls.
struct OpenAdmission: Admission {
  let each: CallLimiter
  let all: CallLimiter
  let random: any RandomSource

  func admit(_ context: ServerContext, _ access: MethodAccess) throws(Status) -> CallContext {
    let host = context.peer.address.split(separator: ":").dropLast().joined(separator: ":")
    if let delay = each.take(.address(host)) ?? all.take(.anybody) {
      var status = Status(.resourceExhausted, "too many calls; again in \(delay) ms")
      status.trailers.append("weir-reason", "open.rate_limited")
      throw status
    }
    return CallContext(
      origin: .service("anonymous"), callID: Hex.encode(random.bytes(16)),
      entryMethod: access.path, deadline: context.deadline, language: .chinese, rpc: context)
  }

  /// The whole message takes the call; a short one is whole at once.
  func admitEarly(_ context: ServerContext, _ access: MethodAccess) throws(Status) {}
}
