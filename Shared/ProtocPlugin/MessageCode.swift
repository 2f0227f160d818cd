// Writes the Swift of messages and enums: the values, the copying from and to C, and their JSON.

struct MessageCode {
  let library: Library

  /// `Generated/CatalogV1.catalog.messages.swift`: everything declared in one .proto file.
  func text(of file: ProtoFile) -> String {
    var code = CodeText()
    code.head("The messages of \(file.package).", source: file.name)
    code.line("import CContracts")
    code.line()
    code.block("extension \(file.namespace)") { code in
      for type in file.enums { enumeration(type, &code) }
      for message in file.messages { declaration(message, &code) }
    }
    for message in Library.allMessages(of: file) {
      code.line()
      conformance(message, &code)
    }
    return code.text
  }

  // MARK: - Types

  private func swiftType(_ field: ProtoField) -> String {
    switch field.kind {
    case .double: "Double"
    case .float: "Float"
    case .bool: "Bool"
    case .string: "String"
    case .bytes: "[UInt8]"
    case .int32: "Int32"
    case .int64: "Int64"
    case .uint32: "UInt32"
    case .uint64: "UInt64"
    case .message(let name), .enumeration(let name): library.swiftName(name)
    }
  }

  private func defaultValue(_ field: ProtoField) -> String {
    switch field.kind {
    case .double, .float, .int32, .int64, .uint32, .uint64: "0"
    case .bool: "false"
    case .string: "\"\""
    case .bytes: "[]"
    case .message, .enumeration: swiftType(field) + "()"
    }
  }

  /// One stored property: a field, or a oneof with its members.
  private struct Property {
    var name: String
    var type: String
    var initial: String
    var comment: String
  }

  private func properties(of message: ProtoMessage) -> [Property] {
    var result: [Property] = []
    var seenOneofs: Set<Int> = []
    for field in message.fields {
      if let index = field.oneof {
        if seenOneofs.insert(index).inserted { result.append(property(oneof: index, of: message)) }
      } else if field.isRepeated {
        result.append(
          Property(
            name: field.swiftName, type: "[\(swiftType(field))]", initial: "[]",
            comment: field.comment))
      } else if case .message = field.kind {
        result.append(
          Property(
            name: field.swiftName, type: swiftType(field) + "?", initial: "nil",
            comment: field.comment))
      } else {
        result.append(
          Property(
            name: field.swiftName, type: swiftType(field), initial: defaultValue(field),
            comment: field.comment))
      }
    }
    return result
  }

  private func property(oneof index: Int, of message: ProtoMessage) -> Property {
    let members = members(of: index, message)
    let comment = message.oneofs[index].comment
    if members.count == 1 {
      // A one-member oneof is how a plain field is given presence.
      return Property(
        name: members[0].swiftName, type: swiftType(members[0]) + "?", initial: "nil",
        comment: members[0].comment.isEmpty ? comment : members[0].comment)
    }
    return Property(
      name: Names.lowerCamel(message.oneofs[index].name),
      type: library.swiftName(message.fullName) + "." + oneofType(index, of: message) + "?",
      initial: "nil", comment: comment)
  }

  private func members(of oneof: Int, _ message: ProtoMessage) -> [ProtoField] {
    message.fields.filter { $0.oneof == oneof }
  }

  private func oneofType(_ index: Int, of message: ProtoMessage) -> String {
    let name = Names.upperCamel(message.oneofs[index].name)
    let taken = message.messages.map(\.name) + message.enums.map(\.name)
    return taken.contains(name) ? name + "Choice" : name
  }

  // MARK: - Declarations

  private func declaration(_ message: ProtoMessage, _ code: inout CodeText) {
    code.line()
    code.documentation(message.comment)
    let name = Names.escaped(message.name)
    code.block("package struct \(name): Message, WireMessage") { code in
      code.line("package static let messageName = \"\(message.fullName)\"")
      let properties = properties(of: message)
      for property in properties {
        code.documentation(property.comment)
        code.line("package var \(property.name): \(property.type) = \(property.initial)")
      }
      code.line()
      code.line("package init() {}")
      if !properties.isEmpty { memberwise(properties, &code) }
      for type in message.enums { enumeration(type, &code) }
      for index in message.oneofs.indices { oneof(index, of: message, &code) }
      for nested in message.messages { declaration(nested, &code) }
    }
  }

