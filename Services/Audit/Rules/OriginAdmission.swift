// Which of a service's databases may give data.

/// A database of the same service that the log met before.
package struct FormerOrigin: Hashable, Sendable {
  package let incarnation: [UInt8]
  package let isAdmitted: Bool

  package init(incarnation: [UInt8], isAdmitted: Bool) {
    self.incarnation = incarnation
    self.isAdmitted = isAdmitted
  }
}

/// Whether a database may give data as the log meets it (AC-70, `hebi-2021/13.3`: what was provided stays traceable, so nobody begins
/// anew to have it forgotten).
///
/// The first of a service is admitted by the installation that begins the log with it; any replica of a database is what the database
/// is; another database beside it waits for an act of two persons (AC-93).
///
/// - Parameter former: Those of the service that the log knows, the oldest first.
package func isAdmitted(incarnation: [UInt8], beside former: [FormerOrigin]) -> Bool {
  former.isEmpty || former.contains { $0.incarnation == incarnation && $0.isAdmitted }
}
