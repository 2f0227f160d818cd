// A calendar that says otherwise than the shipped one, as when a notice comes late (AC-94).

import Boot
import Foundation
package import Regulation

/// The shipped file has no list of days off where one was to be added.
struct CalendarUnchanged: Error {}

/// The shipped calendar with one more day off in 2024.
package func changedCalendar(closedOn day: String) throws -> WorkingCalendar {
  let folder = try TemporaryFolder()
  let calendars = folder.path("calendars")
  let shipped = URL(filePath: #filePath).appending(path: "../../../deploy/calendars").standardized
  try FileManager.default.copyItem(atPath: shipped.path, toPath: calendars)
  let file = calendars + "/china-2024.yaml"
  let text = try String(contentsOfFile: file, encoding: .utf8)
  let changed = text.replacingOccurrences(
    of: "\noff:\n",
    with: "\noff:\n  - {from: \(day), to: \(day), name: 调休, notice: 国办发明电〔2023〕7号}\n")
  guard changed != text else { throw CalendarUnchanged() }
  try Files.write(Array(changed.utf8), to: file, isPrivate: false)
  return try CalendarFiles.load(calendarsFolder: calendars)
}
