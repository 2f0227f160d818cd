// The Prometheus text exposition format, version 0.0.4.

/// Names, labels and samples as Prometheus reads them.
package enum PrometheusText {
  package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  /// A label made a metric name: characters outside `[a-zA-Z0-9_:]` become `_`, and the unit stands at the end once.
  static func name(_ label: String, unit: String?) -> String {
    let name = sanitised(label, allowing: ":")
    guard let unit, !name.hasSuffix("_" + unit) else { return name }
    return "\(name)_\(unit)"
  }

  /// `{a="1",b="2"}` in order of the names, or nothing.
  static func labels(_ dimensions: [(String, String)]) -> String {
    guard !dimensions.isEmpty else { return "" }
    let pairs = dimensions.map { ($0, $1) }.sorted { $0.0 < $1.0 }.map { name, value in
      "\(sanitised(name, allowing: ""))=\"\(escaped(Redaction.masked(value)))\""
    }
    return "{\(pairs.joined(separator: ","))}"
  }

  static func render(_ series: [SeriesKey: Series], refusedSeries: Int64) -> String {
    var text = ""
    var lastName: String?
    for (key, series) in series.sorted(by: { $0.key < $1.key }) {
      if key.name != lastName { text += "# TYPE \(key.name) \(series.kind)\n" }
      lastName = key.name
      text += samples(key, series)
    }
    text += "# TYPE weir_metrics_refused_series_total counter\n"
    text += "weir_metrics_refused_series_total \(refusedSeries)\n"
    return text
  }

  private static func samples(_ key: SeriesKey, _ series: Series) -> String {
    switch series {
    case .counter(let counter): "\(key.name)\(key.labels) \(counter.value)\n"
    case .sum(let sum): "\(key.name)\(key.labels) \(number(sum.value))\n"
    case .gauge(let gauge): "\(key.name)\(key.labels) \(number(gauge.value))\n"
    case .histogram(let histogram): samples(key, histogram)
    }
  }

  private static func samples(_ key: SeriesKey, _ histogram: HistogramSeries) -> String {
    let content = histogram.content
    var text = ""
    var total: Int64 = 0
    for (index, count) in content.counts.enumerated() {
      total += count
      let bound = index < histogram.bounds.count ? number(histogram.bounds[index]) : "+Inf"
      // The label of the bound joins those of the series.
      let labels = key.labels.isEmpty ? "{" : key.labels.dropLast() + ","
      text += "\(key.name)_bucket\(labels)le=\"\(bound)\"} \(total)\n"
    }
    text += "\(key.name)_sum\(key.labels) \(number(content.sum))\n"
    return text + "\(key.name)_count\(key.labels) \(total)\n"
  }

  /// Whole numbers without a decimal point; infinities and not-a-number as Prometheus spells them.
  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    return Int64(exactly: value).map { "\($0)" } ?? "\(value)"
  }

  private static func sanitised(_ text: String, allowing extra: String) -> String {
    let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_".utf8)
      .union(extra.utf8)
    let bytes = text.utf8.map { allowed.contains($0) ? $0 : UInt8(ascii: "_") }
    let name = String(decoding: bytes, as: UTF8.self)
    guard let first = name.first, !first.isNumber else { return "_" + name }
    return name
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
