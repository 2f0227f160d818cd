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
extension ShareV1.Case: DecidedReply {}
extension ShareV1.VerificationRequest: DecidedReply {}
extension CatalogV1.Entry: DecidedReply {}
extension RegistryV1.Department: DecidedReply {}
extension RegistryV1.Person: DecidedReply {}
extension RegistryV1.Certificate: DecidedReply {}
extension AuditV1.Act: DecidedReply {}
extension IngestV1.Destruction: DecidedReply {}
extension RegistryV1.LawVersion: DecidedReply {}

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
struct DecidingMethod: Sendable {
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
}
