// From what a handler threw to what the caller is told: the one place for all services.

import Crypto
import RPC
import Vocabulary

/// Keeps refusals as evidence (DESIGN.md section 9): the first of a kind in a minute, then a count.
package protocol RefusalRecorder: Sendable {
  func record(principal: String, method: String, reason: String) async
}

extension CallContext {
  /// Who calls, for entries and refusals: a person, else a system, else a service.
  package var principal: String {
    switch origin {
    case .service(let name): return "service/\(name)"
    case .caller(let caller):
      if let person = caller.personName, caller.isPersonCertificate { return person }
      return ResourceName.system(caller.department, caller.system).text
    }
  }

  /// Runs the body of a handler; a refusal is recorded and answered with reason and article, a fault that may pass with
  /// reason and retry delay. Everything else goes on to the RPC core, which answers INTERNAL with a reference.
  package func answering<Reply>(
    _ recorder: (any RefusalRecorder)?, _ body: () async throws -> Reply
  ) async throws -> Reply {
    do {
      do { return try await body() } catch let error as SealError { throw error.told }
    } catch let refusal as any Refusal {
      await recorder?.record(principal: principal, method: rpc.path, reason: refusal.reason)
      throw status(refusal)
    } catch let fault as any Fault {
      guard let passing = fault.passing else { throw fault }
      // Kept where there is room for it, and else told to the operator by the recorder.
      await recorder?.record(principal: principal, method: rpc.path, reason: passing.reason)
      throw status(passing)
    }
  }
}
