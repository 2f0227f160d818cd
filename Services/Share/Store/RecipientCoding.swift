// How recipients are kept with an application, its form, and a grant.

import Integrity
import ShareRules

extension Recipient {
  var json: JSONObject {
    var object = JSONObject()
    object.set("kind", kind.rawValue)
    object.set("name", name)
    object.set("title", title)
    object.set("purpose", purpose)
    object.set("items", texts: items)
    object.set("region", region)
    object.set("deidentified", isDeidentified)
    object.set("personal_consent", personalConsent)
    object.set("export_assessment", exportAssessment)
    object.set("security_review", securityReview)
    object.set("records_until", recordsUntil)
    return object
  }

  init(_ object: JSONObject) throws {
    guard let kind = RecipientKind(rawValue: object.text("kind")) else {
      throw UnreadableContent(what: "recipient")
    }
    self.init(kind: kind, name: object.text("name"))
    title = object.text("title")
    purpose = object.text("purpose")
    items = object.texts("items")
    region = object.text("region")
    isDeidentified = object.flag("deidentified")
    personalConsent = object.text("personal_consent")
    exportAssessment = object.text("export_assessment")
    securityReview = object.text("security_review")
    recordsUntil = object.day("records_until")
  }
}
