// grpc.reflection.v1: what a server's services look like, for grpcurl and other stock tools.

package import RPC

/// Answers from the descriptors in this program. It tells what the contracts say, never what is stored.
package struct Reflection: GRPCReflectionV1.ServerReflectionService {
  private let services: [String]
  private let filesByName: [String: FileDescriptor]
  private let filesBySymbol: [String: FileDescriptor]

  /// - Parameter services: The full names that are listed, such as `weir.catalog.v1.Catalog`.
  package init(services: some Sequence<String>) {
    self.services = Set(services).sorted()
    filesByName = Dictionary(
      FileDescriptor.all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    filesBySymbol = Dictionary(
      FileDescriptor.all.flatMap { file in file.symbols.map { ($0, file) } },
      uniquingKeysWith: { first, _ in first })
  }

  package func serverReflectionInfo(
    _ requests: MessageReader<GRPCReflectionV1.ServerReflectionRequest>,
    _ replies: MessageWriter<GRPCReflectionV1.ServerReflectionResponse>, _ call: ServerContext
  ) async throws {
    var left = Reflection.requestsInStream
    while let request = try await requests.next() {
      left -= 1
      guard left >= 0 else {
        throw Status(.resourceExhausted, "a stream answers so many requests; open another")
      }
      try await replies.write(
        GRPCReflectionV1.ServerReflectionResponse(
          validHost: request.host, originalRequest: request, messageResponse: answer(request)))
    }
  }

  private func answer(
    _ request: GRPCReflectionV1.ServerReflectionRequest
  ) -> GRPCReflectionV1.ServerReflectionResponse.MessageResponse {
    switch request.messageRequest {
    case .fileByFilename(let name): file(filesByName[name], name)
    case .fileContainingSymbol(let symbol): file(filesBySymbol[symbol], symbol)
    case .fileContainingExtension(let wanted):
      file(
        Reflection.isAccessOption(wanted.containingType, wanted.extensionNumber)
          ? filesBySymbol["weir.access.v1.access"] : nil, wanted.containingType)
    case .allExtensionNumbersOfType(let type):
      if filesBySymbol[type] == nil {
        Reflection.notFound(type)
      } else {
        .allExtensionNumbersResponse(
          .init(
            baseTypeName: type,
            extensionNumber: Reflection.isAccessOption(type, Reflection.accessOption)
              ? [Reflection.accessOption] : []))
      }
    case .listServices:
      .listServicesResponse(.init(service: services.map { .init(name: $0) }))
    case nil:
      .errorResponse(
        .init(
          errorCode: Int32(StatusCode.invalidArgument.rawValue),
          errorMessage: "the request asks for nothing"))
    }
  }

  /// More than tools ask; a stream counts as one call of its caller's rate.
  private static let requestsInStream = 1_000
  private static let accessOption: Int32 = 50001

  private static func isAccessOption(_ type: String, _ number: Int32) -> Bool {
    type == "google.protobuf.MethodOptions" && number == accessOption
  }

  /// One file; tools ask for what it imports by name.
  private func file(
    _ file: FileDescriptor?, _ wanted: String
  ) -> GRPCReflectionV1.ServerReflectionResponse.MessageResponse {
    guard let file else { return Reflection.notFound(wanted) }
    return .fileDescriptorResponse(.init(fileDescriptorProto: [file.bytes]))
  }

  private static func notFound(
    _ name: String
  ) -> GRPCReflectionV1.ServerReflectionResponse.MessageResponse {
    .errorResponse(
      .init(
        errorCode: Int32(StatusCode.notFound.rawValue),
        errorMessage: "not found: \(name.prefix(256))"))
  }
}
