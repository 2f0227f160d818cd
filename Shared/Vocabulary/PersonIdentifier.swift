// The citizen identity number of GB 11643-1999: 17 digits and a check symbol.

/// A valid citizen identity number (公民身份号码, GB 11643-1999).
///
/// Residence permits of Hong Kong, Macao and Taiwan residents (81, 82, 83) and of foreigners (9…) follow the same
/// scheme. Only numbers whose check symbol and date of birth hold can be made.
package struct PersonIdentifier: Hashable, Sendable {
  /// The first 17 digits as one number; the check symbol follows from them.
  package let number: UInt64

  /// 10^17, the first number that has more than 17 digits.
  static let numberLimit: UInt64 = 100_000_000_000_000_000

  /// `nil` when the number is too long or holds no real date of birth.
  package init?(number: UInt64) {
    guard number < PersonIdentifier.numberLimit else { return nil }
    self.number = number
    guard birthDate != nil else { return nil }
  }

  /// Reads exactly 18 characters without cleaning; for texts that Weir itself wrote.
  package init?(exact text: String) {
    guard let read = try? PersonIdentifier.read(text), read.marks.isEmpty else { return nil }
    self = read.identifier
  }

  /// The 18 characters.
  package var text: String {
    padded(Int(number), 17) + String(UnicodeScalar(PersonIdentifier.checkSymbol(number)))
  }

  /// The date of birth in the number.
  package var birthDate: CivilDate? {
    let date = Int(number / 1000 % 100_000_000)
    guard date / 10_000 >= PersonIdentifier.firstBirthYear else { return nil }
    return CivilDate(year: date / 10_000, month: date / 100 % 100, day: date % 100)
  }

  /// The six digits of the area code (GB/T 2260).
  package var areaCode: Int { Int(number / 100_000_000_000) }

  /// The sex in the number: odd order numbers are given to men.
  package var sex: Sex { number % 2 == 1 ? .male : .female }

  /// Nobody alive was born earlier, nor is anybody in a register of our time.
  static let firstBirthYear = 1800

  /// The check symbol of 17 digits: weights 2^(18-i) mod 11, mapped to `10X98765432` (GB 11643, ISO 7064 MOD 11-2).
  static func checkSymbol(_ number: UInt64) -> UInt8 {
    var rest = number
    var sum: UInt64 = 0
    for weight in PersonIdentifier.weightsFromTheRight {
      sum += rest % 10 * weight
      rest /= 10
    }
    return PersonIdentifier.checkSymbols[Int(sum % 11)]
  }

  /// 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2, from the last digit to the first.
  private static let weightsFromTheRight: [UInt64] = [
    2, 4, 8, 5, 10, 9, 7, 3, 6, 1, 2, 4, 8, 5, 10, 9, 7,
  ]
  private static let checkSymbols: [UInt8] = Array("10X98765432".utf8)
}

/// The sex stated in a record or a number.
package enum Sex: String, ClosedList {
  case male, female

  package var term: BilingualText {
    switch self {
    case .male: BilingualText("男", "male")
    case .female: BilingualText("女", "female")
    }
  }
}

extension PersonIdentifier {
  /// An identifier with what was done to it and what remains doubtful.
  package struct Reading: Hashable, Sendable {
    package let identifier: PersonIdentifier
    package let marks: CleaningMarks
    package let doubts: [PersonIdentifierDoubt]
    /// What was sent; kept when a mark is set, `nil` when nothing was changed.
    package let original: String?
  }

  /// Cleans and checks an identity number as a department sent it.
  ///
  /// - Parameter lastBirthDate: No date of birth may lie after this day; `nil` lets any date pass.
  /// - Parameter assertedSex: The sex the record states, if it does; a contradiction is a doubt, no error.
  package static func read(
    _ raw: String, lastBirthDate: CivilDate? = nil, assertedSex: Sex? = nil
  ) throws(PersonIdentifierError) -> Reading {
    if let plain = PersonIdentifier(plain: raw), let born = plain.birthDate,
      lastBirthDate.map({ born <= $0 }) ?? true
    {
      return Reading(
        identifier: plain, marks: [], doubts: doubts(about: plain, assertedSex: assertedSex),
        original: nil)
    }
    let cleaned = CleanedIdentifier(raw)
    if let position = cleaned.foreignCharacter { throw .foreignCharacter(position: position) }
    var marks = cleaned.marks
    var characters = cleaned.characters
    guard !characters.isEmpty else { throw .empty }
    if characters.count == 15 {
      characters = try upgraded(characters)
      marks.insert(.upgraded)
    }
    guard characters.count == 18 else { throw .length(characters.count) }
    let number = try digits(characters[..<17])
    let check = characters[17]
    guard check == UInt8(ascii: "X") || isDigit(check) else {
      throw .foreignCharacter(position: 18)
    }
    guard check == checkSymbol(number) else { throw .checkSymbol }
    guard let identifier = PersonIdentifier(number: number), let born = identifier.birthDate else {
      throw .noSuchBirthDate
    }
    if let lastBirthDate, born > lastBirthDate { throw .bornInTheFuture }
    return Reading(
      identifier: identifier, marks: marks,
      doubts: doubts(about: identifier, assertedSex: assertedSex),
      original: marks.isEmpty ? nil : raw)
  }

