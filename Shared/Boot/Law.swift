// The law as data, as one process reads it when it starts.

package import Regulation

/// Everything that a node holds of the regulations.
package struct Law: Sendable {
  package let profiles: ProfileSet
  package let calendar: WorkingCalendar
  /// By key: `specific-population`.
  package let taxonomies: [String: Taxonomy]

  package init(_ configuration: ServiceConfiguration) throws(LawFileProblems) {
    profiles = try PolicyFiles.load(
      policiesFolder: configuration.policiesFolder, governanceFile: configuration.governanceFile)
    calendar = try CalendarFiles.load(calendarsFolder: configuration.calendarsFolder)
    taxonomies = try TaxonomyFiles.load(taxonomiesFolder: configuration.taxonomiesFolder)
  }
}
