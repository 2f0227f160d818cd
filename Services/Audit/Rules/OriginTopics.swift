// Which service may say what: a topic belongs to the service whose name it begins with.

/// Whether an entry speaks under another service's name.
///
/// The log settles disclosures by Share's decisions and shows departments what Catalog says is theirs; a service that is
/// taken over must not be able to say either in its own outbox (AC-70, `hebi-2021/13.3`: what each side logs of providing
/// and obtaining is held against the other's). What every service says of itself, such as `access.refused`, is nobody's.
///
/// - Parameters:
///   - topic: `share.decision`.
///   - service: Whose outbox it came from.
package func isForeign(topic: String, from service: String) -> Bool {
  switch topic.prefix(while: { $0 != "." }) {
  case let owner where ["catalog", "ingest", "share", "feedback", "audit"].contains(owner):
    owner != service
  case "registry": service != "gateway"
  default: false
  }
}
