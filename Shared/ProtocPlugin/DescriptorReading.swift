// From protobuf's descriptors, unpacked by protobuf-c, to this program's model. The one place that reads C structs.

import CDescriptors

typealias CFile = Google__Protobuf__FileDescriptorProto
typealias CMessageType = Google__Protobuf__DescriptorProto
typealias CEnumType = Google__Protobuf__EnumDescriptorProto
typealias CServiceType = Google__Protobuf__ServiceDescriptorProto
typealias CMethodType = Google__Protobuf__MethodDescriptorProto

/// The number of the option `weir.access.v1.access` in google.protobuf.MethodOptions.
private let accessOptionNumber: UInt32 = 50001

/// The elements of a repeated message field.
func elements<Element>(
  _ count: Int, _ array: UnsafeMutablePointer<UnsafeMutablePointer<Element>?>?
) -> [UnsafeMutablePointer<Element>] {
  guard let array else { return [] }
  return (0..<count).compactMap { array[$0] }
}

/// The text of a C string; empty for none.
func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }

/// The strings of a repeated string field.
func texts(_ count: Int, _ array: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> [String] {
  guard let array else { return [] }
  return (0..<count).map { text(array[$0]) }
}

/// Reads one file with everything in it.
struct FileReader {
  private let file: CFile
  private let name: String
  private let package: String
  private let comments: [[Int32]: String]

  init(_ pointer: UnsafeMutablePointer<CFile>) {
    file = pointer.pointee
    name = text(file.name)
    package = text(file.package)
    comments = FileReader.comments(of: file)
  }

  func read(bytes: [UInt8]) throws -> ProtoFile {
    guard text(file.syntax) == "proto3" else { throw Refused("\(name): write syntax = \"proto3\"") }
    return ProtoFile(
      name: name, package: package, dependencies: texts(file.n_dependency, file.dependency),
      messages: try elements(file.n_message_type, file.message_type).enumerated().map {
        try message($0.element.pointee, [4, Int32($0.offset)], within: package)
      },
      enums: elements(file.n_enum_type, file.enum_type).enumerated().map {
        enumeration($0.element.pointee, [5, Int32($0.offset)], within: package)
      },
      services: try elements(file.n_service, file.service).enumerated().map {
        try service($0.element.pointee, [6, Int32($0.offset)])
      },
      bytes: bytes)
  }

  // MARK: - Types

  private func message(_ type: CMessageType, _ path: [Int32], within parent: String) throws
    -> ProtoMessage
  {
    let fullName = parent + "." + text(type.name)
    if type.n_extension > 0 { throw Refused("\(fullName): extensions inside a message") }
    return ProtoMessage(
      name: text(type.name), fullName: fullName, comment: comment(path),
      fields: try elements(type.n_field, type.field).enumerated().map {
        try field($0.element.pointee, path + [2, Int32($0.offset)], of: fullName)
      },
      oneofs: elements(type.n_oneof_decl, type.oneof_decl).enumerated().map {
        ProtoOneof(
          name: text($0.element.pointee.name), comment: comment(path + [8, Int32($0.offset)]))
      },
      messages: try elements(type.n_nested_type, type.nested_type).enumerated().map {
        try message($0.element.pointee, path + [3, Int32($0.offset)], within: fullName)
      },
      enums: elements(type.n_enum_type, type.enum_type).enumerated().map {
        enumeration($0.element.pointee, path + [4, Int32($0.offset)], within: fullName)
      },
      isMapEntry: type.options.map { $0.pointee.map_entry != 0 } ?? false)
  }

  private func field(
    _ field: Google__Protobuf__FieldDescriptorProto, _ path: [Int32], of message: String
  ) throws -> ProtoField {
    let fieldName = text(field.name)
    if field.proto3_optional != 0 {
      throw Refused("\(message).\(fieldName): optional; use a message or a one-member oneof")
    }
    return ProtoField(
      name: fieldName, jsonName: text(field.json_name), number: field.number,
      kind: try kind(field, "\(message).\(fieldName)"),
      isRepeated: field.label == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__LABEL__LABEL_REPEATED,
      oneof: field.has_oneof_index != 0 ? Int(field.oneof_index) : nil, comment: comment(path))
  }

  /// The numbers are those of google.protobuf.FieldDescriptorProto.Type.
  private func kind(_ field: Google__Protobuf__FieldDescriptorProto, _ place: String) throws
    -> ProtoField.Kind
  {
    let typeName = String(text(field.type_name).drop { $0 == "." })
    switch field.type.rawValue {
    case 1: return .double
    case 2: return .float
    case 3, 16, 18: return .int64
    case 4, 6: return .uint64
    case 5, 15, 17: return .int32
    case 7, 13: return .uint32
    case 8: return .bool
    case 9: return .string
    case 11: return .message(typeName)
    case 12: return .bytes
    case 14: return .enumeration(typeName)
    default: throw Refused("\(place): a field of this type is not supported")
    }
  }

  private func enumeration(_ type: CEnumType, _ path: [Int32], within parent: String) -> ProtoEnum {
    ProtoEnum(
      name: text(type.name), fullName: parent + "." + text(type.name), comment: comment(path),
      values: elements(type.n_value, type.value).enumerated().map {
        ProtoEnum.Value(
          name: text($0.element.pointee.name), number: $0.element.pointee.number,
          comment: comment(path + [2, Int32($0.offset)]))
      })
  }

  // MARK: - Services

  private func service(_ type: CServiceType, _ path: [Int32]) throws -> ProtoService {
    let fullName = package + "." + text(type.name)
    return ProtoService(
      name: text(type.name), fullName: fullName, comment: comment(path),
      methods: try elements(type.n_method, type.method).enumerated().map { index, pointer in
        let method = pointer.pointee
        return ProtoMethod(
          name: text(method.name), path: "/\(fullName)/\(text(method.name))",
          input: String(text(method.input_type).drop { $0 == "." }),
          output: String(text(method.output_type).drop { $0 == "." }),
          streamsRequests: method.client_streaming != 0,
          streamsResponses: method.server_streaming != 0,
          readsOnly: try readsOnly(method, "\(fullName)/\(text(method.name))"),
          access: try method.options.flatMap {
            try access($0.pointee, "\(fullName)/\(text(method.name))")
          },
          comment: comment(path + [2, Int32(index)]))
      })
  }

  private func readsOnly(_ method: CMethodType, _ place: String) throws -> Bool {
    switch method.options?.pointee.idempotency_level {
    case nil, GOOGLE__PROTOBUF__METHOD_OPTIONS__IDEMPOTENCY_LEVEL__IDEMPOTENCY_UNKNOWN: return false
    case GOOGLE__PROTOBUF__METHOD_OPTIONS__IDEMPOTENCY_LEVEL__NO_SIDE_EFFECTS: return true
    default:
      throw Refused(
        "\(place): idempotency_level is NO_SIDE_EFFECTS, for what only reads, or nothing")
    }
  }

  /// The access option is an extension, which protobuf-c leaves among the unknown fields: a length and the message.
  private func access(_ options: Google__Protobuf__MethodOptions, _ place: String) throws
    -> AccessOption?
  {
    for index in 0..<Int(options.base.n_unknown_fields) {
      let unknown = options.base.unknown_fields[index]
      guard unknown.tag == accessOptionNumber, let data = unknown.data else { continue }
      let bytes = UnsafeBufferPointer(start: data, count: unknown.len)
      let prefix = (bytes.firstIndex { $0 < 0x80 } ?? 0) + 1
      guard
        let access = weir__access__v1__access__unpack(nil, unknown.len - prefix, data + prefix)
      else { throw Refused("\(place): the access option cannot be read") }
      defer { weir__access__v1__access__free_unpacked(access, nil) }
      return try FileReader.option(access.pointee, place)
    }
    return nil
  }

  private static func option(_ access: Weir__Access__V1__Access, _ place: String) throws
    -> AccessOption
  {
    let scopes = [
      "any", "owner", "grantee", "reviewer", "sameLevelAuthority", "reporter", "caller",
    ]
    let persons = ["none", "stated", "certificate"]
    guard
      let scope = scopes.indices.contains(Int(access.scope.rawValue)) ? access.scope.rawValue : nil,
      let person = persons.indices.contains(Int(access.person.rawValue))
        ? access.person.rawValue : nil
    else { throw Refused("\(place): the generator does not know this scope or person") }
    return AccessOption(
      roles: texts(access.n_roles, access.roles), scope: scopes[Int(scope)],
      person: persons[Int(person)], audited: texts(access.n_audited, access.audited),
      via: texts(access.n_via, access.via), isInternal: access.internal != 0,
      callers: texts(access.n_callers, access.callers))
  }

  // MARK: - Comments

  private func comment(_ path: [Int32]) -> String { comments[path] ?? "" }

  /// The comment above each declaration, by its path in the descriptor.
  private static func comments(of file: CFile) -> [[Int32]: String] {
    // protobuf's own files bring pages of advice on other languages.
    guard let info = file.source_code_info, !text(file.name).hasPrefix("google/protobuf/") else {
      return [:]
    }
    var result: [[Int32]: String] = [:]
    for location in elements(info.pointee.n_location, info.pointee.location) {
      guard let leading = location.pointee.leading_comments else { continue }
      let path = (0..<location.pointee.n_path).map { location.pointee.path[$0] }
      result[path] = text(leading)
    }
    return result
  }
}

/// The full names of all that a file declares.
func symbols(of file: CFile) -> [String] {
  let package = text(file.package)
  var result = elements(file.n_message_type, file.message_type)
    .flatMap { symbols(of: $0.pointee, within: package) }
  result += elements(file.n_enum_type, file.enum_type).map { package + "." + text($0.pointee.name) }
  result += elements(file.n_extension, file.extension).map { package + "." + text($0.pointee.name) }
  for service in elements(file.n_service, file.service) {
    let name = package + "." + text(service.pointee.name)
    result.append(name)
    result += elements(service.pointee.n_method, service.pointee.method)
      .map { name + "." + text($0.pointee.name) }
  }
  return result
}

private func symbols(of message: CMessageType, within parent: String) -> [String] {
  let name = parent + "." + text(message.name)
  return [name]
    + elements(message.n_nested_type, message.nested_type)
    .flatMap { symbols(of: $0.pointee, within: name) }
    + elements(message.n_enum_type, message.enum_type).map { name + "." + text($0.pointee.name) }
}
