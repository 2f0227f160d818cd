// gRPC's framing of messages in a stream: 1 byte flag, 4 bytes big-endian length, the message.

import Glibc

/// What can be wrong with a framed stream.
enum FramingError: Error, Equatable {
  /// The flag says compressed, but the headers named no encoding.
  case compressedWithoutEncoding
  /// What is said to be gzip is not, or is cut off.
  case badCompression
  /// The flag is neither 0 nor 1.
  case badFlag(UInt8)
  /// Longer than the limit on messages.
  case tooLong(Int)

  /// How a call ends in which this was found; `limit` is the one on messages.
  func status(limit: Int) -> Status {
    switch self {
    case .compressedWithoutEncoding:
      Status(.internal, "a message is compressed, but the headers name no encoding")
    case .badCompression:
      Status(.internal, "a message that should be gzip's cannot be read")
    case .badFlag(let flag):
      Status(.internal, "a message begins with flag \(flag), which gRPC does not know")
    case .tooLong(let length):
      Status(
        .resourceExhausted,
        "a message of \(length) bytes or more is larger than \(limit), or grew too much from gzip")
    }
  }
}

/// Cuts messages out of the bytes of a stream, however they arrive.
struct Deframer {
  static let prefixLength = 5

  /// The stream is one message without a frame, as JSON comes.
  var isUnframed = false
  /// What `grpc-encoding` said about the stream.
  var encoding = MessageEncoding.identity
  private var prefix: UInt64 = 0
  private var prefixCount = 0
  private var missing = 0
  private var message: [UInt8] = []

  /// False in the middle of a message: a stream that ends there was cut off.
  var isBetweenMessages: Bool { prefixCount == 0 }

  /// Bytes held for the message that is being put together.
  var heldBytes: Int { message.capacity }
  /// Bytes still to come of it, as far as they are known.
  var missingBytes: Int { missing }

  /// Takes bytes in and hands each finished message to `deliver`.
  mutating func push(
    _ bytes: UnsafeBufferPointer<UInt8>, limit: Int, _ deliver: (FramedMessage) -> Void
  ) -> FramingError? {
    if isUnframed {
      message.append(contentsOf: bytes)
      return message.count > limit ? .tooLong(message.count) : nil
    }
    var rest = bytes[...]
    while true {
      if prefixCount < Self.prefixLength {
        guard let byte = rest.popFirst() else { return nil }
        prefix = prefix << 8 | UInt64(byte)
        prefixCount += 1
        if prefixCount == 1, byte != 0 {
          if byte != 1 { return .badFlag(byte) }
          if encoding == .identity { return .compressedWithoutEncoding }
        }
        if prefixCount < Self.prefixLength { continue }
        missing = Int(prefix & 0xFFFF_FFFF)
        if missing > limit { return .tooLong(missing) }
        message = []
      }
      let part = rest.prefix(missing)
      reserve(part.count)
      message.append(contentsOf: UnsafeBufferPointer(rebasing: part))
      missing -= part.count
      rest = rest.dropFirst(part.count)
      if missing > 0 { return nil }
      let finished = FramedMessage(received: message, isCompressed: prefix >> 32 & 1 == 1)
      message = []
      prefix = 0
      prefixCount = 0
      deliver(finished)
    }
  }
}

extension Deframer {
  /// A length is only a claim: what it asks for is reserved as the bytes come, four times what is here, so that a long
  /// message is seldom moved.
  private mutating func reserve(_ count: Int) {
    let needed = message.count + count
    if needed <= message.capacity { return }
    message.reserveCapacity(min(message.count + missing, max(4 * message.count, needed, 16 << 10)))
  }

  /// All that came without a frame.
  mutating func takeUnframed() -> [UInt8] {
    let whole = message
    message = []
    return whole
  }
}

/// Messages in order; the first one costs no array of its own, which is all that a unary call needs.
struct MessageQueue {
  private var first: FramedMessage?
  private var rest: [FramedMessage] = []
  private var restHead = 0
  /// Bytes of all messages in it, as they stand in the stream.
  private(set) var byteCount = 0

