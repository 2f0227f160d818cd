// Who is in the registry before anybody can be registered: as the law of the scene wants its authority and its operator.

import Boot
import Contracts
import Regulation
import Synth
import Vocabulary

extension DemoLaw {
  /// The level of every body that takes part.
  var level: RegistryV1.Level { RegistryV1.Level(rawValue: Int32(scene.level.rawValue)) }

  /// The standard founders, at this place: an authority with the document that named it, an operator of the kind that the text knows
  /// (guangdong-2018/32.2, 32.4), and where the text has one the administrator of the population base (luyi-2019/9).
  var founding: Founding {
    let general = governing(.health)
    var founding = Founding.standard
    for index in founding.departments.indices {
      var body = founding.departments[index]
      body.level = scene.level.slug
      body.region = scene.region
      if body.authority == nil {
        body.instrument = Founding.Instrument(
          kind: "national_provision", title: "关于明确数据主管部门的通知", article: "第一条")
      }
      if general.operatorKinds != nil, body.kinds == ["operator"] {
        body.body = BodyKind.enterprise.rawValue
        body.persons.removeAll { $0.roles != ["operator"] }
      }
      founding.departments[index] = body
    }
    if general.entryReviewers(isUpdate: false)?.value.contains(.populationBaseAdministrator) == true
    {
      founding.departments.append(
        Founding.Department(
          code: "population-office", title: "人口库管理办公室", level: scene.level.slug,
          region: scene.region, kinds: ["population"], authority: "data-bureau",
          persons: [
            Founding.Person(id: "peng", title: "彭管理员", roles: ["population-base-administrator"])
          ]))
    }
    return founding
  }
}

extension DemoCast {
  /// Who gives a reviewer's opinion; the source speaks through its own people.
  static func person(speakingFor reviewer: Reviewer) -> String {
    reviewer == .populationBaseAdministrator
      ? "departments/population-office/persons/peng" : authority
  }
}
