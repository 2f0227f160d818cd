// By which ways a department gets granted data, filed before they are used (luyi-2019/13; AC-47).

package import Regulation
package import Vocabulary

/// The ways of luyi-2019/13.1.
package enum AccessMode: String, ClosedList {
  /// A person looks a person up.
  case web
  /// Many answers at once, as a comparison gives them.
  case fileDownload = "file_download"
  /// A system of the department asks by itself.
  case frontEndInterface = "front_end_interface"

  package var term: BilingualText {
    switch self {
    case .web: BilingualText("网页访问", "web access")
    case .fileDownload: BilingualText("文件下载", "file download")
    case .frontEndInterface: BilingualText("前置机接口", "front-end interface")
    }
  }
}

extension GrantCall {
  /// By which way the call gets its data.
  var accessMode: AccessMode {
    if mode == .comparison { return .fileDownload }
    return actor.isInPerson ? .web : .frontEndInterface
  }
}

extension Grant {
  /// The refusal of what waits for a filing; of no single way where none was asked for.
  func notFiled(_ mode: AccessMode?, under profile: Profile) -> ShareRefusal {
    .accessModeNotFiled(
      grant: name, mode: mode, citation: profile.cite(.shareModeFiling, else: .accessRule(47)))
  }

  /// The grantee files the ways that it chooses; with the first filing the grant begins. Another choice later needs a reason,
  /// and is told at once to whoever is filed with (luyi-2019/13.2).
  package func filed(
    _ modes: Set<AccessMode>, reason: String, by actor: Actor, under profile: Profile,
    at time: Instant
  ) throws(ShareRefusal) -> Grant {
    guard actor.department == grantee, actor.isOfficerOrHead else {
      throw .notParty(resource: name)
    }
    guard profile.modeFiling != nil else { throw .filingNotProvided(grant: name) }
    guard state == .pendingAcceptance || state == .active else {
      throw .wrongState(
        resource: name, state: state.term, action: BilingualText("备案", "filed for"))
    }
    guard time.civilDate <= until else { throw .grantExpired(grant: name, until: until) }
    guard !modes.isEmpty else {
      throw .fieldMissing(
        path: "access_modes", term: BilingualText("访问方式", "access mode"),
        citation: profile.cite(.shareModeFiling, else: .accessRule(47)))
    }
    try checkTexts([("reason", reason)])
    if !accessModes.isEmpty, reason.isEmpty {
      throw .reasonMissing(
        path: "reason", citation: profile.cite(.shareModeFiling, else: .accessRule(47)))
    }
    var next = self
    next.accessModes = modes
    let list = AccessMode.allCases.filter(modes.contains).map(\.rawValue).joined(separator: " ")
    next.step(
      to: .active, by: actor.name, at: time, reason: reason.isEmpty ? list : "\(list): \(reason)")
    return next
  }
}
