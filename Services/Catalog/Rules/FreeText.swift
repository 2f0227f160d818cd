// What people write in the catalogue is read by all departments and stands in the log: it is bounded, and holds no identity number
// (AC-33; meizhou-public-2023/39.1, hebi-2021/27).

import Vocabulary

/// Checks texts that a person has written, each with its field.
func checkTexts(
  _ texts: [(path: String, text: String)], limit: Int = EntryLimits.textCharacters
) throws(CatalogRefusal) {
  for (path, text) in texts {
    if text.count > limit { throw .fieldTooLong(path: path, limit: limit) }
    if IdentityNumbers.occur(in: text) { throw .identityNumberInText(path: path) }
  }
}

/// Checks legal grounds; the path of each is that of the list with its place.
func checkTexts(of bases: [Basis], path: String) throws(CatalogRefusal) {
  for (index, basis) in bases.enumerated() {
    try checkTexts(of: basis, path: "\(path)[\(index)]")
  }
}

func checkTexts(of basis: Basis, path: String) throws(CatalogRefusal) {
  try checkTexts([
    ("\(path).title", basis.title), ("\(path).article", basis.article),
    ("\(path).text", basis.text),
  ])
}

/// Checks everything that a source wrote in an entry, in the order of its fields.
func checkTexts(of content: EntryContent) throws(CatalogRefusal) {
  try checkTexts(
    [("entry.title", content.title), ("entry.category", content.category)],
    limit: EntryLimits.titleCharacters)
  try checkTexts([
    ("entry.summary", content.summary),
    ("entry.collecting_department", content.collectingDepartment),
    ("entry.approving_department", content.approvingDepartment),
    ("entry.providing_department", content.providingDepartment),
    ("entry.shared_content", content.sharedContent), ("entry.conditions", content.conditions),
    ("entry.share_scope", content.shareScope), ("entry.necessity", content.necessity),
    ("entry.acquisition_reference", content.acquisitionReference),
    ("entry.function", content.function), ("entry.format_type", content.formatType),
    ("entry.duplicate_reason", content.duplicateReason),
  ])
  try checkTexts(content.relatedCodes.enumerated().map { ("entry.related_codes[\($0)]", $1) })
  try checkTexts(
    [("entry.group_decision", content.groupDecision)]
      + content.derivedFrom.enumerated().map { ("entry.derived_from[\($0)]", $1) },
    limit: EntryLimits.titleCharacters)
  guard content.derivedFrom.count <= EntryLimits.items else {
    throw .tooManyItems(limit: EntryLimits.items)
  }
  if let law = content.specialLaw { try checkTexts(of: law, path: "entry.special_law") }
  try checkTexts(of: content.bases, path: "entry.bases")
  if let basis = content.acquisitionBasis {
    try checkTexts(of: basis, path: "entry.acquisition_basis")
  }
  for (index, item) in content.items.enumerated() {
    try checkTexts(of: item, path: "entry.items[\(index)]")
  }
}

private func checkTexts(of item: Item, path: String) throws(CatalogRefusal) {
  try checkTexts(
    [("\(path).name", item.name), ("\(path).title", item.title)],
    limit: EntryLimits.titleCharacters)
  try checkTexts([
    ("\(path).conditions", item.conditions), ("\(path).unit", item.unit),
    ("\(path).standard", item.standard),
  ])
  try checkTexts(of: item.bases, path: "\(path).bases")
  for (index, code) in item.codes.enumerated() {
    try checkTexts([
      ("\(path).codes[\(index)].value", code.value), ("\(path).codes[\(index)].title", code.title),
    ])
  }
}

/// What a reviewer wrote.
func checkTexts(of opinion: EntryOpinion) throws(CatalogRefusal) {
  try checkTexts([("reason", opinion.reason)])
  for (index, decision) in opinion.types.enumerated() {
    let path = "share_types[\(index)]"
    try checkTexts([("\(path).conditions", decision.conditions)])
    try checkTexts(of: decision.bases, path: "\(path).bases")
  }
}
