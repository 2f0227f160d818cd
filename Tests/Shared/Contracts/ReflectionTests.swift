// grpc.reflection.v1 tells stock tools what the services look like.

import Contracts
import RPC
import Synchronization
import Testing

@Suite("Reflection gives the contracts away, file by file")
struct ReflectionTests {
  private typealias Request = GRPCReflectionV1.ServerReflectionRequest
  private typealias Response = GRPCReflectionV1.ServerReflectionResponse

  private func ask(_ question: Request.MessageRequest?) async throws -> Response.MessageResponse? {
    let questions = Mutex([Request(host: "h", messageRequest: question)])
    let answers = Mutex<[Response]>([])
    try await Reflection(services: ["weir.catalog.v1.Catalog", "grpc.health.v1.Health"])
      .serverReflectionInfo(
        MessageReader { questions.withLock { $0.popLast() } },
        MessageWriter { answer in answers.withLock { $0.append(answer) } },
        ServerContext(
          path: "", metadata: Metadata(), peer: Peer(address: "", certificate: nil), deadline: nil))
    let answer = try #require(answers.withLock { $0.first })
    #expect(answer.validHost == "h")
    #expect(answer.originalRequest?.messageRequest == question)
    return answer.messageResponse
  }

  @Test("it lists the services that it was given, in order")
  func list() async throws {
    let names = ["grpc.health.v1.Health", "weir.catalog.v1.Catalog"]
    #expect(
      try await ask(.listServices(""))
        == .listServicesResponse(.init(service: names.map { .init(name: $0) })))
  }

  @Test(
    "a symbol of any kind leads to its file",
    arguments: [
      ("weir.catalog.v1.Catalog", "weir/catalog/v1/catalog.proto"),
      ("weir.catalog.v1.Catalog.GetEntry", "weir/catalog/v1/catalog.proto"),
      ("weir.common.v1.Basis.Kind", "weir/common/v1/common.proto"),
      ("weir.access.v1.access", "weir/access/v1/access.proto"),
      ("google.protobuf.Timestamp", "google/protobuf/timestamp.proto"),
      ("google.protobuf.MethodOptions", "google/protobuf/descriptor.proto"),
    ])
  func symbols(symbol: String, file: String) async throws {
    let bytes = try #require(FileDescriptor.all.first { $0.name == file }).bytes
    let expected = Response.MessageResponse.fileDescriptorResponse(
      .init(fileDescriptorProto: [bytes]))
    #expect(try await ask(.fileContainingSymbol(symbol)) == expected)
    #expect(try await ask(.fileByFilename(file)) == expected)
  }

  @Test("the access option is found as an extension")
  func extensions() async throws {
    let options = "google.protobuf.MethodOptions"
    let bytes = try #require(FileDescriptor.all.first { $0.name == "weir/access/v1/access.proto" })
      .bytes
    #expect(
      try await ask(
        .fileContainingExtension(.init(containingType: options, extensionNumber: 50001)))
        == .fileDescriptorResponse(.init(fileDescriptorProto: [bytes])))
    #expect(
      try await ask(.allExtensionNumbersOfType(options))
        == .allExtensionNumbersResponse(.init(baseTypeName: options, extensionNumber: [50001])))
  }

  @Test("what is not there is not found; nothing asked is an error")
  func notFound() async throws {
    for question: Request.MessageRequest in [
      .fileByFilename("/etc/passwd"), .fileContainingSymbol("weir.Nothing"),
      .fileContainingExtension(.init(containingType: "weir.common.v1.Basis", extensionNumber: 1)),
      .allExtensionNumbersOfType("weir.Nothing"),
    ] {
      guard case .errorResponse(let error)? = try await ask(question) else {
        Issue.record("\(question) was answered")
        continue
      }
      #expect(error.errorCode == 5)
    }
    guard case .errorResponse(let error)? = try await ask(nil) else {
      Issue.record("nothing was answered")
      return
    }
    #expect(error.errorCode == 3)
  }

  @Test("every file comes after those that it imports")
  func order() {
    #expect(FileDescriptor.all.count >= 15)
    #expect(FileDescriptor.all.first?.name.hasPrefix("google/protobuf/") == true)
    #expect(Set(FileDescriptor.all.map(\.name)).count == FileDescriptor.all.count)
  }
}
