// The .proto files as plain values: what the writers of this program work on. No pointer of C lives here.

/// One .proto file.
struct ProtoFile {
  var name: String
  var package: String
  var dependencies: [String]
  var messages: [ProtoMessage]
  var enums: [ProtoEnum]
  var services: [ProtoService]
  /// The serialized FileDescriptorProto, without comments.
  var bytes: [UInt8]

  /// The Swift enum that holds the package's declarations.
  var namespace: String { Names.namespace(ofPackage: package) }
}

/// One message type.
struct ProtoMessage {
  var name: String
  /// `weir.catalog.v1.Entry`, without a leading dot.
  var fullName: String
  var comment: String
  var fields: [ProtoField]
  var oneofs: [ProtoOneof]
  var messages: [ProtoMessage]
  var enums: [ProtoEnum]
  var isMapEntry: Bool

  /// Itself and all types nested in it, outer first.
  var withNested: [ProtoMessage] { [self] + messages.flatMap(\.withNested) }
}

/// One field of a message.
struct ProtoField {
  enum Kind: Equatable {
    case double, float, bool, string, bytes
    case int32, int64, uint32, uint64
    /// The full name of the type.
    case message(String)
    case enumeration(String)
  }

  var name: String
  var jsonName: String
  var number: Int32
  var kind: Kind
  var isRepeated: Bool
  /// The index in the message's `oneofs`.
  var oneof: Int?
  var comment: String

  /// The name of the Swift property.
  var swiftName: String { Names.lowerCamel(name) }
  /// The member of the C struct.
  var cName: String { Names.cField(name) }
}

/// One oneof of a message.
struct ProtoOneof {
  var name: String
  var comment: String
}

/// One enum type.
struct ProtoEnum {
  struct Value {
    var name: String
    var number: Int32
    var comment: String
  }

  var name: String
  var fullName: String
  var comment: String
  var values: [Value]
}

/// One service.
struct ProtoService {
  var name: String
  var fullName: String
  var comment: String
  var methods: [ProtoMethod]
}

/// One method of a service.
struct ProtoMethod {
  var name: String
  /// `/weir.catalog.v1.Catalog/GetEntry`.
  var path: String
  var input: String
  var output: String
  var streamsRequests: Bool
  var streamsResponses: Bool
  /// `idempotency_level = NO_SIDE_EFFECTS`.
  var readsOnly: Bool
  var access: AccessOption?
  var comment: String

  var isUnary: Bool { !streamsRequests && !streamsResponses }
}

/// The option `weir.access.v1.access` of one method.
struct AccessOption {
  var roles: [String]
  /// The case name of `MethodAccess.Scope`.
  var scope: String
  /// The case name of `MethodAccess.Person`.
  var person: String
  var audited: [String]
  var via: [String]
  var isInternal: Bool
  var callers: [String]
}

/// A .proto file that Weir does not take.
struct Refused: Error {
  var text: String

  init(_ text: String) { self.text = text }
}
