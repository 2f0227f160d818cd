// Between a Swift message and protobuf-c: unpack in an arena, check, copy, free, in one function; and the way back.

import CContracts
import Vocabulary

/// What the generator writes for each message, beside its fields.
protocol WireMessage: Message {
  /// The C struct that protoc-c made.
  associatedtype Layout
  static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { get }
  /// Copies and checks every field; keeps no pointer.
  init(copying source: UnsafePointer<Layout>, _ check: TextCheck) throws(DecodeFailure)
  /// Sets every field of an initialised C struct; what it points at lies in the arena.
  func fill(_ target: UnsafeMutablePointer<Layout>, _ arena: FillArena)

  /// The number of the field of this name (camel case or original); 0 for none.
  static func fieldNumber(ofJSONName name: String) -> Int32
  mutating func readField(_ number: Int32, from reader: inout JSONReader) throws(DecodeFailure)
  func writeFields(to writer: inout JSONWriter)
  /// An object of its fields, unless the type has a form of its own.
  mutating func readJSON(from reader: inout JSONReader) throws(DecodeFailure)
  func writeJSON(to writer: inout JSONWriter)
}

/// protobuf's own bound on a message.
private let largestMessageBytes = Int(Int32.max)

/// Unpacks, checks, copies and frees.
func decoded<M: WireMessage>(_ bytes: [UInt8], _ limits: DecodeLimits) throws(DecodeFailure) -> M {
  guard bytes.count <= min(limits.messageBytes, largestMessageBytes) else {
    throw DecodeFailure(.tooLarge(limitBytes: limits.messageBytes))
  }
  if bytes.isEmpty { return M() }
  let budget = limits.arenaBytes(forMessageOf: bytes.count)
  return try withArena(budgetBytes: budget, chunkBytes: bytes.count * 3) {
    (arena) throws(DecodeFailure) -> M in
    var allocator = allocator(over: arena)
    // The message and all that hangs from it lie in the arena, which outlives this closure; the allocator and the
    // bytes are needed only during the call.
    guard
      let message = bytes.withUnsafeBufferPointer({ buffer in
        protobuf_c_message_unpack(M.descriptor, &allocator, buffer.count, buffer.baseAddress)
      })
    else {
      if arena.pointee.isExhausted { throw DecodeFailure(.tooLarge(limitBytes: budget)) }
      throw WireDiagnosis.failure(in: bytes, of: M.descriptor)
    }
    // protobuf-c made it by M's own descriptor, so it is M's C struct.
    let source = UnsafeRawPointer(message).assumingMemoryBound(to: M.Layout.self)
    return try TextCheck(refusesNUL: limits.refusesNUL).copy(source)
  }
}

/// Fills the C struct in an arena and packs it.
func encoded<M: WireMessage>(_ message: M) throws(EncodeFailure) -> [UInt8] {
  try withArena(budgetBytes: .max, chunkBytes: 4096) { (arena) throws(EncodeFailure) -> [UInt8] in
    let target = FillArena(arena).message(message)
    let base = UnsafeRawPointer(target).assumingMemoryBound(to: ProtobufCMessage.self)
    let size = protobuf_c_message_get_packed_size(base)
    guard size <= largestMessageBytes else {
      throw EncodeFailure(.tooLarge(limitBytes: largestMessageBytes))
    }
    if size == 0 { return [] }
    // protobuf-c writes exactly the size it has just computed from the same struct.
    return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = protobuf_c_message_pack(base, buffer.baseAddress)
    }
  }
}

// MARK: - From C

/// Copies fields out of C structs. The pointers come from protobuf-c, which sets each with its count.
struct TextCheck {
  var refusesNUL: Bool

  func string(_ data: ProtobufCBinaryData, _ field: StaticString) throws(DecodeFailure) -> String {
    guard data.len > 0 else { return "" }
    let buffer = UnsafeBufferPointer(start: data.data, count: data.len)
    // The bytes lie in the arena, which outlives this function.
    guard let text = String(utf8: Span(_unsafeElements: buffer)) else {
      throw DecodeFailure(.invalidUTF8, at: "\(field)")
    }
    if refusesNUL, buffer.contains(0) { throw DecodeFailure(.containsNUL, at: "\(field)") }
    return text
  }

