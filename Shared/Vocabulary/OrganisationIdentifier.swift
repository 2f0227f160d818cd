// The unified social credit code of GB 32100-2015: 18 symbols with two checks, one inside the other.

/// A valid unified social credit code (统一社会信用代码, GB 32100-2015).
///
/// 31 symbols (no I O S V Z), check symbol with weights 3^i mod 31; symbols 9 to 17 are the organisation code of
/// GB 11714-1997, which has a check of its own. Sample published with the standard: `91110000600037341L`.
package struct OrganisationIdentifier: Hashable, Sendable {
  /// The first 17 symbols as one number in base 31; the check symbol follows from them.
  package let number: UInt128

  /// 31^17, the first number that has more than 17 symbols.
  static let numberLimit: UInt128 = {
    var limit: UInt128 = 1
    for _ in 0..<17 { limit *= 31 }
    return limit
  }()

  /// `nil` when the number is too long, its area is not written in digits, or the organisation code inside fails.
  package init?(number: UInt128) {
    guard number < OrganisationIdentifier.numberLimit else { return nil }
    self.number = number
    let values = OrganisationIdentifier.values(number)
    guard values[2..<8].allSatisfy({ $0 < 10 }),
      OrganisationIdentifier.organisationCodeHolds(values[...])
    else { return nil }
  }

  /// Reads exactly 18 characters without cleaning; for texts that Weir itself wrote.
  package init?(exact text: String) {
    guard let read = try? OrganisationIdentifier.read(text), read.marks.isEmpty else { return nil }
    self = read.identifier
  }

  /// The 18 symbols.
  package var text: String {
    let values = OrganisationIdentifier.values(number)
    let symbols = (values + [OrganisationIdentifier.checkValue(values[...])]).map {
      OrganisationIdentifier.symbols[$0]
    }
    return String(decoding: symbols, as: UTF8.self)
  }

  /// The nine symbols of the organisation code (GB 11714).
  package var organisationCode: String { String(text.dropFirst(8).prefix(9)) }

  private static let symbols: [UInt8] = Array("0123456789ABCDEFGHJKLMNPQRTUWXY".utf8)

  /// The value of each symbol by its ASCII code, 255 for what is none.
  private static let valueOfSymbol: [UInt8] = {
    var table = [UInt8](repeating: 255, count: 128)
    for (value, symbol) in symbols.enumerated() { table[Int(symbol)] = UInt8(value) }
    return table
  }()

  private static func values(_ number: UInt128) -> [Int] {
    var rest = number
    var values = [Int](repeating: 0, count: 17)
    for index in (0..<17).reversed() {
      values[index] = Int(rest % 31)
      rest /= 31
    }
    return values
  }

  /// GB 32100: 31 less the weighted sum modulo 31.
  private static func checkValue(_ values: ArraySlice<Int>) -> Int {
    var sum = 0
    var weight = 1
    for value in values.prefix(17) {
      sum += value * weight
      weight = weight * 3 % 31
    }
    return (31 - sum % 31) % 31
  }

  /// GB 11714: weights 3 7 9 10 5 8 4 2; letters count A = 10 to Z = 35; 10 is written X, 11 is written 0.
  private static func organisationCodeHolds(_ values: ArraySlice<Int>) -> Bool {
    var sum = 0
    for (offset, weight) in [3, 7, 9, 10, 5, 8, 4, 2].enumerated() {
      sum += organisationValue(symbols[values[values.startIndex + 8 + offset]]) * weight
    }
    let expected: UInt8
    switch 11 - sum % 11 {
    case 10: expected = UInt8(ascii: "X")
    case 11: expected = UInt8(ascii: "0")
    case let digit: expected = UInt8(ascii: "0") + UInt8(digit)
    }
    return symbols[values[values.startIndex + 16]] == expected
  }

  private static func organisationValue(_ symbol: UInt8) -> Int {
    symbol <= UInt8(ascii: "9")
      ? Int(symbol - UInt8(ascii: "0")) : Int(symbol - UInt8(ascii: "A")) + 10
  }
}

extension OrganisationIdentifier {
  /// A code with what was done to it.
  package struct Reading: Hashable, Sendable {
    package let identifier: OrganisationIdentifier
    package let marks: CleaningMarks
    /// What was sent; kept when a mark is set, `nil` when nothing was changed.
    package let original: String?
  }

  /// Cleans and checks a credit code as a department sent it.
  package static func read(_ raw: String) throws(OrganisationIdentifierError) -> Reading {
    let cleaned = CleanedIdentifier(raw)
    if let position = cleaned.foreignCharacter { throw .foreignSymbol(position: position) }
    guard !cleaned.characters.isEmpty else { throw .empty }
    guard cleaned.characters.count == 18 else { throw .length(cleaned.characters.count) }
    var values: [Int] = []
    for (offset, character) in cleaned.characters.enumerated() {
      let value = valueOfSymbol[Int(character)]
      // Symbols 3 to 8 are the area of registration, written in digits.
      guard value != 255, !(2..<8).contains(offset) || value < 10 else {
        throw .foreignSymbol(position: offset + 1)
      }
      values.append(Int(value))
    }
    guard checkValue(values[...]) == values[17] else { throw .checkSymbol }
    guard organisationCodeHolds(values[...]) else { throw .organisationCodeCheck }
    var number: UInt128 = 0
    for value in values.prefix(17) { number = number * 31 + UInt128(value) }
    guard let identifier = OrganisationIdentifier(number: number) else { throw .checkSymbol }
    return Reading(
      identifier: identifier, marks: cleaned.marks, original: cleaned.marks.isEmpty ? nil : raw)
  }
}

/// Why a text is no credit code. Places are told, symbols never.
package enum OrganisationIdentifierError: Error, Hashable, Sendable {
  case empty
  case length(Int)
  case foreignSymbol(position: Int)
  /// The last symbol, of the whole code (GB 32100).
  case checkSymbol
  /// The 17th symbol, of the organisation code inside (GB 11714).
  case organisationCodeCheck

  /// The quality rule that fails, stable, for the list of rejected rows.
  package var rule: String {
    switch self {
    case .empty: "organisation_identifier.empty"
    case .length: "organisation_identifier.length"
    case .foreignSymbol: "organisation_identifier.symbol"
    case .checkSymbol: "organisation_identifier.check_symbol"
    case .organisationCodeCheck: "organisation_identifier.organisation_code_check"
    }
  }

  package var sentence: BilingualText {
    switch self {
    case .empty: BilingualText("统一社会信用代码为空", "the credit code is empty")
    case .length(let count):
      BilingualText("统一社会信用代码应为18位，实为\(count)位", "a credit code has 18 symbols, this one \(count)")
    case .foreignSymbol(let position):
      BilingualText(
        "统一社会信用代码第\(position)位不是允许的字符", "symbol \(position) of the credit code is not allowed there"
      )
    case .checkSymbol:
      BilingualText("统一社会信用代码校验码不符（GB 32100）", "the check symbol does not hold (GB 32100)")
    case .organisationCodeCheck:
      BilingualText(
        "主体标识码（组织机构代码）校验码不符（GB 11714）",
        "the check of the organisation code inside does not hold (GB 11714)")
    }
  }
}
