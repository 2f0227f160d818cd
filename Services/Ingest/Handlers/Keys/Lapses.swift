// What was destroyed and until when copies of it lie in backups, told beside the data: `weir doctor` reads it, whether the node runs or not.

import Database
import Foundation
import IngestRules
import IngestStore
import Integrity
import Vocabulary

extension IngestService {
  /// Writes the file anew where there is something new to say. It names destructions and days, and nobody.
  func tellLapses() async throws {
    guard let file = outside.lapsesFile else { return }
    let certified = try await database.read { try $0.certifiedDestructions() }
    let backups = outside.backups
    let said = Data(
      CanonicalJSON.encode(
        .array(
          certified.map { destruction, time in
            .object([
              "destruction": .string(ResourceName.destruction(destruction).text),
              "certified": .integer(time.milliseconds),
              "lapse": .string(backups?.lapse(after: time).iso ?? ""),
            ])
          })))
    try await pool.run {
      let place = URL(filePath: file)
      if certified.isEmpty || (try? Data(contentsOf: place)) == said { return }
      try said.write(to: place, options: .atomic)
    }
  }
}