  func strings(
    _ array: UnsafeMutablePointer<ProtobufCBinaryData>?, _ count: Int, _ field: StaticString
  ) throws(DecodeFailure) -> [String] {
    guard let array, count > 0 else { return [] }
    var result: [String] = []
    result.reserveCapacity(count)
    for index in 0..<count {
      do throws(DecodeFailure) {
        result.append(try string(array[index], ""))
      } catch {
        throw error.inside("\(field)", index: index)
      }
    }
    return result
  }

  func bytes(_ data: ProtobufCBinaryData) -> [UInt8] {
    [UInt8](UnsafeBufferPointer(start: data.data, count: data.len))
  }

  func bytesList(_ array: UnsafeMutablePointer<ProtobufCBinaryData>?, _ count: Int) -> [[UInt8]] {
    UnsafeBufferPointer(start: array, count: array == nil ? 0 : count).map(bytes)
  }

  func numbers<Number>(_ array: UnsafeMutablePointer<Number>?, _ count: Int) -> [Number] {
    [Number](UnsafeBufferPointer(start: array, count: array == nil ? 0 : count))
  }

  func bools(_ array: UnsafeMutablePointer<protobuf_c_boolean>?, _ count: Int) -> [Bool] {
    UnsafeBufferPointer(start: array, count: array == nil ? 0 : count).map { $0 != 0 }
  }

  /// Enums of C are four bytes wide (PROTOBUF_C__FORCE_ENUM_TO_BE_INT_SIZE), signed or not.
  func enums<E: MessageEnum, Layout>(_ array: UnsafeMutablePointer<Layout>?, _ count: Int) -> [E] {
    guard let array else { return [] }
    return UnsafeRawBufferPointer(start: array, count: count * MemoryLayout<Int32>.size)
      .bindMemory(to: Int32.self).map { E(rawValue: $0) }
  }

  /// Copies a message, unless a field in it has the number 0, which none may have (protobuf, "Assigning Field Numbers") and
  /// which protobuf-c passes over as any that it does not know.
  @inline(__always)
  func copy<M: WireMessage>(_ source: UnsafePointer<M.Layout>) throws(DecodeFailure) -> M {
    // Every C struct of a message begins with its base, whose list protobuf-c sets with its count.
    let base = UnsafeRawPointer(source).assumingMemoryBound(to: ProtobufCMessage.self).pointee
    for index in 0..<Int(base.n_unknown_fields) where base.unknown_fields[index].tag == 0 {
      throw DecodeFailure(.malformed)
    }
    return try M(copying: source, self)
  }

  @inline(__always)
  func message<M: WireMessage>(
    _ source: UnsafeMutablePointer<M.Layout>, _ field: StaticString
  ) throws(DecodeFailure) -> M {
    do throws(DecodeFailure) {
      return try copy(source)
    } catch {
      throw error.inside("\(field)")
    }
  }

  @inline(__always)
  func optionalMessage<M: WireMessage>(
    _ source: UnsafeMutablePointer<M.Layout>?, _ field: StaticString
  ) throws(DecodeFailure) -> M? {
    guard let source else { return nil }
    return try message(source, field) as M
  }

  @inline(__always)
  func messages<M: WireMessage>(
    _ array: UnsafeMutablePointer<UnsafeMutablePointer<M.Layout>?>?, _ count: Int,
    _ field: StaticString
  ) throws(DecodeFailure) -> [M] {
    guard let array, count > 0 else { return [] }
    var result: [M] = []
    result.reserveCapacity(count)
    for index in 0..<count {
      guard let source = array[index] else { continue }
      do throws(DecodeFailure) {
        result.append(try copy(source))
      } catch {
        throw error.inside("\(field)", index: index)
      }
    }
    return result
  }

