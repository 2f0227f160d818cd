// What a profile says of units and persons that a body names for a duty (policies.md a.2 org.responsible-persons).

package import Vocabulary

/// A duty for which a body names a unit and persons.
package enum DutyPost: String, ClosedList {
  /// Objectives, responsibilities and the work itself (meizhou-public-2023/6).
  case implementing
  /// Staff who do nothing else, known to the authority (hebi-2021/6.3).
  case dedicated
  /// Security management (meizhou-public-2023/39.2, hebi-2021/26.1).
  case security

  package var term: BilingualText {
    switch self {
    case .implementing: BilingualText("实施机构及人员", "implementing unit and persons")
    case .dedicated: BilingualText("专职机构和专职人员", "dedicated unit and staff")
    case .security: BilingualText("安全管理机构及责任人", "security unit and responsible persons")
    }
  }
}

/// What follows for a body that has nobody named for a duty.
package enum DutyDemand: String, ClosedList {
  /// It is told to the body and to its authority, and its work goes on.
  case flagged
  /// It is told, and the body may not do what the duty is about until somebody is named.
  case required

  package var term: BilingualText {
    switch self {
    case .flagged: BilingualText("提示", "flagged")
    case .required: BilingualText("必备", "required")
    }
  }
}

extension Profile {
  /// What the text asks for a duty; `nil` where it does not speak of it (meizhou-public-2023/6.i1, 39.2a; hebi-2021/6.3c, 26.1d).
  package func dutyDemand(_ post: DutyPost) -> Provision<DutyDemand>? {
    switch post {
    case .implementing: choice(.governanceImplementingUnit, of: DutyDemand.self)
    case .dedicated: choice(.governanceDedicatedStaff, of: DutyDemand.self)
    case .security: choice(.governanceSecurityUnit, of: DutyDemand.self)
    }
  }

  /// By which article a filing follows a change of staff: the one that orders the filing (hebi-2021/6.3c, 6.3d); `nil` where none does.
  package var dutyChange: Citation? {
    provision(.governanceDedicatedStaff)?.citation ?? provision(.governanceSecurityUnit)?.citation
  }

  /// From which grade on data are handled only where a security unit and managers are named (hebi-2021/26.1d); `nil` where no text says.
  package var securityUnitGrade: Provision<Int>? { integer(.governanceSecurityUnitGrade) }
}
