// What two persons have decided of the law, put where every service of the node reads it.

package import Regulation
import Vocabulary

extension LawDraft {
  /// Reads a file by what its first field says it is.
  package static func read(file: String, text: String) throws(LawFileProblems) -> LawDraft {
    guard text.utf8.count <= LawFiles.longestBytes else {
      throw LawFileProblems(file: file, line: 0, "文件过大", "the file is larger than 1 MiB")
    }
    if try YAMLMapping(file: file, text: text)["calendar"] != nil {
      return .year(try CalendarFiles.year(file: file, text: text))
    }
    return .profile(try PolicyFiles.document(file: file, text: text))
  }
}

/// Writes approved files of the law into the folders of a node.
package struct LawPublication: Sendable {
  private let policiesFolder: String
  private let calendarsFolder: String

  package init(_ configuration: ServiceConfiguration) {
    policiesFolder = configuration.policiesFolder
    calendarsFolder = configuration.calendarsFolder
  }

  /// Puts a file where it belongs, unless it lies there already. A version of a profile has a file of its own, for running
  /// cases need the former ones; a year of the calendar is replaced.
  ///
  /// - Returns: Whether it was written.
  package func publish(_ text: [UInt8], key: String, version: Int, isCalendar: Bool) throws -> Bool
  {
    let path =
      isCalendar ? "\(calendarsFolder)/\(key).yaml" : "\(policiesFolder)/\(key)@\(version).yaml"
    if Files.exists(path), try readBytes(path) == text { return false }
    try Files.write(text, to: path, isPrivate: false)
    return true
  }
}
