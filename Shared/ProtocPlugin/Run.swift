// The two ways in which this program is called, and what it says when it refuses.

import CDescriptors
import Foundation

/// - Returns: The exit code.
func run(_ arguments: [String]) -> Int32 {
  let input = [UInt8](FileHandle.standardInput.readDataToEndOfFile())
  do {
    switch arguments.dropFirst().first {
    case nil: FileHandle.standardOutput.write(Data(try response(to: input)))
    case "prepare": FileHandle.standardOutput.write(Data(try preparedForC(input)))
    case let mode?: throw Refused("no such mode: \(mode)")
    }
    return 0
  } catch let refused as Refused {
    FileHandle.standardError.write(Data("protoc-gen-weir: \(refused.text)\n".utf8))
    return 1
  } catch {
    FileHandle.standardError.write(Data("protoc-gen-weir: \(error)\n".utf8))
    return 1
  }
}

/// One file to write.
struct OutputFile {
  var name: String
  var content: String
}

/// A serialized CodeGeneratorResponse: the files, or why there are none.
private func response(to input: [UInt8]) throws -> [UInt8] {
  guard
    let request = google__protobuf__compiler__code_generator_request__unpack(
      nil, input.count, input)
  else { throw Refused("the input is no CodeGeneratorRequest; let protoc start this program") }
  defer { google__protobuf__compiler__code_generator_request__free_unpacked(request, nil) }
  do {
    var files: [ProtoFile] = []
    var descriptors: [OutputFile.Descriptor] = []
    for pointer in elements(request.pointee.n_proto_file, request.pointee.proto_file) {
      let name = text(pointer.pointee.name)
      let bytes = descriptorBytes(pointer)
      descriptors.append(
        OutputFile.Descriptor(name: name, bytes: bytes, symbols: symbols(of: pointer.pointee)))
      guard !generatorOnlyFiles.contains(name) else { continue }
      files.append(try FileReader(pointer).read(bytes: bytes))
    }
    let library = try Library(files: files)
    return packed(try library.output(descriptors: descriptors))
  } catch let refused as Refused {
    return packed(error: refused.text)
  }
}

extension OutputFile {
  /// What reflection gives away: one file's descriptor.
  struct Descriptor {
    var name: String
    var bytes: [UInt8]
    /// The full names of what it declares: messages, enums, services, methods, extensions.
    var symbols: [String]
  }
}

/// The descriptor as reflection shows it: without comments and places in the source.
private func descriptorBytes(_ pointer: UnsafeMutablePointer<CFile>) -> [UInt8] {
  let info = pointer.pointee.source_code_info
  pointer.pointee.source_code_info = nil
  defer { pointer.pointee.source_code_info = info }
  let size = google__protobuf__file_descriptor_proto__get_packed_size(pointer)
  return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
    count = google__protobuf__file_descriptor_proto__pack(pointer, buffer.baseAddress)
  }
}

// MARK: - The response

// CodeGeneratorResponse is three fields; written by hand it needs no C structs full of pointers to Swift strings.

private func packed(_ files: [OutputFile]) -> [UInt8] {
  files.flatMap { file in
    let body =
      lengthPrefixed(1, Array(file.name.utf8)) + lengthPrefixed(15, Array(file.content.utf8))
    return lengthPrefixed(15, body)
  }
}

private func packed(error: String) -> [UInt8] { lengthPrefixed(1, Array(error.utf8)) }

private func lengthPrefixed(_ field: UInt8, _ bytes: [UInt8]) -> [UInt8] {
  var result = [field << 3 | 2]
  var length = bytes.count
  while length >= 0x80 {
    result.append(UInt8(length & 0x7f) | 0x80)
    length >>= 7
  }
  result.append(UInt8(length))
  return result + bytes
}
