// One figure: ours, the peer's, and their ratio, which alone carries from machine to machine.

import Foundation

/// A measurement with its peer in the same run.
struct Figure {
  let name: String
  let unit: String
  let ours: Double
  let peer: Double
  /// Who the peer is and how it was asked.
  let against: String
  /// Better is more: ours over peer for rates, peer over ours for times.
  let ratio: Double
  let target: Double

  /// A rate: more is better.
  static func rate(
    _ name: String, unit: String, ours: Double, peer: Double, against: String, target: Double
  ) -> Figure {
    Figure(
      name: name, unit: unit, ours: ours, peer: peer, against: against, ratio: ours / peer,
      target: target)
  }

  /// A duration: less is better.
  static func time(
    _ name: String, unit: String, ours: Double, peer: Double, against: String, target: Double
  ) -> Figure {
    Figure(
      name: name, unit: unit, ours: ours, peer: peer, against: against, ratio: peer / ours,
      target: target)
  }

  static func table(_ figures: [Figure]) -> String {
    let head = ["figure", "unit", "ours", "peer", "ratio", "target", "against"]
    let rows = figures.map { figure in
      [
        figure.name, figure.unit, number(figure.ours), number(figure.peer),
        String(format: "%.2fx", figure.ratio), String(format: "≥ %.1fx", figure.target),
        figure.against,
      ]
    }
    let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
    return ([head] + rows).map { row in
      zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
        .joined(separator: "  ")
    }.joined(separator: "\n")
  }

  static func json(_ figures: [Figure]) throws -> String {
    let records = figures.map { figure -> [String: Any] in
      [
        "name": figure.name, "unit": figure.unit, "ours": figure.ours, "peer": figure.peer,
        "against": figure.against, "ratio": figure.ratio, "target": figure.target,
      ]
    }
    let data = try JSONSerialization.data(
      withJSONObject: records, options: [.prettyPrinted, .sortedKeys])
    return String(decoding: data, as: UTF8.self) + "\n"
  }

  private static func number(_ value: Double) -> String {
    value >= 100 ? String(format: "%.0f", value) : String(format: "%.3g", value)
  }
}

/// The middle of several runs.
func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  return sorted.isEmpty ? .nan : sorted[sorted.count / 2]
}
