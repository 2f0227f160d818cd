// How names in .proto files become names in Swift, and what protoc-c makes of them in C.

enum Names {
  /// The pieces of a name that are written in capitals when they do not stand first.
  private static let initialisms = [
    "id": "ID", "ids": "IDs", "url": "URL", "tls": "TLS", "sql": "SQL", "rpc": "RPC",
    "json": "JSON",
  ]

  private static let swiftKeywords: Set<String> = [
    "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer",
    "deinit", "do",
    "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for", "func", "guard",
    "if", "import",
    "in", "init", "inout", "internal", "is", "let", "nil", "operator", "precedencegroup", "private",
    "protocol",
    "public", "repeat", "rethrows", "return", "self", "static", "struct", "subscript", "super",
    "switch",
    "throw", "throws", "true", "try", "typealias", "var", "where", "while", "package", "Type",
    "Self",
    "Protocol", "Any",
  ]

  /// What protoc-c 1.4.1 appends an underscore to: the keywords of C++98.
  private static let cKeywords: Set<String> = [
    "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char",
    "class", "compl",
    "const", "const_cast", "continue", "default", "delete", "do", "double", "dynamic_cast", "else",
    "enum",
    "explicit", "extern", "false", "float", "for", "friend", "goto", "if", "inline", "int", "long",
    "mutable",
    "namespace", "new", "not", "not_eq", "operator", "or", "or_eq", "private", "protected",
    "public",
    "register", "reinterpret_cast", "return", "short", "signed", "sizeof", "static", "static_cast",
    "struct",
    "switch", "template", "this", "throw", "true", "try", "typedef", "typeid", "typename", "union",
    "unsigned", "using", "virtual", "void", "volatile", "wchar_t", "while", "xor", "xor_eq",
  ]

  /// Names that give C which does not compile, or that C libraries define as macros.
  static let impossibleFields: Set<String> = [
    "base", "errno", "linux", "null", "restrict", "typeof", "unix", "static_assert", "alignof",
    "thread_local",
  ]

  /// `weir.catalog.v1` → `CatalogV1`, `grpc.health.v1` → `GRPCHealthV1`, `google.protobuf` → `GoogleProtobuf`.
  static func namespace(ofPackage package: String) -> String {
    var parts = package.split(separator: ".").map(String.init)
    if parts.first == "weir" { parts.removeFirst() }
    return parts.map { part in
      switch part {
      case "grpc": "GRPC"
      case "rpc": "RPC"
      default: upperCamel(part)
      }
    }.joined()
  }

  /// `request_id` → `requestID`, not escaped.
  static func plainLowerCamel(_ name: String) -> String {
    let pieces = name.split(separator: "_").map(String.init)
    var result = ""
    for (index, piece) in pieces.enumerated() {
      if index == 0 {
        result += piece.prefix(1).lowercased() + piece.dropFirst()
      } else {
        result += initialisms[piece.lowercased()] ?? capitalised(piece)
      }
    }
    return result
  }

  /// `request_id` → `requestID`; a keyword in backticks.
  static func lowerCamel(_ name: String) -> String { escaped(plainLowerCamel(name)) }

  /// `message_request` → `MessageRequest`.
  static func upperCamel(_ name: String) -> String {
    name.split(separator: "_").map { capitalised(String($0)) }.joined()
  }

  /// `GetEntry` → `getEntry`; a keyword in backticks.
  static func method(_ name: String) -> String {
    escaped(name.prefix(1).lowercased() + name.dropFirst())
  }

  /// `SHARE_TYPE_UNSPECIFIED` and `NOT_SHARED` of the enum `ShareType` → `unspecified`, `notShared`; a digit at the front
  /// gets an underscore.
  static func enumCase(_ value: String, of type: String) -> String {
    let prefix = snake(type).uppercased() + "_"
    let rest =
      value.hasPrefix(prefix) && value.count > prefix.count
      ? value.dropFirst(prefix.count) : value[...]
    let words = rest.lowercased().split(separator: "_").map(String.init)
    let name = words.enumerated().map { index, word in
      index == 0 ? word : initialisms[word] ?? capitalised(word)
    }.joined()
    return escaped(name.first?.isNumber == true ? "_" + name : name)
  }

  static func escaped(_ name: String) -> String {
    swiftKeywords.contains(name) ? "`\(name)`" : name
  }

  // MARK: - The names that protoc-c gives

  /// `weir.catalog.v1.Entry` → `Weir__Catalog__V1__Entry`.
  static func cType(_ fullName: String) -> String {
    fullName.split(separator: ".").map { upperCamel(String($0)) }.joined(separator: "__")
  }

  /// `weir.catalog.v1.GetEntryRequest` → `weir__catalog__v1__get_entry_request`.
  static func cFunctionPrefix(_ fullName: String) -> String {
    fullName.split(separator: ".").map { snake(String($0)) }.joined(separator: "__")
  }

  /// A member of a C struct as Swift writes it after a dot.
  static func member(_ cField: String) -> String {
    ["init", "self", "Type", "Protocol"].contains(cField) ? "`\(cField)`" : cField
  }

  static func cField(_ name: String) -> String {
    let lower = name.lowercased()
    return cKeywords.contains(lower) ? lower + "_" : lower
  }

  // MARK: - Pieces

  private static func capitalised(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst()
  }

  private static func snake(_ name: String) -> String {
    var result = ""
    var lastWasUpper = true
    for character in name {
      if character.isUppercase && !lastWasUpper { result += "_" }
      result += character.lowercased()
      lastWasUpper = character.isUppercase
    }
    return result
  }
}
