// How a value is shown where it leaves the register: the fewest characters that serve (meizhou-public-2023/22, hebi-2021/27).

/// The mask that the source set on an item when cataloguing it. Applied where the seal is opened, never later.
package enum Mask: String, CaseIterable, Sendable {
  case none
  /// The first character stays: 王**.
  case name
  /// The first three and the last four characters stay: 110***********0021.
  case id
  /// Year and month stay: 2024-02.
  case dateMonth = "date-month"
  /// The last four characters stay.
  case lastFour = "last-four"
  /// Nothing stays; also for a mask of a catalogue that is newer than this program.
  case whole

  package func shown(_ text: String) -> String {
    let characters = Array(text)
    switch self {
    case .none: return text
    case .whole: return hidden(characters, first: 0, last: 0)
    case .name: return hidden(characters, first: 1, last: 0)
    case .id: return hidden(characters, first: 3, last: 4)
    case .lastFour: return hidden(characters, first: 0, last: 4)
    case .dateMonth: return String(characters.prefix(7))
    }
  }

  /// A text too short to hide anything between what stays is hidden whole.
  private func hidden(_ characters: [Character], first: Int, last: Int) -> String {
    guard characters.count > first + last else {
      return String(repeating: "*", count: characters.count)
    }
    return String(characters.prefix(first))
      + String(repeating: "*", count: characters.count - first - last)
      + String(characters.suffix(last))
  }
}
