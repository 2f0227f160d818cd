// Who sees an issue: the parties, those who were told, and the source's authority (AC-61; meizhou-public-2023/23d).

package import Vocabulary

/// What of Feedback a caller may see; the store puts it into its queries.
package struct IssueVisibility: Hashable, Sendable {
  package let department: DepartmentCode
  /// Whether the caller acts as an authority: then it sees the issues of the sources it is the authority of.
  package let isAuthority: Bool

  package init(_ actor: Actor) {
    department = actor.department
    isAuthority = actor.roles.contains(.authority)
  }

  /// - Parameter wasTold: Whether the department is among those who were informed.
  package func sees(_ issue: QualityIssue, wasTold: Bool) -> Bool {
    wasTold || department == issue.reporter || department == issue.source
      || isAuthority && department == issue.authority
  }

  /// How much of an issue that it sees a department is shown.
  ///
  /// Who states a person learns nothing about who is in a register (AC-41): the reporter sees again the records that it named
  /// itself, and none that were found, whatever else it is. What the reporter wrote about persons is for the parties and the
  /// source's authority, not for everyone who is told.
  package func sight(of issue: QualityIssue) -> IssueSight {
    let named = issue.records.filter(\.isNamed)
    if department == issue.source { return IssueSight(records: issue.records, showsWords: true) }
    if department == issue.reporter { return IssueSight(records: named, showsWords: true) }
    return IssueSight(
      records: issue.records, showsWords: isAuthority && department == issue.authority)
  }

  /// Whether all receivers of a recall are shown; a receiver sees what concerns itself.
  package func seesAllReceivers(source: DepartmentCode, authority: DepartmentCode?) -> Bool {
    department == source || isAuthority && department == authority
  }
}

/// What of an issue is shown.
package struct IssueSight: Hashable, Sendable {
  package let records: [IssueRecord]
  /// The report in its reporter's words, and the reasons of each step.
  package let showsWords: Bool
}
