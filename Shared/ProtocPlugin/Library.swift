// All files of one run together: types by name, and what Weir does not take in a .proto file.

import Vocabulary

struct Library {
  let files: [ProtoFile]
  private(set) var messages: [String: ProtoMessage] = [:]
  private(set) var enums: [String: ProtoEnum] = [:]
  /// The Swift name of each message and enum by its full name, such as `CatalogV1.Basis.Kind`.
  private(set) var swiftNames: [String: String] = [:]

  /// Types of google.protobuf that the Codec knows; the JSON of others (wrappers, Struct) would be wrong.
  private static let knownGoogleFiles: Set<String> = [
    "google/protobuf/any.proto", "google/protobuf/duration.proto", "google/protobuf/empty.proto",
    "google/protobuf/field_mask.proto", "google/protobuf/timestamp.proto",
  ]

  init(files: [ProtoFile]) throws {
    self.files = files
    for file in files {
      if file.name.hasPrefix("google/protobuf/"), !Library.knownGoogleFiles.contains(file.name) {
        throw Refused("\(file.name): the JSON layer does not know these types")
      }
      for message in file.messages { index(message, in: file.namespace) }
      for type in file.enums { index(type, in: file.namespace) }
    }
    try check()
  }

  /// The file's own messages, outer before nested.
  static func allMessages(of file: ProtoFile) -> [ProtoMessage] {
    file.messages.flatMap(\.withNested)
  }

  private mutating func index(_ message: ProtoMessage, in scope: String) {
    messages[message.fullName] = message
    let name = scope + "." + Names.escaped(message.name)
    swiftNames[message.fullName] = name
    for nested in message.messages { index(nested, in: name) }
    for type in message.enums { index(type, in: name) }
  }

  private mutating func index(_ type: ProtoEnum, in scope: String) {
    enums[type.fullName] = type
    swiftNames[type.fullName] = scope + "." + Names.escaped(type.name)
  }

  func swiftName(_ fullName: String) -> String { swiftNames[fullName] ?? fullName }

  // MARK: - Checks

  private func check() throws {
    for message in messages.values.sorted(by: { $0.fullName < $1.fullName }) {
      try checkFields(of: message)
      try checkNotRecursive(message, path: [])
    }
    for type in enums.values.sorted(by: { $0.fullName < $1.fullName }) { try check(type) }
    let paths = Set(files.flatMap(\.services).flatMap(\.methods).map(\.path))
    for file in files {
      for service in file.services {
        for method in service.methods { try check(method, in: file, knownPaths: paths) }
      }
    }
  }

  private func checkFields(of message: ProtoMessage) throws {
    var names: Set<String> = []
    for field in message.fields {
      if Names.impossibleFields.contains(field.cName) {
        throw Refused("\(message.fullName).\(field.name): this name does not compile in C")
      }
      if !names.insert(field.swiftName).inserted {
        throw Refused("\(message.fullName).\(field.name): two fields of one Swift name")
      }
    }
    if message.isMapEntry, message.fields.first?.kind != .string {
      throw Refused("\(message.fullName): a map whose key is no string; use repeated entries")
    }
  }

  private func checkNotRecursive(_ message: ProtoMessage, path: [String]) throws {
    if path.contains(message.fullName) {
      throw Refused("\(message.fullName): a recursive message (\(path.joined(separator: " → ")))")
    }
    for field in message.fields {
      if case .message(let name) = field.kind, let type = messages[name] {
        try checkNotRecursive(type, path: path + [message.fullName])
      }
    }
  }

  private func check(_ type: ProtoEnum) throws {
    if type.values.first?.number != 0 {
      throw Refused("\(type.fullName): the first value is not 0")
    }
    if Set(type.values.map(\.number)).count < type.values.count {
      throw Refused("\(type.fullName): two names of one number")
    }
    let cases = type.values.map { Names.enumCase($0.name, of: type.name) }
    if Set(cases).count < cases.count || cases.contains("unrecognized") {
      throw Refused("\(type.fullName): two values of one Swift name")
    }
  }

  private func check(_ method: ProtoMethod, in file: ProtoFile, knownPaths: Set<String>) throws {
    for name in [method.input, method.output] where messages[name] == nil {
      throw Refused("\(method.path): the type \(name) is not generated")
    }
    // What a request id is for is told apart by it when it comes again.
    if method.readsOnly,
      messages[method.input]?.fields.contains(where: { $0.name == "request_id" }) == true
    {
      throw Refused("\(method.path): NO_SIDE_EFFECTS, but its request has a request_id")
    }
    guard let access = method.access else {
      if file.package.hasPrefix("weir.") {
        throw Refused("\(method.path): no access rule; add option (weir.access.v1.access)")
      }
      return
    }
    for role in access.roles where Role(rawValue: role) == nil {
      throw Refused("\(method.path): no such role: \(role)")
    }
    for path in access.via where !knownPaths.contains(path) {
      throw Refused("\(method.path): via names no method: \(path)")
    }
    if access.callers.isEmpty == (access.isInternal && access.via.isEmpty) {
      throw Refused(
        "\(method.path): callers name who calls on its own account, for an internal method without via"
      )
    }
    for path in access.audited { try check(auditedPath: path, of: method) }
  }

  private func check(auditedPath path: String, of method: ProtoMethod) throws {
    var type = messages[method.input]
    for name in path.split(separator: ".").map(String.init) {
      guard let field = type?.fields.first(where: { $0.name == name }) else {
        throw Refused("\(method.path): audited: the request has no field \(path)")
      }
      if case .message(let next) = field.kind { type = messages[next] } else { type = nil }
    }
  }
}
