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

  /// Whether the names of the records are shown. A counter learns nothing about who is in a register by reporting for a
  /// person: membership is granted like an item (AC-41).
  package func seesRecords(of issue: QualityIssue, wasTold: Bool) -> Bool {
    if wasTold || department == issue.source { return true }
    if isAuthority, department == issue.authority { return true }
    return department == issue.reporter && !issue.report.grant.isEmpty
  }

  /// Whether all receivers of a recall are shown; a receiver sees what concerns itself.
  package func seesAllReceivers(source: DepartmentCode, authority: DepartmentCode?) -> Bool {
    department == source || isAuthority && department == authority
  }
}
