// Entries as DCAT 3 in JSON-LD (W3C Recommendation of 2024-08-22), with the terms of DCAT-AP 3 for access and frequency.

package import Contracts
import Vocabulary

/// A catalogue that other portals and linked-data programs read. Items are the columns of a CSVW schema.
///
/// - Parameter categories: The title of each category, by its slug.
package func dcatCatalogue(
  _ entries: [CatalogV1.Entry], titled title: String, categories: [String: String] = [:]
) -> String {
  let context = JSON.object([
    ("dcat", .text("http://www.w3.org/ns/dcat#")), ("dct", .text("http://purl.org/dc/terms/")),
    ("foaf", .text("http://xmlns.com/foaf/0.1/")), ("csvw", .text("http://www.w3.org/ns/csvw#")),
    ("skos", .text("http://www.w3.org/2004/02/skos/core#")),
    ("xsd", .text("http://www.w3.org/2001/XMLSchema#")), ("weir", .text("urn:weir:")),
  ])
  return JSON.object([
    ("@context", context), ("@id", .text("weir:catalogue")), ("@type", .text("dcat:Catalog")),
    ("dct:title", .chinese(title)),
    ("dcat:dataset", .list(entries.map { dataset($0, categories) })),
  ]).written
}

private func dataset(_ entry: CatalogV1.Entry, _ categories: [String: String]) -> JSON {
  var members: [(String, JSON)] = [
    ("@id", .text("weir:\(entry.name)")), ("@type", .text("dcat:Dataset")),
    ("dct:title", .chinese(entry.title)),
    ("dct:description", .chinese(entry.summary)),
    ("dct:identifier", .text(entry.resourceCode)),
    ("dcat:version", .text(String(entry.version))),
    ("dct:publisher", publisher(entry)),
    ("dcat:theme", theme(entry.category, categories)),
    ("dct:issued", entry.publishTime?.instant.map { .typed($0.rfc3339, "xsd:dateTime") } ?? .none),
    ("dct:accrualPeriodicity", frequency(entry.updateFrequency)),
    ("dct:accessRights", access(entry.shareType)),
    ("dct:relation", .list(entry.relatedCodes.map { .text($0) })),
  ]
  members.append(("dcat:distribution", distribution(entry)))
  return .object(members)
}

private func publisher(_ entry: CatalogV1.Entry) -> JSON {
  let slug = entry.owner.split(separator: "/").last.map(String.init) ?? ""
  let name = entry.providingDepartment.isEmpty ? slug : entry.providingDepartment
  return .object([
    ("@id", .text("weir:\(entry.owner)")), ("@type", .text("foaf:Organization")),
    ("foaf:name", .chinese(name)), ("dct:identifier", .text(slug)),
  ])
}

private func theme(_ category: String, _ categories: [String: String]) -> JSON {
  if category.isEmpty { return .none }
  return .object([
    ("@id", .text("weir:categories/\(category)")), ("@type", .text("skos:Concept")),
    ("skos:notation", .text(category)), ("skos:prefLabel", .chinese(categories[category] ?? "")),
  ])
}

private func distribution(_ entry: CatalogV1.Entry) -> JSON {
  let columns = entry.items.map { item in
    JSON.object([
      ("csvw:name", .text(item.name)), ("csvw:title", .chinese(item.title)),
      ("csvw:datatype", .reference("xsd:" + datatype(item.type))),
      ("csvw:required", .flag(item.required)),
    ])
  }
  return .object([
    ("@id", .text("weir:\(entry.name)/data")), ("@type", .text("dcat:Distribution")),
    ("dct:title", .chinese(entry.title)),
    ("dct:format", .text(entry.formatType.isEmpty ? entry.format : entry.formatType)),
    // The order of the columns is part of what they are.
    ("csvw:tableSchema", .object([("csvw:column", .object([("@list", .list(columns))]))])),
  ])
}

private func datatype(_ type: CatalogV1.ItemType) -> String {
  switch type {
  case .integer: "integer"
  case .decimal: "decimal"
  case .date: "date"
  default: "string"
  }
}

/// The authority table that DCAT-AP names for it.
private func frequency(_ word: String) -> JSON {
  let terms = [
    "real_time": "UPDATE_CONT", "daily": "DAILY", "weekly": "WEEKLY", "monthly": "MONTHLY",
    "quarterly": "QUARTERLY", "half_yearly": "ANNUAL_2", "yearly": "ANNUAL", "irregular": "IRREG",
  ]
  return terms[word].map {
    .reference("http://publications.europa.eu/resource/authority/frequency/\($0)")
  } ?? .none
}

private func access(_ type: CatalogV1.ShareType) -> JSON {
  let term: String? =
    switch type {
    case .unconditional: "PUBLIC"
    case .conditional: "RESTRICTED"
    case .notShared: "NON_PUBLIC"
    case .unspecified, .unrecognized: nil
    }
  return term.map {
    .reference("http://publications.europa.eu/resource/authority/access-right/\($0)")
  } ?? .none
}

/// JSON in the order of its members; empty ones are left out.
private indirect enum JSON {
  case text(String)
  case flag(Bool)
  case list([JSON])
  case object([(String, JSON)])
  case none

  static func chinese(_ text: String) -> JSON {
    text.isEmpty ? .none : .object([("@value", .text(text)), ("@language", .text("zh"))])
  }

  static func typed(_ text: String, _ type: String) -> JSON {
    .object([("@value", .text(text)), ("@type", .text(type))])
  }

  static func reference(_ iri: String) -> JSON { .object([("@id", .text(iri))]) }

  private var isEmpty: Bool {
    switch self {
    case .text(let text): text.isEmpty
    case .list(let values): values.isEmpty
    case .none: true
    case .flag, .object: false
    }
  }

  var written: String {
    switch self {
    case .text(let text): Self.quoted(text)
    case .flag(let isTrue): isTrue ? "true" : "false"
    case .list(let values): "[" + values.map(\.written).joined(separator: ",\n") + "]"
    case .object(let members):
      "{"
        + members.filter { !$0.1.isEmpty }.map { Self.quoted($0.0) + ": " + $0.1.written }
        .joined(separator: ", ") + "}"
    case .none: "null"
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{0}"..."\u{1F}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