  private func memberwise(_ properties: [Property], _ code: inout CodeText) {
    code.line()
    code.line("package init(")
    code.indented { code in
      for (index, property) in properties.enumerated() {
        let comma = index + 1 < properties.count ? "," : ""
        code.line("\(property.name): \(property.type) = \(property.initial)\(comma)")
      }
    }
    code.block(")") { code in
      for property in properties { code.line("self.\(property.name) = \(property.name)") }
    }
  }

  private func oneof(_ index: Int, of message: ProtoMessage, _ code: inout CodeText) {
    let members = members(of: index, message)
    guard members.count > 1 else { return }
    code.line()
    code.documentation(message.oneofs[index].comment)
    code.block("package enum \(oneofType(index, of: message)): Sendable, Equatable") { code in
      for member in members {
        code.documentation(member.comment)
        code.line("case \(member.swiftName)(\(swiftType(member)))")
      }
    }
  }

  private func enumeration(_ type: ProtoEnum, _ code: inout CodeText) {
    let values = type.values.map { ($0, Names.enumCase($0.name, of: type.name)) }
    code.line()
    code.documentation(type.comment)
    code.block("package enum \(Names.escaped(type.name)): MessageEnum") { code in
      for (value, name) in values {
        code.documentation(value.comment)
        code.line("case \(name)")
      }
      code.line("/// A number that this program does not know.")
      code.line("case unrecognized(Int32)")
      code.line()
      code.line("package init() { self = .\(values[0].1) }")
      code.line()
      code.block("package init(rawValue: Int32)") { code in
        code.line("switch rawValue {")
        for (value, name) in values { code.line("case \(value.number): self = .\(name)") }
        code.line("default: self = .unrecognized(rawValue)")
        code.line("}")
      }
      code.line()
      code.block("package var rawValue: Int32") { code in
        code.line("switch self {")
        for (value, name) in values { code.line("case .\(name): \(value.number)") }
        code.line("case .unrecognized(let number): number")
        code.line("}")
      }
      code.line()
      code.line("package static let names: [(name: String, value: Self)] = [")
      code.indented { code in
        for (value, name) in values { code.line("(\"\(value.name)\", .\(name)),") }
      }
      code.line("]")
    }
  }

  // MARK: - Conformances

  private func conformance(_ message: ProtoMessage, _ code: inout CodeText) {
    let name = library.swiftName(message.fullName)
    let layout = Names.cType(message.fullName)
    let prefix = Names.cFunctionPrefix(message.fullName)
    code.block("extension \(name)") { code in
      code.line("typealias Layout = \(layout)")
      code.line()
      code.block("static var descriptor: UnsafePointer<ProtobufCMessageDescriptor>") { code in
        code.line("\(prefix)__weir_descriptor()")
      }
      code.line()
      code.block(
        "package init(serialized bytes: [UInt8], limits: DecodeLimits) throws(DecodeFailure)"
      ) {
        $0.line("self = try decoded(bytes, limits)")
      }
      code.line()
      code.block("package func serialized() throws(EncodeFailure) -> [UInt8]") {
        $0.line("try encoded(self)")
      }
      code.line()
      code.block("package init(jsonBytes: [UInt8], limits: DecodeLimits) throws(DecodeFailure)") {
        $0.line("self = try decodedJSON(jsonBytes, limits)")
      }
      code.line()
      code.block("package func jsonBytes() throws(EncodeFailure) -> [UInt8]") {
        $0.line("try encodedJSON(self)")
      }
      code.line()
      copying(message, &code)
      code.line()
      filling(message, &code)
      code.line()
      readingJSON(message, &code)
      code.line()
      writingJSON(message, &code)
    }
  }

  // MARK: - From C

