// Which of a service's databases may give data: the first that the log met, and those that two persons admitted.

import AuditRules
package import Database
package import Integrity

extension SQLReading where Self: ~Copyable {
  /// The origins whose database was begun anew beside an older one and that nobody has admitted.
  package func withheldOrigins() throws -> Set<String> {
    var names: Set<String> = []
    try forEach("SELECT name FROM origins WHERE admitted = 0", []) { names.insert(try $0[0]) }
    return names
  }

  /// Whether an origin that is met now may give data.
  func isAdmitted(_ origin: Origin) throws -> Bool {
    var former: [FormerOrigin] = []
    try forEach("SELECT name, admitted FROM origins ORDER BY id", []) { row in
      guard let known = Origin(text: try row[0] as String), known.service == origin.service else {
        return
      }
      former.append(FormerOrigin(incarnation: known.incarnation, isAdmitted: try row[1]))
    }
    return AuditRules.isAdmitted(incarnation: origin.incarnation, beside: former)
  }
}

extension WriteTransaction {
  /// Lets a database give data, under whatever number of a replica.
  package func admit(_ origin: Origin) throws {
    let names = try withheldOrigins().filter { name in
      guard let known = Origin(text: name) else { return false }
      return known.service == origin.service && known.incarnation == origin.incarnation
    }
    try execute(
      "UPDATE origins SET admitted = 1 WHERE name = ?1", each: names.sorted().map { [.text($0)] })
  }
}
