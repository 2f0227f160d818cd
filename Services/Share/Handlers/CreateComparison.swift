// CreateComparison: a run of the department's own roll is declared, within its grant (AC-53, meizhou-specific-2021/24).

package import Access
package import Contracts
import Database
import Integrity
import Regulation
import ShareRules
import ShareStore
import Vocabulary

extension ShareServer {
  package func createComparison(
    _ request: ShareV1.CreateComparisonRequest, _ call: CallContext
  ) async throws -> ShareV1.Comparison {
    try await call.answering(outside.refusals) {
      guard let wire = request.comparison else {
        throw RequestRefusal.missing(field: "comparison")
      }
      let grantNumber = try number(wire.grant, in: .grants, field: "comparison.grant")
      let plan = try ComparisonPlan(wire, responsible: call.caller.personName ?? "")
      let actor = actor(of: call)
      let time = now()
      let done = try await notingViolations(call) {
        try await change(
          call, requestID: request.requestID, content: request,
          authorise: { transaction in
            let grant = try transaction.knownGrant(grantNumber, field: "comparison.grant")
            try judged(under: try profile(grant.profile)) { _ in
              try grant.requireUser(actor)
            }
          }
        ) { transaction in
          let grant = try transaction.knownGrant(grantNumber, field: "comparison.grant")
          let frequency = grant.roll.flatMap { RollFrequency(rawValue: $0.frequency) }
          let turn = ComparisonRun.frequencyKey(plan, frequency ?? .monthly)
          let number = try transaction.nextNumber("comparisons")
          let earlier = try transaction.earlierRuns(
            grant: grantNumber, turn: turn, since: Instant(startOf: time.civilDate))
          let run = try judged(under: try profile(grant.profile)) {
            try prepareComparison(
              number, plan, grant: grant, by: actor, earlier: earlier, under: $0, at: time)
          }
          try transaction.save(run, turn: turn)
          try append("share.comparison_prepared", run, call, to: transaction)
          return message(run, CaseTally())
        }
      }
      var reply = done.reply
      reply.receipt = done.receipt
      return reply
    }
  }

  /// The entry of the log for a step of a run.
  func append(
    _ topic: String, _ run: ComparisonRun, _ call: CallContext, more: [(String, JSONValue)] = [],
    to transaction: borrowing WriteTransaction
  ) throws {
    let members: [(String, JSONValue)] = [
      ("comparison", .string(run.name)), ("grant", .string(ResourceName.grant(run.grant).text)),
      ("entry", .string(ResourceName.entry(run.entry).text)),
      ("department", .string(ResourceName.department(run.department).text)),
      ("roll", .string(run.plan.roll)), ("rows", .integer(run.plan.rollRows)),
      ("period", .string("\(run.plan.period.first.iso)/\(run.plan.period.last.iso)")),
      ("responsible", .string(run.plan.responsiblePerson)),
    ]
    try transaction.append(topic: topic, payload: event(call, members + more))
  }
}

extension SQLReading where Self: ~Copyable {
  /// A run of the caller's own department; to others it does not exist (AC-53).
  func ownComparison(_ number: Int64, of actor: Actor, field: String = "name") throws
    -> ComparisonRun
  {
    guard let run = try comparison(number), run.department == actor.department else {
      throw RequestRefusal.unknownResource(
        field: field, name: ResourceName.comparison(number).text)
    }
    return run
  }
}