  private func copying(_ message: ProtoMessage, _ code: inout CodeText) {
    let signature =
      "init(copying source: UnsafePointer<Layout>, _ check: TextCheck) throws(DecodeFailure)"
    code.block(signature) { code in
      for field in message.fields where field.oneof == nil {
        code.line("self.\(field.swiftName) = \(copied(field))")
      }
      for index in message.oneofs.indices {
        let members = members(of: index, message)
        let name = Names.lowerCamel(message.oneofs[index].name)
        code.line(
          "switch source.pointee.\(Names.cField(message.oneofs[index].name))_case.rawValue {")
        for member in members {
          code.line("case \(member.number):")
          code.indented { code in
            if members.count == 1 {
              code.line("self.\(member.swiftName) = \(copied(member))")
            } else {
              code.line("self.\(name) = .\(member.swiftName)(\(copied(member)))")
            }
          }
        }
        code.line("default: break")
        code.line("}")
      }
    }
  }

  /// The expression that reads one field out of the C struct.
  private func copied(_ field: ProtoField) -> String {
    let source = "source.pointee.\(Names.member(field.cName))"
    let place = "\"\(field.name)\""
    if field.isRepeated {
      let list = "\(source), source.pointee.n_\(field.cName)"
      switch field.kind {
      case .string: return "try check.strings(\(list), \(place))"
      case .bytes: return "check.bytesList(\(list))"
      case .bool: return "check.bools(\(list))"
      case .enumeration: return "check.enums(\(list))"
      case .message where mapEntry(field) != nil:
        return "try check.entries(\(list), \(place)) { $0.key }"
      case .message: return "try check.messages(\(list), \(place))"
      default: return "check.numbers(\(list))"
      }
    }
    switch field.kind {
    case .string: return "try check.string(\(source), \(place))"
    case .bytes: return "check.bytes(\(source))"
    case .bool: return "\(source) != 0"
    case .enumeration:
      return "\(swiftType(field))(rawValue: Int32(truncatingIfNeeded: \(source).rawValue))"
    case .message:
      return field.oneof == nil
        ? "try check.optionalMessage(\(source), \(place))"
        : "try check.message(\(source), \(place))"
    default: return source
    }
  }

  // MARK: - Into C

  private func filling(_ message: ProtoMessage, _ code: inout CodeText) {
    code.block("func fill(_ target: UnsafeMutablePointer<Layout>, _ arena: FillArena)") { code in
      for field in message.fields where field.oneof == nil {
        if field.isRepeated {
          code.line("target.pointee.n_\(field.cName) = self.\(field.swiftName).count")
        }
        code.line(
          "target.pointee.\(Names.member(field.cName)) = \(filled(field, "self." + field.swiftName))"
        )
      }
      for index in message.oneofs.indices { filling(oneof: index, of: message, &code) }
    }
  }

  private func filling(oneof index: Int, of message: ProtoMessage, _ code: inout CodeText) {
    let members = members(of: index, message)
    let selector = "target.pointee.\(Names.cField(message.oneofs[index].name))_case"
    func set(_ member: ProtoField, _ code: inout CodeText) {
      code.line("\(selector) = .init(rawValue: \(member.number))")
      code.line("target.pointee.\(Names.member(member.cName)) = \(filled(member, "value"))")
    }
    if members.count == 1 {
      code.block("if let value = self.\(members[0].swiftName)") { set(members[0], &$0) }
      return
    }
    code.line("switch self.\(Names.lowerCamel(message.oneofs[index].name)) {")
    for member in members {
      code.line("case .some(.\(member.swiftName)(let value)):")
      code.indented { set(member, &$0) }
    }
    code.line("case nil: break")
    code.line("}")
  }

  /// The expression that puts one field into the C struct.
  private func filled(_ field: ProtoField, _ value: String) -> String {
    if field.isRepeated {
      switch field.kind {
      case .string: return "arena.strings(\(value))"
      case .bytes: return "arena.bytesList(\(value))"
      case .bool: return "arena.bools(\(value))"
      case .enumeration: return "arena.enums(\(value))"
      case .message: return "arena.messages(\(value))"
      default: return "arena.numbers(\(value))"
      }
    }
    switch field.kind {
    case .string: return "arena.string(\(value))"
    case .bytes: return "arena.bytes(\(value))"
    case .bool: return "\(value) ? 1 : 0"
    case .enumeration: return ".init(rawValue: .init(truncatingIfNeeded: \(value).rawValue))"
    case .message:
      return field.oneof == nil ? "arena.optionalMessage(\(value))" : "arena.message(\(value))"
    default: return value
    }
  }

  // MARK: - JSON

