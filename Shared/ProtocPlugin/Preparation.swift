// What protoc-c is given in place of the .proto files: the same messages, with strings as bytes and without services.
//
// As `char *` a string would lose its length, and a NUL inside would cut it. Method names such as Register, Default and
// Continue give C that does not compile. The access option and protobuf's descriptors are for the generator alone.

import CDescriptors

/// The number of protobuf-c's own option `pb_c_field` in google.protobuf.FieldOptions.
private let pbCFieldNumber: UInt32 = 1019

/// Files that only the generator needs.
let generatorOnlyFiles: Set<String> = [
  "google/protobuf/descriptor.proto", "google/protobuf/compiler/plugin.proto",
  "weir/access/v1/access.proto",
]

/// A descriptor set, changed for protoc-c.
///
/// Memory taken here is never given back: the program ends right after.
func preparedForC(_ input: [UInt8]) throws -> [UInt8] {
  guard let set = google__protobuf__file_descriptor_set__unpack(nil, input.count, input) else {
    throw Refused("the input is no google.protobuf.FileDescriptorSet")
  }
  let files = elements(set.pointee.n_file, set.pointee.file)
    .filter { !generatorOnlyFiles.contains(text($0.pointee.name)) }
  for file in files { try prepare(file) }
  for (index, file) in files.enumerated() { set.pointee.file[index] = file }
  set.pointee.n_file = files.count
  let size = google__protobuf__file_descriptor_set__get_packed_size(set)
  return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
    count = google__protobuf__file_descriptor_set__pack(set, buffer.baseAddress)
  }
}

private func prepare(_ file: UnsafeMutablePointer<CFile>) throws {
  if file.pointee.n_public_dependency > 0 {
    throw Refused("\(text(file.pointee.name)): import public")
  }
  var kept = 0
  for index in 0..<file.pointee.n_dependency {
    let dependency = file.pointee.dependency[index]
    guard !generatorOnlyFiles.contains(text(dependency)) else { continue }
    file.pointee.dependency[kept] = dependency
    kept += 1
  }
  file.pointee.n_dependency = kept
  file.pointee.n_service = 0
  file.pointee.n_extension = 0
  file.pointee.source_code_info = nil
  for message in elements(file.pointee.n_message_type, file.pointee.message_type) {
    prepare(message)
  }
}

private func prepare(_ message: UnsafeMutablePointer<CMessageType>) {
  for field in elements(message.pointee.n_field, message.pointee.field)
  where field.pointee.type == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_STRING {
    setStringAsBytes(field)
  }
  for nested in elements(message.pointee.n_nested_type, message.pointee.nested_type) {
    prepare(nested)
  }
}

/// Adds `[(pb_c_field).string_as_bytes = true]`: an extension, so an unknown field whose data is a length of two and the
/// two bytes of `string_as_bytes: true`.
private func setStringAsBytes(_ field: UnsafeMutablePointer<Google__Protobuf__FieldDescriptorProto>)
{
  let options =
    field.pointee.options
    ?? {
      let fresh = UnsafeMutablePointer<Google__Protobuf__FieldOptions>.allocate(capacity: 1)
      google__protobuf__field_options__init(fresh)
      field.pointee.options = fresh
      return fresh
    }()
  let old = options.pointee.base
  let count = Int(old.n_unknown_fields)
  let fields = UnsafeMutablePointer<ProtobufCMessageUnknownField>.allocate(capacity: count + 1)
  for index in 0..<count { (fields + index).initialize(to: old.unknown_fields[index]) }
  let data = UnsafeMutablePointer<UInt8>.allocate(capacity: 3)
  data[0] = 2
  data[1] = 1 << 3
  data[2] = 1
  (fields + count).initialize(
    to: ProtobufCMessageUnknownField(
      tag: pbCFieldNumber, wire_type: PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED, len: 3, data: data))
  options.pointee.base.unknown_fields = fields
  options.pointee.base.n_unknown_fields = UInt32(count + 1)
}
