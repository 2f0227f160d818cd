// Where the law lies: the folder with policies/, calendars/ and governance.yaml.

import Boot
import Foundation
import Regulation
import Vocabulary

/// The folder of the law, and what is read from it.
struct LawFolder: Sendable {
  let path: String

  /// The first that holds policies: the one asked for, `WEIR_LAW`, a data folder's own, then beside the program: `deploy/` of
  /// a checkout or `share/weir/` of an installation, looked for upwards from the executable, at last from the working folder.
  static func find(
    option: String?, dataFolder: String? = nil, environment: [String: String], executable: String?,
    workingFolder: String
  ) throws(CommandFailure) -> LawFolder {
    if let asked = option ?? environment["WEIR_LAW"] {
      guard holdsLaw(asked) else {
        throw CommandFailure(
          .usage, spoken("\(asked) 中没有 policies/ 目录。", "There is no folder policies/ in \(asked)."))
      }
      return LawFolder(path: asked)
    }
    if let data = dataFolder ?? environment["WEIR_DATA"], holdsLaw(data) {
      return LawFolder(path: data)
    }
    for start in [executable.map(resolved), workingFolder].compactMap({ $0 }) {
      var folder = URL(filePath: start)
      while folder.path != "/" {
        for name in ["deploy", "share/weir"] {
          let candidate = folder.appending(path: name).path
          if holdsLaw(candidate) { return LawFolder(path: candidate) }
        }
        folder = folder.deletingLastPathComponent()
      }
    }
    throw CommandFailure(
      .usage,
      spoken(
        "找不到规章目录；请用 --law 指明含有 policies/ 的目录。",
        "The folder of the law was not found; name the one that holds policies/ with --law."))
  }

  func profiles() throws(LawFileProblems) -> ProfileSet {
    try PolicyFiles.load(
      policiesFolder: path + "/policies", governanceFile: path + "/governance.yaml")
  }

  func calendar() throws(LawFileProblems) -> WorkingCalendar {
    try CalendarFiles.load(calendarsFolder: path + "/calendars")
  }

  private static func holdsLaw(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path + "/policies", isDirectory: &isFolder)
      && isFolder.boolValue
  }

  private static func resolved(_ path: String) -> String {
    URL(filePath: path).resolvingSymlinksInPath().deletingLastPathComponent().path
  }
}
