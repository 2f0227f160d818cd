// How a job that goes on after a failure tells the operator of it.

import Logging

extension ServiceEnvironment {
  /// Logs a failure that a job will try to get over by itself.
  package func noteFault(of job: String, _ error: any Error) {
    log.warning("a job tries again", metadata: ["job": "\(job)", "cause": "\(error)"])
  }
}