  var isEmpty: Bool { first == nil }
  var count: Int { first == nil ? 0 : 1 + rest.count - restHead }
  /// What the messages cost: an empty one is no reason to keep any number of them.
  var heldBytes: Int { byteCount + count * Self.costOfMessage }
  private static let costOfMessage = 64
  var head: FramedMessage? { first }

  mutating func append(_ message: FramedMessage) {
    byteCount += message.bytes.count
    if first == nil { first = message } else { rest.append(message) }
  }

  mutating func popFirst() -> FramedMessage? {
    guard let message = first else { return nil }
    byteCount -= message.bytes.count
    if restHead < rest.count {
      first = rest[restHead]
      rest[restHead].bytes = []
      restHead += 1
      if restHead == rest.count {
        rest.removeAll(keepingCapacity: true)
        restHead = 0
      } else if restHead > 64, restHead * 2 > rest.count {
        rest.removeFirst(restHead)
        restHead = 0
      }
    } else {
      first = nil
    }
    return message
  }

  mutating func removeAll() { self = MessageQueue() }
}

/// The messages that a stream still has to send, framed as they are copied out.
struct OutgoingMessages {
  private var queue = MessageQueue()
  /// Messages go out without frames, as JSON does.
  var isUnframed = false
  /// How much of the first message is out, its prefix included.
  private var position = 0

  var isEmpty: Bool { queue.isEmpty }
  var byteCount: Int { queue.byteCount }
  var heldBytes: Int { queue.heldBytes }
  /// What has left, kept so that a call can be sent again; `nil` where that is not wanted (any more).
  private var sent: [FramedMessage]?
  private var sentBytes = 0

  /// More than this is not kept for another attempt.
  private static let replayLimit = 256 << 10

  /// Whether everything that was ever queued is still here.
  var canReplay: Bool { sent != nil }

  mutating func append(_ message: FramedMessage) { queue.append(message) }

  mutating func keepSent() { sent = [] }
  mutating func forgetSent() { sent = nil }

  /// Begins again with the first message.
  mutating func replay() {
    guard let sent else { return }
    var whole = MessageQueue()
    for message in sent { whole.append(message) }
    while let message = queue.popFirst() { whole.append(message) }
    queue = whole
    position = 0
    self.sent = []
    sentBytes = 0
  }

  mutating func removeAll() {
    queue.removeAll()
    position = 0
    sent = nil
  }

  private mutating func finishedFirst() {
    guard let message = queue.popFirst(), sent != nil else { return }
    sentBytes += message.bytes.count
    // One message that is already here costs nothing to keep, whatever its size.
    if sent?.isEmpty == true || sentBytes <= Self.replayLimit {
      sent?.append(message)
    } else {
      sent = nil
    }
  }

  /// Copies as much as fits; returns how much.
  mutating func fill(_ buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
    var written = 0
    while written < buffer.count, let message = queue.head {
      if isUnframed, position == 0 { position = Deframer.prefixLength }
      if position < Deframer.prefixLength {
        buffer[written] = Self.prefixByte(position, of: message)
        written += 1
        position += 1
        if position < Deframer.prefixLength || !message.bytes.isEmpty { continue }
      }
      let offset = position - Deframer.prefixLength
      let amount = min(buffer.count - written, message.bytes.count - offset)
      if amount > 0, let target = buffer.baseAddress {
        // Both ranges lie inside their buffers: `amount` is the smaller of what is left in each.
        message.bytes.withUnsafeBytes { source in
          if let base = source.baseAddress { memcpy(target + written, base + offset, amount) }
        }
      }
      written += amount
      position += amount
      if position == Deframer.prefixLength + message.bytes.count {
        finishedFirst()
        position = 0
      }
    }
    return written
  }

  private static func prefixByte(_ index: Int, of message: FramedMessage) -> UInt8 {
    if index == 0 { return message.isCompressed ? 1 : 0 }
    return UInt8(truncatingIfNeeded: message.bytes.count >> (8 * (4 - index)))
  }
}
