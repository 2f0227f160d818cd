// Which obligations the tests show, counted by regulation, capability and service, and what is wrong with what they name.

package import SourceReading

package struct Coverage: Sendable {
  package let register: ObligationRegister
  /// The tests that show an obligation, by its id.
  package let tests: [String: [TestTag]]
  /// Everything that makes the figures untrue.
  package let faults: [Violation]

  package init(register: ObligationRegister, tags: TestTags) {
    self.register = register
    let known = register.byID
    var faults = register.faults() + tags.faults
    var tests: [String: [TestTag]] = [:]
    for tag in tags.tags {
      func fault(_ rule: String) {
        faults.append(Violation(path: tag.path, line: tag.line, rule: rule))
      }
      guard let row = known[tag.id] else {
        fault("there is no obligation \(tag.id) (\(ObligationRegister.folder))")
        continue
      }
      guard row.isForSoftware else {
        fault("\(tag.id) is organizational: no test can show it")
        continue
      }
      tests[tag.id, default: []].append(tag)
    }
    self.tests = tests
    self.faults = faults
  }

  package func isMet(_ row: Obligation) -> Bool { tests[row.id] != nil }

  /// What software can meet and no test shows.
  package var unmet: [Obligation] {
    register.obligations.filter { $0.isForSoftware && !isMet($0) }
  }

  // MARK: - Figures

  /// How many of some obligations are met, of those that software can meet.
  package struct Figure: Equatable, Encodable, Sendable {
    package let met: Int
    package let meetable: Int

    package init(met: Int, meetable: Int) {
      self.met = met
      self.meetable = meetable
    }
  }

  package func figure(where belongs: (Obligation) -> Bool = { _ in true }) -> Figure {
    let rows = register.obligations.filter { $0.isForSoftware && belongs($0) }
    return Figure(met: rows.count(where: isMet), meetable: rows.count)
  }

  /// Every service named, in the order of the alphabet. An obligation of several counts for each.
  package var services: [String] { Set(register.obligations.flatMap(\.service)).sorted() }

  /// The numbers that may not fall.
  package var floor: Floor {
    var counts: [String: [String: Int]] = [:]
    for row in register.obligations where isMet(row) {
      counts[row.capability, default: [:]][row.document, default: 0] += 1
    }
    return Floor(counts)
  }
}