  /// The way that nearly every row of a register takes: 18 sound characters, read without an array. `nil` says
  /// nothing about the text but that it must be looked at more closely.
  private init?(plain text: String) {
    var number: UInt64 = 0
    var position = 0
    var check: UInt8 = 0
    for byte in text.utf8 {
      if position < 17 {
        guard PersonIdentifier.isDigit(byte) else { return nil }
        number = number * 10 + UInt64(byte - UInt8(ascii: "0"))
      } else {
        check = byte
      }
      position += 1
      guard position <= 18 else { return nil }
    }
    guard position == 18, check == PersonIdentifier.checkSymbol(number) else { return nil }
    self.init(number: number)
  }

  private static func doubts(
    about identifier: PersonIdentifier, assertedSex: Sex?
  ) -> [PersonIdentifierDoubt] {
    var doubts: [PersonIdentifierDoubt] = []
    if !identifier.hasKnownProvince { doubts.append(.unknownArea) }
    if let assertedSex, assertedSex != identifier.sex { doubts.append(.sexContradicted) }
    return doubts
  }

  /// The first two digits are a province of GB/T 2260, a residence permit's 81, 82, 83, or a foreigner's 9….
  package var hasKnownProvince: Bool {
    switch areaCode / 10_000 {
    case 11...15, 21...23, 31...37, 41...46, 50...54, 61...65, 71, 81...83, 90...99: true
    default: false
    }
  }

  /// Lengthens an old number: the century goes in after the area code, the check symbol to the end
  /// (GB 11643-1999; order numbers 996 to 999 were kept for people over a hundred, born in the 1800s).
  private static func upgraded(
    _ characters: [UInt8]
  ) throws(PersonIdentifierError) -> [UInt8] {
    let order = try digits(characters[12...])
    let century = Array((order >= 996 ? "18" : "19").utf8)
    let seventeen = characters[..<6] + century + characters[6...]
    return seventeen + [checkSymbol(try digits(seventeen[...]))]
  }

  private static func digits(_ characters: ArraySlice<UInt8>) throws(PersonIdentifierError)
    -> UInt64
  {
    var value: UInt64 = 0
    for (offset, character) in characters.enumerated() {
      guard isDigit(character) else { throw .foreignCharacter(position: offset + 1) }
      value = value * 10 + UInt64(character - UInt8(ascii: "0"))
    }
    return value
  }

  private static func isDigit(_ character: UInt8) -> Bool {
    character >= UInt8(ascii: "0") && character <= UInt8(ascii: "9")
  }
}

/// Why a text is no identity number. Places are told, characters never.
package enum PersonIdentifierError: Error, Hashable, Sendable {
  case empty
  /// Neither 15 nor 18 characters remain after cleaning.
  case length(Int)
  case foreignCharacter(position: Int)
  case checkSymbol
  case noSuchBirthDate
  case bornInTheFuture

  /// The quality rule that fails, stable, for the list of rejected rows.
  package var rule: String {
    switch self {
    case .empty: "person_identifier.empty"
    case .length: "person_identifier.length"
    case .foreignCharacter: "person_identifier.character"
    case .checkSymbol: "person_identifier.check_symbol"
    case .noSuchBirthDate: "person_identifier.birth_date"
    case .bornInTheFuture: "person_identifier.future_birth_date"
    }
  }

  package var sentence: BilingualText {
    switch self {
    case .empty: BilingualText("身份证号码为空", "the identity number is empty")
    case .length(let count):
      BilingualText(
        "身份证号码应为18位，实为\(count)位", "an identity number has 18 characters, this one \(count)")
    case .foreignCharacter(let position):
      BilingualText(
        "身份证号码第\(position)位不是数字或X",
        "character \(position) of the identity number is no digit and no X")
    case .checkSymbol:
      BilingualText("身份证号码校验码不符（GB 11643）", "the check symbol does not hold (GB 11643)")
    case .noSuchBirthDate:
      BilingualText("身份证号码中的出生日期不存在", "the date of birth in the number does not exist")
    case .bornInTheFuture:
      BilingualText("身份证号码中的出生日期晚于今日", "the date of birth in the number lies in the future")
    }
  }
}

/// What looks wrong but is no error: a warning, by profile.
package enum PersonIdentifierDoubt: String, ClosedList {
  case unknownArea = "person_identifier.area"
  case sexContradicted = "person_identifier.sex"

  package var term: BilingualText {
    switch self {
    case .unknownArea: BilingualText("行政区划代码未知", "the area code is unknown")
    case .sexContradicted: BilingualText("与登记的性别不一致", "the recorded sex contradicts the number")
    }
  }
}
