// The descriptors of all .proto files, which lie in this program as C arrays.

import CContracts

/// One .proto file as reflection gives it away.
package struct FileDescriptor: Sendable {
  /// The name under which other files import it: `weir/catalog/v1/catalog.proto`.
  package let name: String
  /// The full names of its messages, enums, services, methods and extensions.
  package let symbols: [String]
  fileprivate let index: Int

  /// A serialized `google.protobuf.FileDescriptorProto`, without comments.
  package var bytes: [UInt8] {
    // The array is constant and lives as long as the program.
    let descriptor = weir_descriptor_at(index).pointee
    return [UInt8](UnsafeBufferPointer(start: descriptor.bytes, count: descriptor.size))
  }

  /// All files, each after those that it imports.
  package static let all: [FileDescriptor] = (0..<weir_descriptor_count()).map { index in
    // Names and symbols are C literals.
    let descriptor = weir_descriptor_at(index).pointee
    return FileDescriptor(
      name: String(cString: descriptor.name),
      symbols: String(cString: descriptor.symbols).split(separator: "\n").map(String.init),
      index: index)
  }
}
