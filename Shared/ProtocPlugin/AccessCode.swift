// Writes the tables over all services: access rules, and what each method takes and gives.

import Vocabulary

struct AccessCode {
  static let tableName = "AccessTable"
  let library: Library

  /// `/weir.catalog.v1.Catalog/GetEntry` → `catalogV1CatalogGetEntry`.
  static func constant(_ method: ProtoMethod) -> String {
    let parts = method.path.split(separator: "/").map(String.init)
    var names = parts[0].split(separator: ".").map(String.init)
    let service = names.removeLast()
    let namespace = Names.namespace(ofPackage: names.joined(separator: "."))
    return namespace.prefix(1).lowercased() + namespace.dropFirst() + service + parts[1]
  }

  private var services: [ProtoService] { library.files.flatMap(\.services) }

  // MARK: - Access

  func accessTable() -> String {
    var code = CodeText()
    code.head("Who may call what: the option weir.access.v1.access of every method.", source: nil)
    code.line("package import Access")
    code.line("import Vocabulary")
    code.line()
    code.line("/// The access rules of all methods that have one.")
    let ruled = services.flatMap { service in
      service.methods.compactMap { method in method.access.map { (service, method, $0) } }
    }
    code.block("package enum \(AccessCode.tableName)") { code in
      code.line("/// By path, such as `/weir.catalog.v1.Catalog/GetEntry`.")
      code.line("package static let all: [String: MethodAccess] = [")
      code.indented { code in
        for (_, method, _) in ruled {
          code.line("\"\(method.path)\": \(AccessCode.constant(method)),")
        }
        if ruled.isEmpty { code.line(":") }
      }
      code.line("]")
      for (service, method, access) in ruled {
        code.line()
        rule(service, method, access, &code)
      }
    }
    return code.text
  }

  private func rule(
    _ service: ProtoService, _ method: ProtoMethod, _ access: AccessOption, _ code: inout CodeText
  ) {
    code.line("package static let \(AccessCode.constant(method)) = MethodAccess(")
    code.indented { code in
      code.line("path: \"\(method.path)\", service: \"\(service.fullName)\",")
      // The library has checked that every slug is a role.
      let roles = access.roles.compactMap(Role.init(rawValue:)).map { ".\($0)" }
      code.line("roles: [\(roles.joined(separator: ", "))],")
      code.line("scope: .\(access.scope), person: .\(access.person),")
      code.line("audited: \(list(access.audited)),")
      // A method with entry methods is reached through them alone.
      code.line(
        "via: \(list(access.via)), isInternal: \(access.isInternal || !access.via.isEmpty),")
      code.line("callers: \(list(access.callers)))")
    }
  }

  private func list(_ texts: [String]) -> String {
    "[" + texts.map { "\"\($0)\"" }.joined(separator: ", ") + "]"
  }

  // MARK: - Methods

  func methodTable() -> String {
    var code = CodeText()
    code.head("What every method takes and gives.", source: nil)
    code.line("extension MethodShape {")
    code.indented { code in
      code.line("/// By path, such as `/weir.catalog.v1.Catalog/GetEntry`.")
      code.line("package static let all: [String: MethodShape] = [")
      code.indented { code in
        for service in services {
          for method in service.methods {
            code.line("\"\(method.path)\": MethodShape(")
            code.line("  path: \"\(method.path)\", service: \"\(service.fullName)\",")
            code.line("  request: \(library.swiftName(method.input)).self,")
            code.line("  reply: \(library.swiftName(method.output)).self,")
            let streams =
              "streamsRequests: \(method.streamsRequests), streamsReplies: \(method.streamsResponses)"
            code.line("  \(streams)\(method.readsOnly ? ", readsOnly: true" : "")),")
          }
        }
      }
      code.line("]")
    }
    code.line("}")
    return code.text
  }

  func namespaces() -> String {
    var code = CodeText()
    code.head("One namespace for each package of proto/.", source: nil)
    var seen: Set<String> = []
    for file in library.files where seen.insert(file.namespace).inserted {
      code.line("/// The package \(file.package).")
      code.line("package enum \(file.namespace) {}")
    }
    return code.text
  }
}
