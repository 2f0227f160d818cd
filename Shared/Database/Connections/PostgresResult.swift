// PostgreSQL's binary values in and out, and the meaning of its SQLSTATEs.

import CLibpq

/// The numbers of the server's types (pg_type.dat). They never change.
enum PostgresType {
  static let boolean: Oid = 16
  static let bytes: Oid = 17
  static let name: Oid = 19
  static let int8: Oid = 20
  static let int2: Oid = 21
  static let int4: Oid = 23
  static let text: Oid = 25
  static let varchar: Oid = 1043
  static let numeric: Oid = 1700
  static let void: Oid = 2278

  static func of(_ kind: SQLKind) -> Oid {
    switch kind {
    // 0: the server infers it.
    case .null: 0
    case .integer: int8
    case .text: text
    case .blob: bytes
    }
  }
}

/// Arguments in the form that libpq reads: all values one after the other, with their places.
struct PostgresParameters {
  private var bytes: [UInt8] = []
  private var offsets: [Int?] = []
  private var types: [Oid] = []
  private var lengths: [Int32] = []
  private let formats: [Int32]

  init(_ arguments: [SQLValue]) throws(DatabaseError) {
    for (index, argument) in arguments.enumerated() {
      let start = bytes.count
      switch argument {
      case .null: break
      case .integer(let value):
        for shift in stride(from: 56, through: 0, by: -8) {
          bytes.append(UInt8(truncatingIfNeeded: value >> Int64(shift)))
        }
      case .text(let text):
        guard !text.utf8.contains(0) else { throw .unsupportedValue(argument: index + 1) }
        bytes.append(contentsOf: text.utf8)
      case .blob(let blob): bytes.append(contentsOf: blob)
      }
      offsets.append(argument == .null ? nil : start)
      types.append(PostgresType.of(argument.kind))
      lengths.append(Int32(bytes.count - start))
    }
    formats = Array(repeating: 1, count: arguments.count)
    // An empty value needs an address too: nil means NULL.
    bytes.append(0)
  }

  /// Lends the arrays of libpq's exec functions; they are valid inside `body`.
  func withPointers<T>(
    _ body: (
      Int32, UnsafePointer<Oid>?, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?,
      UnsafePointer<Int32>?
    ) -> T
  ) -> T {
    bytes.withUnsafeBytes { buffer in
      // The offsets were taken while `bytes` was filled, so each lies inside of the buffer.
      let values = offsets.map { offset -> UnsafePointer<CChar>? in
        guard let offset, let start = buffer.baseAddress else { return nil }
        return (start + offset).assumingMemoryBound(to: CChar.self)
      }
      return body(Int32(offsets.count), types, values, lengths, formats)
    }
  }
}

/// An answer of the server, freed with this value.
final class PostgresResult {
  private let result: OpaquePointer

  /// Takes over libpq's result.
  ///
  /// - Throws: What the answer says went wrong.
  init(_ result: OpaquePointer?, of link: OpaquePointer) throws(DatabaseError) {
    guard let result else { throw .connectionLost(isOutcomeUnknown: false) }
    self.result = result
    switch PQresultStatus(result) {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE, PGRES_EMPTY_QUERY: return
    default:
      if PQstatus(link) != CONNECTION_OK { throw .connectionLost(isOutcomeUnknown: false) }
      throw DatabaseError(postgres: result)
    }
  }

  deinit { PQclear(result) }

  /// Whether a prepared statement no longer gives the columns that it gave.
  static func isStalePlan(_ result: OpaquePointer?) -> Bool {
    guard let result, PQresultStatus(result) == PGRES_FATAL_ERROR,
      let state = PQresultErrorField(result, Int32(UInt8(ascii: "C")))
    else { return false }
    return String(cString: state) == "0A000"
  }

