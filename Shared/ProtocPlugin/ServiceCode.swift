// Writes the Swift of services: the protocol that a handler carries out, its registration, and the client.

struct ServiceCode {
  let library: Library

  /// `Generated/CatalogV1.catalog.services.swift`; `nil` for a file without services.
  func text(of file: ProtoFile) -> String? {
    guard !file.services.isEmpty else { return nil }
    var code = CodeText()
    code.head("The services of \(file.package).", source: file.name)
    if file.services.contains(where: hasAccess) { code.line("package import Access") }
    code.line("package import RPC")
    for service in file.services {
      code.line()
      code.block("extension \(file.namespace)") { code in
        contract(of: service, &code)
        code.line()
        registration(of: service, &code)
        code.line()
        client(of: service, &code)
      }
      code.line()
      freeRegistration(of: service, file.namespace, &code)
    }
    return code.text
  }

  private func request(_ method: ProtoMethod) -> String { library.swiftName(method.input) }
  private func reply(_ method: ProtoMethod) -> String { library.swiftName(method.output) }

  /// What a handler is told: who calls, or, for gRPC's own services, what the transport knows.
  private func context(_ method: ProtoMethod) -> String {
    method.access == nil ? "ServerContext" : "CallContext"
  }

  private func hasAccess(_ service: ProtoService) -> Bool {
    service.methods.contains { $0.access != nil }
  }

  // MARK: - The protocol

  private func contract(of service: ProtoService, _ code: inout CodeText) {
    code.documentation(service.comment)
    code.block("package protocol \(service.name)Service: Sendable") { code in
      for method in service.methods {
        code.documentation(method.comment)
        code.line(signature(method))
      }
    }
  }

  private func signature(_ method: ProtoMethod) -> String {
    var parameters: [String] = [
      method.streamsRequests
        ? "_ requests: MessageReader<\(request(method))>" : "_ request: \(request(method))"
    ]
    if method.streamsResponses { parameters.append("_ replies: MessageWriter<\(reply(method))>") }
    parameters.append("_ call: \(context(method))")
    let result = method.streamsResponses ? "" : " -> \(reply(method))"
    return
      "func \(Names.method(method.name))(\(parameters.joined(separator: ", "))) async throws\(result)"
  }

  // MARK: - Registration

  private func parameters(_ service: ProtoService) -> String {
    hasAccess(service) ? ", admission: any Admission" : ""
  }

  private func registration(of service: ProtoService, _ code: inout CodeText) {
    code.line(
      "/// The methods of \(service.fullName), for a server; each is admitted before its request is decoded."
    )
    code.block(
      "package static func methods(of\(service.name) service: some \(service.name)Service"
        + "\(parameters(service))) -> [MethodHandler]"
    ) { code in
      code.line("[")
      code.indented { code in
        for method in service.methods { handler(method, service, &code) }
      }
      code.line("]")
    }
  }

  private func handler(_ method: ProtoMethod, _ service: ProtoService, _ code: inout CodeText) {
    let kind =
      switch (method.streamsRequests, method.streamsResponses) {
      case (false, false): "unary"
      case (false, true): "serverStreaming"
      case (true, false): "clientStreaming"
      case (true, true): "bidirectional"
      }
    let admission =
      method.access == nil
      ? "path: \"\(method.path)\""
      : "\(AccessCode.tableName).\(AccessCode.constant(method)), admission"
    let names = method.streamsResponses ? "request, replies, call" : "request, call"
    code.line(
      ".\(kind)(\(admission)) { \(names) in try await service.\(Names.method(method.name))(\(names)) },"
    )
  }

  private func freeRegistration(
    of service: ProtoService, _ namespace: String, _ code: inout CodeText
  ) {
    let argument = hasAccess(service) ? ", admission: admission" : ""
    code.line("/// The methods of \(service.fullName), for a server.")
    code.block(
      "package func methods(_ service: some \(namespace).\(service.name)Service"
        + "\(parameters(service))) -> [MethodHandler]"
    ) { code in
      code.line("\(namespace).methods(of\(service.name): service\(argument))")
    }
  }

  // MARK: - The client

  private func client(of service: ProtoService, _ code: inout CodeText) {
    code.line("/// Calls \(service.fullName).")
    code.block("package struct \(service.name)Client: Sendable") { code in
      code.line("private let transport: any MessageTransport")
      code.line()
      code.block("package init(_ transport: any MessageTransport)") {
        $0.line("self.transport = transport")
      }
      for method in service.methods {
        code.line()
        code.documentation(method.comment)
        clientMethod(method, &code)
      }
    }
  }

  private func clientMethod(_ method: ProtoMethod, _ code: inout CodeText) {
    let name = Names.method(method.name)
    let options = "_ options: CallOptions = CallOptions()"
    let (request, reply) = (request(method), reply(method))
    let path = "\"\(method.path)\", options"
    switch (method.streamsRequests, method.streamsResponses) {
    case (false, false):
      code.block(
        "package func \(name)(_ request: \(request), \(options)) async throws -> \(reply)"
      ) {
        $0.line("try await transport.unary(\"\(method.path)\", request, options)")
      }
    case (false, true):
      code.line("package func \(name)<Result>(")
      code.line("  _ request: \(request), \(options),")
      code.line("  _ body: (MessageReader<\(reply)>) async throws -> Result")
      code.block(") async throws -> Result") {
        $0.line("try await transport.serverStreaming(\(path), request, body)")
      }
    case (true, false):
      code.line("package func \(name)(")
      code.line("  \(options), _ body: (MessageWriter<\(request)>) async throws -> Void")
      code.block(") async throws -> \(reply)") {
        $0.line("try await transport.clientStreaming(\(path), body)")
      }
    case (true, true):
      code.line("package func \(name)<Result>(")
      code.line("  \(options),")
      code.line(
        "  _ body: (MessageWriter<\(request)>, MessageReader<\(reply)>) async throws -> Result")
      code.block(") async throws -> Result") {
        $0.line("try await transport.bidirectional(\(path), body)")
      }
    }
  }
}
