// How the schema of a batch is kept: canonical JSON, as it was when the batch was opened.

package import IngestRules
package import Integrity

extension EntrySchema {
  package var json: JSONValue {
    var object = JSONObject()
    object["items"] = .array(items.map(\.json))
    object["excludes_minors"] = .bool(excludesMinors)
    object["membership_harmless"] = .bool(isMembershipHarmless)
    if let percent = rejectThresholdPercent {
      object["reject_threshold_percent"] = .integer(Int64(percent))
    }
    return .object(object)
  }

  package init(json: JSONValue) throws(UnreadableContent) {
    guard let list = json["items"]?.array else { throw UnreadableContent(what: "schema") }
    var items: [ItemSchema] = []
    for item in list { items.append(try ItemSchema(json: item)) }
    self.init(
      items: items, excludesMinors: json["excludes_minors"]?.bool ?? false,
      rejectThresholdPercent: json["reject_threshold_percent"]?.integer.map { Int($0) },
      isMembershipHarmless: json["membership_harmless"]?.bool ?? false)
  }
}

extension ItemSchema {
  fileprivate var json: JSONValue {
    var object = JSONObject()
    object["name"] = .string(name)
    object["title"] = .string(title)
    object["type"] = .string(type.rawValue)
    if let role { object["role"] = .string(role.rawValue) }
    object["required"] = .bool(isRequired)
    if let maximumLength { object["max_length"] = .integer(Int64(maximumLength)) }
    object["codes"] = .array(codes.sorted().map { .string($0) })
    object["mask"] = .string(mask.rawValue)
    object["document_type"] = .string(documentType)
    return .object(object)
  }

  fileprivate init(json: JSONValue) throws(UnreadableContent) {
    guard let name = json["name"]?.string, let title = json["title"]?.string,
      let type = json["type"]?.string.flatMap(ItemType.init(rawValue:)),
      let mask = json["mask"]?.string.flatMap(Mask.init(rawValue:))
    else { throw UnreadableContent(what: "item") }
    self.init(
      name: name, title: title, type: type,
      role: json["role"]?.string.flatMap(ItemRole.init(rawValue:)),
      isRequired: json["required"]?.bool ?? false,
      maximumLength: json["max_length"]?.integer.map { Int($0) },
      codes: Set((json["codes"]?.array ?? []).compactMap(\.string)), mask: mask,
      documentType: json["document_type"]?.string ?? "")
  }
}
