// The running cases of a node, and what a version of the law means for each: nothing, but for a calendar that moves its clock.

import Contracts
import Regulation
import Vocabulary

/// A running case beside a version that is not yet in use.
struct CaseEffect: Sendable {
  let service: String
  let running: CommonV1.RunningCase
  /// Where its clock moves to; `nil` where it stays.
  var movesTo: CivilDate?
  /// When it would be due had it begun under the new version.
  var ifNew: CivilDate?
}

extension Session {
  /// Every running case that rests on a profile; of all profiles for `""`.
  func runningCases(of profile: String) async throws -> [CaseEffect] {
    let sources:
      [(
        String,
        @Sendable (CommonV1.ListRunningCasesRequest) async throws
          -> CommonV1.ListRunningCasesResponse
      )] = [
        ("catalog", { try await catalog.listRunningCases($0, options) }),
        ("share", { try await share.listRunningCases($0, options) }),
        ("feedback", { try await feedback.listRunningCases($0, options) }),
      ]
    var found: [CaseEffect] = []
    for (service, fetch) in sources {
      var token = ""
      repeat {
        let page = try await fetch(
          .init(profile: profile, pageSize: 500, pageToken: token))
        found += page.cases.map { CaseEffect(service: service, running: $0) }
        token = page.nextPageToken
      } while !token.isEmpty
    }
    return found
  }
}

extension CaseEffect {
  /// Under a new version of a profile: the case keeps its own, and only what a new one would meet is told.
  func under(_ next: Profile, on calendar: WorkingCalendar) -> CaseEffect {
    var effect = self
    guard let name = running.clock.flatMap({ RegulatedClock(rawValue: $0.clock) }),
      let started = running.clock.flatMap({ CivilDate(iso: $0.started) }),
      let rule = next.clock(name)
    else { return effect }
    effect.ifNew = LegalClock(rule: rule, started: started).due(on: calendar, today: started).date
    return effect
  }

  /// On another calendar: an open clock is counted anew, by the rule with which it began (AC-94).
  ///
  /// - Parameter profiles: Where the version that the case keeps is found.
  func on(
    _ next: WorkingCalendar, profiles: ProfileSet, today: CivilDate
  ) throws(ProfileSetProblem) -> CaseEffect {
    guard let running = running.clock, let name = RegulatedClock(rawValue: running.clock),
      let started = CivilDate(iso: running.started),
      let reference = ProfileReference(self.running.profile),
      let rule = try profiles.profile(reference).clock(name)
    else { return self }
    let clock = LegalClock(
      rule: rule, started: started,
      pauses: running.pauses.compactMap { pause in
        CivilDate(iso: pause.from).map {
          ClockPause(from: $0, to: CivilDate(iso: pause.to), reason: "", approver: "")
        }
      },
      extensions: running.extensionDays.map {
        ClockExtension(
          workingDays: Int($0), citation: rule.citation, filed: started, reason: "", approver: "")
      },
      negotiated: CivilDate(iso: running.agreed).map {
        [
          NegotiatedDate(
            date: $0, citation: rule.citation, agreed: started, firstParty: "", secondParty: "")
        ]
      } ?? [])
    var effect = self
    let due = clock.due(on: next, today: today).date
    effect.movesTo = due.iso == running.due?.date ? nil : due
    return effect
  }
}
