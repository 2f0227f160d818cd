// What is met, as a table for people and as JSON for programs.

package import Foundation

extension Coverage {
  /// The table: sums by regulation, capability and service, then every obligation that no test shows yet.
  package func table() -> String {
    var lines = ["Obligations shown by tests / obligations that software can meet", ""]
    lines += ["By regulation"]
    lines += register.documents.map { document in
      line(document, figure { $0.document == document })
    }
    lines += [line("together", figure()), "", "By capability"]
    lines += register.capabilities.map { capability in
      line(capability.slug, figure { $0.capability == capability.slug })
    }
    lines += ["", "By service (an obligation of several counts for each)"]
    lines += services.map { service in line(service, figure { $0.service.contains(service) }) }
    lines += ["", "Not yet met"]
    lines += unmet.map { "  \(padded($0.id, 30))\(padded($0.capability, 36))\($0.zh)  \($0.en)" }
    return lines.joined(separator: "\n")
  }

  private func line(_ name: String, _ figure: Figure) -> String {
    "  \(padded(name, 38))\(leftPadded(figure.met)) / \(leftPadded(figure.meetable))"
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }

  private func leftPadded(_ number: Int) -> String {
    String(repeating: " ", count: max(0, 3 - "\(number)".count)) + "\(number)"
  }

  // MARK: - JSON

  private struct Named: Encodable {
    let name: String
    let met: Int
    let meetable: Int

    init(_ name: String, _ figure: Figure) {
      self.name = name
      met = figure.met
      meetable = figure.meetable
    }
  }

  private struct Row: Encodable {
    let obligation: Obligation
    let isMet: Bool
    let tests: [String]
  }

  private struct Whole: Encodable {
    let together: Figure
    let regulations: [Named]
    let capabilities: [Named]
    let services: [Named]
    let obligations: [Row]
  }

  /// The same for programs, with the tests that show each obligation.
  package func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(
      Whole(
        together: figure(),
        regulations: register.documents.map { document in
          Named(document, figure { $0.document == document })
        },
        capabilities: register.capabilities.map { capability in
          Named(capability.slug, figure { $0.capability == capability.slug })
        },
        services: services.map { service in
          Named(service, figure { $0.service.contains(service) })
        },
        obligations: register.obligations.map { row in
          Row(
            obligation: row, isMet: isMet(row),
            tests: (tests[row.id] ?? []).map { "\($0.path):\($0.line) \($0.test)" })
        }))
  }
}