  /// The entries of a map: of a key that comes twice, the last one counts (protobuf, "Maps").
  func entries<M: WireMessage, Key: Hashable>(
    _ array: UnsafeMutablePointer<UnsafeMutablePointer<M.Layout>?>?, _ count: Int,
    _ field: StaticString, key: (M) -> Key
  ) throws(DecodeFailure) -> [M] {
    let all: [M] = try messages(array, count, field)
    var places: [Key: Int] = [:]
    var kept: [M] = []
    for entry in all {
      if let place = places[key(entry)] {
        kept[place] = entry
      } else {
        places[key(entry)] = kept.count
        kept.append(entry)
      }
    }
    return kept
  }
}

// MARK: - Into C

/// Puts fields into C structs. All memory comes from the arena, so every pointer is good until the arena is released.
struct FillArena {
  private let arena: UnsafeMutablePointer<Arena>

  init(_ arena: UnsafeMutablePointer<Arena>) { self.arena = arena }

  private func allocate(_ count: Int) -> UnsafeMutableRawPointer {
    // An encode has no budget, so the arena always answers (malloc itself ends the process when memory is gone).
    arena.pointee.allocate(count).unsafelyUnwrapped
  }

  private func array<Element>(of count: Int, _ type: Element.Type) -> UnsafeMutablePointer<Element>
  {
    allocate(count * MemoryLayout<Element>.stride).bindMemory(to: Element.self, capacity: count)
  }

  func string(_ text: String) -> ProtobufCBinaryData {
    var text = text
    return text.withUTF8 { binary($0) }
  }

  func bytes(_ bytes: [UInt8]) -> ProtobufCBinaryData {
    bytes.withUnsafeBufferPointer { binary($0) }
  }

  private func binary(_ source: UnsafeBufferPointer<UInt8>) -> ProtobufCBinaryData {
    guard let base = source.baseAddress, source.count > 0 else {
      return ProtobufCBinaryData(len: 0, data: nil)
    }
    let copy = array(of: source.count, UInt8.self)
    copy.initialize(from: base, count: source.count)
    return ProtobufCBinaryData(len: source.count, data: copy)
  }

  func strings(_ texts: [String]) -> UnsafeMutablePointer<ProtobufCBinaryData>? {
    list(texts, string)
  }

  func bytesList(_ list: [[UInt8]]) -> UnsafeMutablePointer<ProtobufCBinaryData>? {
    self.list(list, bytes)
  }

  func numbers<Number>(_ numbers: [Number]) -> UnsafeMutablePointer<Number>? {
    list(numbers) { $0 }
  }

  func bools(_ values: [Bool]) -> UnsafeMutablePointer<protobuf_c_boolean>? {
    list(values) { $0 ? 1 : 0 }
  }

  func enums<Layout>(_ values: [some MessageEnum]) -> UnsafeMutablePointer<Layout>? {
    guard !values.isEmpty else { return nil }
    let raw = allocate(values.count * MemoryLayout<Int32>.size)
    for (index, value) in values.enumerated() {
      raw.storeBytes(
        of: value.rawValue, toByteOffset: index * MemoryLayout<Int32>.size, as: Int32.self)
    }
    // Enums of C are four bytes wide (PROTOBUF_C__FORCE_ENUM_TO_BE_INT_SIZE).
    return raw.bindMemory(to: Layout.self, capacity: values.count)
  }

  func message<M: WireMessage>(_ message: M) -> UnsafeMutablePointer<M.Layout> {
    let target = array(of: 1, M.Layout.self)
    protobuf_c_message_init(M.descriptor, target)
    message.fill(target, self)
    return target
  }

  func optionalMessage<M: WireMessage>(_ message: M?) -> UnsafeMutablePointer<M.Layout>? {
    guard let message else { return nil }
    return self.message(message)
  }

  func messages<M: WireMessage>(
    _ messages: [M]
  ) -> UnsafeMutablePointer<UnsafeMutablePointer<M.Layout>?>? {
    list(messages) { message($0) }
  }

  private func list<Source, Element>(
    _ source: [Source], _ element: (Source) -> Element
  ) -> UnsafeMutablePointer<Element>? {
    guard !source.isEmpty else { return nil }
    let target = array(of: source.count, Element.self)
    for index in source.indices { (target + index).initialize(to: element(source[index])) }
    return target
  }
}