  private func readingJSON(_ message: ProtoMessage, _ code: inout CodeText) {
    code.block("static func fieldNumber(ofJSONName name: String) -> Int32") { code in
      if message.fields.isEmpty { return code.line("0") }
      code.line("switch name {")
      for field in message.fields {
        let names = field.jsonName == field.name ? [field.name] : [field.jsonName, field.name]
        let pattern = names.map { "\"\($0)\"" }.joined(separator: ", ")
        code.line("case \(pattern): \(field.number)")
      }
      code.line("default: 0")
      code.line("}")
    }
    code.line()
    let signature =
      "mutating func readField(_ number: Int32, from reader: inout JSONReader) throws(DecodeFailure)"
    code.block(signature) { code in
      if message.fields.isEmpty { return }
      code.line("switch number {")
      for field in message.fields {
        code.line("case \(field.number):")
        code.indented { readJSON(field, of: message, &$0) }
      }
      code.line("default: break")
      code.line("}")
    }
  }

  private func readJSON(_ field: ProtoField, of message: ProtoMessage, _ code: inout CodeText) {
    guard let index = field.oneof else {
      if field.isRepeated, let entry = mapEntry(field) {
        let value = entry.fields[1]
        code.block("try reader.readMap(&self.\(field.swiftName))") { code in
          code.line("(reader, name) throws(DecodeFailure) in")
          code.line("var entry = \(library.swiftName(entry.fullName))()")
          code.line("entry.key = name")
          code.line("try reader.read(&entry.\(value.swiftName))")
          code.line("return entry")
        }
      } else if field.isRepeated {
        code.block("try reader.readList(&self.\(field.swiftName), of: \(defaultValue(field)))") {
          code in
          code.line("(reader, value) throws(DecodeFailure) in try reader.read(&value)")
        }
      } else {
        code.line("try reader.read(&self.\(field.swiftName))")
      }
      return
    }
    let members = members(of: index, message)
    let name =
      members.count == 1 ? field.swiftName : Names.lowerCamel(message.oneofs[index].name)
    if members.count > 1 {
      code.line("guard self.\(name) == nil else { throw DecodeFailure(.duplicate) }")
    }
    code.line("var value: \(swiftType(field)) = \(defaultValue(field))")
    code.line("try reader.read(&value)")
    code.line(
      members.count == 1 ? "self.\(name) = value" : "self.\(name) = .\(field.swiftName)(value)")
  }

  private func mapEntry(_ field: ProtoField) -> ProtoMessage? {
    guard case .message(let name) = field.kind, let type = library.messages[name], type.isMapEntry
    else { return nil }
    return type
  }

  private func writingJSON(_ message: ProtoMessage, _ code: inout CodeText) {
    code.block("func writeFields(to writer: inout JSONWriter)") { code in
      var seenOneofs: Set<Int> = []
      for field in message.fields {
        if let index = field.oneof {
          if seenOneofs.insert(index).inserted { writeJSON(oneof: index, of: message, &code) }
        } else if let entry = mapEntry(field) {
          code.block("writer.map(\"\(field.jsonName)\", self.\(field.swiftName))") { code in
            code.line("writer, entry in")
            code.line("writer.name(entry.key)")
            code.line("writer.value(entry.\(entry.fields[1].swiftName))")
          }
        } else if field.isRepeated {
          code.line("writer.list(\"\(field.jsonName)\", self.\(field.swiftName)) { $0.value($1) }")
        } else {
          code.line("writer.field(\"\(field.jsonName)\", self.\(field.swiftName))")
        }
      }
    }
  }

  private func writeJSON(oneof index: Int, of message: ProtoMessage, _ code: inout CodeText) {
    let members = members(of: index, message)
    if members.count == 1 {
      return code.block("if let value = self.\(members[0].swiftName)") { code in
        code.line("writer.name(\"\(members[0].jsonName)\")")
        code.line("writer.value(value)")
      }
    }
    code.line("switch self.\(Names.lowerCamel(message.oneofs[index].name)) {")
    for member in members {
      code.line("case .some(.\(member.swiftName)(let value)):")
      code.indented { code in
        code.line("writer.name(\"\(member.jsonName)\")")
        code.line("writer.value(value)")
      }
    }
    code.line("case nil: break")
    code.line("}")
  }
}
