// Which failures of a database may pass, for what the caller is told.

import Vocabulary

extension DatabaseError: Fault {
  package var mayPass: Bool {
    switch self {
    case .full, .busy, .serialization, .overloaded, .closed: true
    // Whether it was stored is not known: the same request id tells, so trying again is right.
    case .connectionLost: true
    default: false
    }
  }

  package var summary: String {
    switch self {
    case .full: "no space is left where this service stores"
    case .overloaded: "too many calls wait"
    case .closed: "this service is stopping"
    default: "the store is not ready"
    }
  }
}
