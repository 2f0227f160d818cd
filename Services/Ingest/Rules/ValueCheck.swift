// The quality check of one value against its item's type (meizhou-specific-2021/13a: the format declared in the catalogue).

package import Regulation
package import Vocabulary

/// A value that passed, typed.
package enum ItemValue: Hashable, Sendable {
  case absent
  /// Text, code, name, other document: as sent, never normalised. Decimals too, so that no digit changes.
  case text(String)
  case integer(Int64)
  case date(CivilDate)
  case person(PersonIdentifier)
  case organisation(OrganisationIdentifier)

  /// The canonical text, in which values are stored and answered; `nil` when there is none.
  package var text: String? {
    switch self {
    case .absent: nil
    case .text(let text): text
    case .integer(let number): String(number)
    case .date(let date): date.iso
    case .person(let identifier): identifier.text
    case .organisation(let identifier): identifier.text
    }
  }
}

/// A value that passed, with what was unusual about it.
package struct CheckedValue: Hashable, Sendable {
  package let value: ItemValue
  package let marks: [ValueMark]
  /// What was sent, where it differs from the canonical text.
  package let original: String?

  package init(_ value: ItemValue, marks: [ValueMark] = [], original: String? = nil) {
    self.value = value
    self.marks = marks
    self.original = original
  }
}