  var commandTag: String { String(cString: PQcmdStatus(result)) }
  var affectedRows: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }
  var rowCount: Int { Int(PQntuples(result)) }

  func rows() throws(DatabaseError) -> [Row] {
    let width = PQnfields(result)
    let columns = Row.Columns(
      names: (0..<width).map { PQfname(result, $0).map { String(cString: $0) } ?? "" })
    var rows: [Row] = []
    rows.reserveCapacity(rowCount)
    for row in 0..<Int32(rowCount) {
      var values: [SQLValue] = []
      values.reserveCapacity(Int(width))
      for column in 0..<width { values.append(try value(row, column)) }
      rows.append(Row(columns: columns, values: values))
    }
    return rows
  }

  private func value(_ row: Int32, _ column: Int32) throws(DatabaseError) -> SQLValue {
    if PQgetisnull(result, row, column) == 1 { return .null }
    // libpq owns the bytes until PQclear; they are copied here.
    let bytes = UnsafeRawBufferPointer(
      start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column)))
    switch PQftype(result, column) {
    case PostgresType.int8, PostgresType.int4, PostgresType.int2:
      return .integer(PostgresResult.integer(bytes))
    case PostgresType.boolean: return .integer(bytes.first == 1 ? 1 : 0)
    case PostgresType.text, PostgresType.varchar, PostgresType.name:
      return .text(String(decoding: bytes, as: UTF8.self))
    case PostgresType.bytes: return .blob([UInt8](bytes))
    case PostgresType.numeric:
      guard let value = PostgresResult.numeric(bytes) else {
        throw .outOfRange(column: String(column))
      }
      return .integer(value)
    case PostgresType.void: return .null
    case let type: throw .misuse("column \(column) has type \(type), which is not portable")
    }
  }

  /// A big-endian integer of two, four or eight bytes.
  private static func integer(_ bytes: UnsafeRawBufferPointer) -> Int64 {
    var value: Int64 = (bytes.first ?? 0) & 0x80 == 0 ? 0 : -1
    for byte in bytes { value = value << 8 | Int64(byte) }
    return value
  }

  /// A whole NUMERIC, which is what `SUM` of BIGINT gives: digits to the base 10,000 (numeric_send in numeric.c).
  private static func numeric(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    func short(_ index: Int) -> Int64 {
      integer(UnsafeRawBufferPointer(rebasing: bytes[index * 2..<index * 2 + 2]))
    }
    guard bytes.count >= 8, bytes.count == 8 + Int(short(0)) * 2 else { return nil }
    let (count, weight, sign) = (short(0), short(1), short(2))
    guard sign == 0 || sign == 0x4000, count <= weight + 1 else { return nil }
    var value: Int64 = 0
    for place in 0..<max(0, weight + 1) {
      // Negative all along, because -2^63 has no positive counterpart.
      let digit = place < count ? short(4 + Int(place)) : 0
      let (product, isTooBig) = value.multipliedReportingOverflow(by: 10_000)
      let (sum, isStillTooBig) = product.subtractingReportingOverflow(digit)
      if isTooBig || isStillTooBig { return nil }
      value = sum
    }
    if sign != 0 { return value }
    return value == .min ? nil : -value
  }
}

extension DatabaseError {
  /// What an error answer means, by its SQLSTATE (appendix A of the manual). Messages and details with values are not kept.
  init(postgres result: OpaquePointer) {
    func field(_ code: Character) -> String {
      guard let ascii = code.asciiValue, let text = PQresultErrorField(result, Int32(ascii)) else {
        return ""
      }
      return String(cString: text)
    }
    let state = field("C")
    switch state {
    case "23505":
      self = .uniqueViolation(
        constraint: DatabaseError.columns(table: field("t"), detail: field("D")))
    case "23503": self = .constraintViolation(.foreignKey, constraint: "")
    case "23502":
      self = .constraintViolation(.notNull, constraint: "\(field("t")).\(field("c"))")
    case "23514": self = .constraintViolation(.check, constraint: field("n"))
    case "40001", "40P01": self = .serialization
    // A plan that another process's schema step has overtaken; it is made anew on the next try.
    case "0A000" where field("M").contains("cached plan"): self = .serialization
    case "53100": self = .full
    case "55P03": self = .busy
    case "57P01", "57P02", "57P03": self = .connectionLost(isOutcomeUnknown: false)
    case "22021": self = .unsupportedValue(argument: 0)
    case "42804": self = .constraintViolation(.other, constraint: "datatype")
    // Class 42 speaks of the SQL text, which is ours; 25P02 of a statement after a failure.
    case _ where state.hasPrefix("42") || state == "25P02": self = .misuse(field("M"))
    case _ where state.hasPrefix("58"): self = .inputOutput(code: state)
    case _ where state.hasPrefix("XX00"): self = .corrupt(code: state)
    default: self = .failed(code: state)
    }
  }

  /// `t.a, t.b` from the table and the detail `Key (a, b)=(…) already exists.`, of which the values are left out.
  private static func columns(table: String, detail: String) -> String {
    guard let open = detail.firstIndex(of: "("),
      let close = detail[open...].firstIndex(of: ")")
    else { return table }
    return detail[detail.index(after: open)..<close].split(separator: ", ")
      .map { "\(table).\($0)" }.joined(separator: ", ")
  }
}
