// Calls by which a person decides: asked for first, signed, then made.

package import Access
package import RPC
import Vocabulary

/// A request that decides: with `validate_only` it answers what is to be signed, with the signature it is carried out.
package protocol DecidingRequest: Message {
  associatedtype Reply: DecidedReply
  var validateOnly: Bool { get set }
  var signed: CommonV1.SignedDecision? { get set }
  static var action: DecisionAction { get }
  /// Whether a statement says what is asked for here, as far as the request tells: who signs without reading each word signs nothing else.
  func asks(for stated: StatedDecision) -> Bool
}

/// The answer of a deciding method.
package protocol DecidedReply: Message {
  /// What the caller is to sign; empty but for `validate_only`.
  var statement: [UInt8] { get set }
}

extension DecidingRequest {
  /// The request by its content alone: signed or not, it asks for the same, and is known again by it.
  package var unsigned: Self {
    var request = self
    request.validateOnly = false
    request.signed = nil
    return request
  }
}

extension ShareV1.Application: DecidedReply {}
extension ShareV1.Grant: DecidedReply {}
extension CatalogV1.Entry: DecidedReply {}
extension RegistryV1.Department: DecidedReply {}

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

extension CommonV1.SignedDecision {
  package init(_ signed: SignedStatement) {
    self.init(
      statement: signed.statement, signature: signed.signature, certificate: signed.certificate,
      issuers: signed.issuers)
  }
}

extension SignedStatement {
  package init(_ signed: CommonV1.SignedDecision) {
    self.init(
      statement: signed.statement, signature: signed.signature, certificate: signed.certificate,
      issuers: signed.issuers)
  }
}

/// What came back to be signed is not what was asked for: it is not shown to any key.
package struct UnaskedStatement: Error, Sendable, Equatable {
  package init() {}
}

/// A transport on which whoever calls signs what he decides; every other call goes through as it is.
package struct SigningTransport: MessageTransport {
  /// Shows a statement and has it signed; throws where it is not to be.
  package typealias Signer =
    @Sendable (_ statement: [UInt8], _ options: CallOptions) async throws -> SignedStatement

  private let inner: any MessageTransport
  private let mayBeDone: Bool
  private let sign: Signer

  /// - Parameter mayBeDone: Whether a request may have been carried out before: then it is no longer to be decided, and where asking
  ///   for its statement is refused it is sent again unsigned, to be told the answer of then.
  package init(
    over inner: any MessageTransport, mayBeDone: Bool = false, sign: @escaping Signer
  ) {
    self.inner = inner
    self.mayBeDone = mayBeDone
    self.sign = sign
  }

  package func unary(
    _ path: String, _ message: [UInt8], _ options: CallOptions
  ) async throws -> UnaryReply {
    guard let method = DecidingMethod.all[path], let question = try method.question(message) else {
      return try await inner.unary(path, message, options)
    }
    let statement: [UInt8]
    do {
      statement = try method.statement(try await inner.unary(path, question, options).message)
    } catch let refusal as Status {
      guard mayBeDone else { throw refusal }
      return try await inner.unary(path, message, options)
    }
    guard let stated = try? StatedDecision(bytes: statement), try method.asks(message, stated)
    else { throw UnaskedStatement() }
    let signed = try await sign(statement, options)
    return try await inner.unary(path, try method.answer(message, signed), options)
  }

  package func stream<Result>(
    _ path: String, _ options: CallOptions, _ body: (ClientStream) async throws -> Result
  ) async throws -> Result {
    try await inner.stream(path, options, body)
  }
}

/// What is done with the bytes of one deciding method.
private struct DecidingMethod: Sendable {
  /// The request with `validate_only`; `nil` where it asks for that itself, or is signed.
  let question: @Sendable ([UInt8]) throws -> [UInt8]?
  let statement: @Sendable ([UInt8]) throws -> [UInt8]
  let asks: @Sendable ([UInt8], StatedDecision) throws -> Bool
  let answer: @Sendable ([UInt8], SignedStatement) throws -> [UInt8]

  init<Request: DecidingRequest>(_ type: Request.Type) {
    question = { bytes in
      var request = try Request(serialized: bytes)
      guard !request.validateOnly, request.signed == nil else { return nil }
      request.validateOnly = true
      return try request.serialized()
    }
    statement = { try Request.Reply(serialized: $0).statement }
    asks = { bytes, stated in
      try stated.action == Request.action
        && Request(serialized: bytes).asks(for: stated)
    }
    answer = { bytes, signed in
      var request = try Request(serialized: bytes)
      request.signed = CommonV1.SignedDecision(signed)
      return try request.serialized()
    }
  }

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
  ]
}