/// Checks single values. `today` is the civil day on which the batch arrived.
package struct ValueCheck: Sendable {
  package let today: CivilDate
  /// What becomes of an identity number whose area is unknown (`ingest.identifier_doubts`).
  package let doubts: DoubtTreatment

  package init(today: CivilDate, doubts: DoubtTreatment) {
    self.today = today
    self.doubts = doubts
  }

  /// The typed value, or the first rule it breaks. Rules are tried in a fixed order: required, control characters,
  /// length, then those of the type.
  package func check(
    _ raw: String, _ item: ItemSchema
  ) throws(ValueFault) -> CheckedValue {
    guard raw.unicodeScalars.contains(where: { !isBlank($0) }) else {
      guard item.isRequired else { return CheckedValue(.absent) }
      throw ValueFault(
        "value.required", threshold: "1",
        BilingualText("必填项为空", "a required value is missing"))
    }
    switch item.type {
    case .personIdentifier: return try person(raw)
    case .organisationIdentifier: return try organisation(raw)
    default: break
    }
    let isPrivate = try checkText(raw, item)
    switch item.type {
    case .integer:
      let number = try integer(raw)
      // A leading nought is dropped; what was sent is kept, as for a date.
      return CheckedValue(.integer(number), original: String(number) == raw ? nil : raw)
    case .decimal: try checkDecimal(raw)
    case .date: return try date(raw, item)
    case .code: try checkCode(raw, item)
    case .name: try checkName(raw)
    default: break
    }
    return CheckedValue(.text(raw), marks: isPrivate ? [.privateUseCharacter] : [])
  }

  // MARK: - Identifiers

  private func person(_ raw: String) throws(ValueFault) -> CheckedValue {
    let reading: PersonIdentifier.Reading
    do throws(PersonIdentifierError) {
      reading = try PersonIdentifier.read(raw, lastBirthDate: today)
    } catch {
      throw ValueFault(error.rule, threshold: "GB 11643", error.sentence)
    }
    if doubts == .reject, let doubt = reading.doubts.first {
      throw ValueFault(doubt.rawValue, threshold: "GB/T 2260", doubt.term)
    }
    var marks = doubts == .warn ? reading.doubts.map(ValueMark.doubt) : []
    if !reading.marks.isEmpty { marks.append(.cleaned(reading.marks)) }
    return CheckedValue(.person(reading.identifier), marks: marks, original: reading.original)
  }

  private func organisation(_ raw: String) throws(ValueFault) -> CheckedValue {
    do throws(OrganisationIdentifierError) {
      let reading = try OrganisationIdentifier.read(raw)
      return CheckedValue(
        .organisation(reading.identifier),
        marks: reading.marks.isEmpty ? [] : [.cleaned(reading.marks)], original: reading.original)
    } catch {
      throw ValueFault(error.rule, threshold: "GB 32100", error.sentence)
    }
  }

  // MARK: - Text

  /// - Returns: Whether the text holds a private-use character.
  private func checkText(_ raw: String, _ item: ItemSchema) throws(ValueFault) -> Bool {
    var count = 0
    var isPrivate = false
    for scalar in raw.unicodeScalars {
      count += 1
      let value = scalar.value
      if value < 0x20 && value != 0x09 && value != 0x0A && value != 0x0D
        || (0x7F...0x9F).contains(value)
      {
        throw ValueFault(
          "text.control_character", threshold: "0",
          BilingualText("含有控制字符", "the value holds a control character"))
      }
      if (0xE000...0xF8FF).contains(value) || value >= 0xF0000 { isPrivate = true }
    }
    if let maximum = item.maximumLength, count > maximum {
      throw ValueFault(
        "text.max_length", threshold: String(maximum),
        BilingualText(
          "共 \(count) 个字符，超过 \(maximum) 个",
          "the value has \(count) characters, more than \(maximum)"))
    }
    return isPrivate
  }

  private func checkCode(_ raw: String, _ item: ItemSchema) throws(ValueFault) {
    guard !item.codes.contains(raw) else { return }
    throw ValueFault(
      "code.not_in_list", threshold: item.codes.sorted().joined(separator: "|"),
      BilingualText("不在代码表中", "the value is not in the code list"))
  }

  /// A name is stored as sent; refused is only what no name holds: digits, line ends, and the signs that stand where a
  /// conversion lost a character (`?`, U+FFFD, □, 〓). A middle dot, Latin letters and any Han character are names.
  private func checkName(_ raw: String) throws(ValueFault) {
    let isUnreadable = raw.unicodeScalars.contains { scalar in
      switch scalar.value {
      case 0x30...0x39, 0xFF10...0xFF19, 0x3F, 0xFF1F, 0xFFFD, 0x25A1, 0x3013, 0x09, 0x0A, 0x0D:
        true
      default: false
      }
    }
    guard isUnreadable else { return }
    throw ValueFault(
      "name.unreadable", threshold: "0",
      BilingualText(
        "姓名中有数字、换行或转码丢字的占位符", "the name holds a digit, a line end or the sign of a lost character"))
  }

  // MARK: - Numbers

  private func integer(_ raw: String) throws(ValueFault) -> Int64 {
    let digits = raw.utf8.first == UInt8(ascii: "-") ? raw.utf8.dropFirst() : raw.utf8[...]
    guard !digits.isEmpty, digits.allSatisfy(isDigit) else {
      throw ValueFault(
        "integer.form", threshold: "-?[0-9]+", BilingualText("不是整数", "the value is no integer"))
    }
    guard let number = Int64(raw) else {
      throw ValueFault(
        "integer.range", threshold: String(Int64.max),
        BilingualText("整数超出范围", "the integer is out of range"))
    }
    return number
  }

  private func checkDecimal(_ raw: String) throws(ValueFault) {
    let unsigned = raw.utf8.first == UInt8(ascii: "-") ? raw.utf8.dropFirst() : raw.utf8[...]
    let parts = unsigned.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let isDecimal =
      (1...2).contains(parts.count) && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(isDigit) }
    guard isDecimal, unsigned.count <= 39 else {
      throw ValueFault(
        "decimal.form", threshold: "-?[0-9]+(.[0-9]+)?",
        BilingualText(
          "不是小数（不用千分位，至多 38 位）", "the value is no decimal (no grouping, at most 38 digits)"))
    }
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  // MARK: - Dates

  private func date(_ raw: String, _ item: ItemSchema) throws(ValueFault) -> CheckedValue {
    let reading = DateReading(raw)
    guard case .day(let day, let isNormalised) = reading else {
      guard reading == .noSuchDay else {
        throw ValueFault(
          "date.form", threshold: "YYYY-MM-DD",
          BilingualText(
            "日期格式不符，应为 2024-03-04、20240304 或 2024/3/4",
            "the date is not written as 2024-03-04, 20240304 or 2024/3/4"))
      }
      throw ValueFault(
        "date.no_such_day", threshold: "GB/T 7408", BilingualText("没有这一天", "there is no such day"))
    }
    guard item.mayLieInFuture || day <= today else {
      throw ValueFault(
        "date.in_future", threshold: today.iso,
        BilingualText("日期晚于今日", "the date lies in the future"))
    }
    return CheckedValue(
      .date(day), marks: isNormalised ? [.dateNormalised] : [], original: isNormalised ? raw : nil)
  }

  /// Unicode's white space and what has no width; written out, for the property's look-up is slow.
  private func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200F, 0x2028, 0x2029, 0x202F, 0x205F,
      0x3000, 0xFEFF:
      true
    default: false
    }
  }
}
