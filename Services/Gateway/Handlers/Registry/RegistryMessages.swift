// The registry's rows as messages.

import Contracts
import GatewayRules
import Vocabulary

extension Instant {
  var timestamp: GoogleProtobuf.Timestamp {
    let seconds = milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000
    return GoogleProtobuf.Timestamp(
      seconds: seconds, nanos: Int32((milliseconds - seconds * 1000) * 1_000_000))
  }
}

extension RegistryState {
  var message: RegistryV1.State { self == .active ? .active : .disabled }
}

extension RegisteredDepartment {
  var message: RegistryV1.Department {
    .with {
      $0.name = name
      $0.title = title
      $0.level = RegistryV1.Level(rawValue: Int32(level.rawValue))
      $0.region = region.text
      $0.kinds = kinds
      $0.authority = authority.map { ResourceName.department($0).text } ?? ""
      $0.state = state.message
      $0.createTime = created.timestamp
      $0.etag = String(version)
      $0.body = body.rawValue
      $0.instrument = instrument.map { CommonV1.Basis($0) }
      $0.functions = functions
    }
  }
}

extension DepartmentCorrection {
  var message: RegistryV1.DepartmentCorrection {
    RegistryV1.DepartmentCorrection(
      field: field.rawValue, former: former, corrected: corrected, reason: reason, actor: actor,
      time: time.timestamp)
  }
}

extension RegisteredSystem {
  var message: RegistryV1.System {
    .with {
      $0.name = principal.name
      $0.title = title
      $0.responsiblePerson =
        responsible.map { ResourceName.person(department, $0).text } ?? ""
      $0.state = state.message
      $0.createTime = created.timestamp
      $0.region = region
    }
  }
}

extension ScheduledRun {
  var message: RegistryV1.ScheduledRun {
    .with {
      $0.name = actor.name
      $0.title = title
      $0.system = ResourceName.system(department, system).text
      $0.responsiblePerson = ResourceName.person(department, responsible).text
      $0.state = state.message
      $0.createTime = created.timestamp
    }
  }
}

extension RegisteredPerson {
  var message: RegistryV1.Person {
    .with {
      $0.name = principal.name
      $0.title = title
      $0.roles = Role.allCases.filter(roles.contains).map(\.slug)
      $0.state = state.message
      $0.successor = successor.map { ResourceName.person(department, $0).text } ?? ""
      $0.createTime = created.timestamp
    }
  }
}

extension RegisteredCertificate {
  var message: RegistryV1.Certificate {
    .with {
      $0.serial = serial
      $0.subject = subject.name
      $0.notBefore = notBefore.timestamp
      $0.notAfter = notAfter.timestamp
      $0.revoked = revocation != nil
      $0.revokeReason = revocation?.reason ?? ""
      $0.revokeTime = revocation?.time.timestamp
    }
  }
}
