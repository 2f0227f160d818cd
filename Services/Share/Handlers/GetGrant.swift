// GetGrant, ListGrants and ResolveGrant: the parties, the auditor, and services that must know a grant.

package import Access
package import Contracts
import Database
import Regulation
import ShareRules
import ShareStore
import Vocabulary

extension ShareServer {
  package func getGrant(
    _ request: ShareV1.GetGrantRequest, _ call: CallContext
  ) async throws -> ShareV1.Grant {
    try await call.answering(outside.refusals) {
      let number = try number(request.name, in: .grants)
      let actor = actor(of: call)
      return try message(try await database.read { try $0.visibleGrant(number, to: actor) })
    }
  }

  package func listGrants(
    _ request: ShareV1.ListGrantsRequest, _ call: CallContext
  ) async throws -> ShareV1.ListGrantsResponse {
    try await call.answering(outside.refusals) {
      let actor = actor(of: call)
      var filter = GrantFilter(
        department: actor.roles.contains(.auditor) ? nil : actor.department,
        state: request.state.state)
      if !request.entry.isEmpty {
        filter.entry = try number(request.entry, in: .entries, field: "entry")
      }
      let size = PageSize.bounded(request.pageSize)
      let after = try place(request.pageToken)
      let wanted = filter
      let found = try await database.read {
        try $0.grants(wanted, after: after, limit: size + 1)
      }
      return ShareV1.ListGrantsResponse(
        grants: try found.prefix(size).map { try message($0) },
        nextPageToken: next(found, size) { [$0.number] })
    }
  }

  package func resolveGrant(
    _ request: ShareV1.GetGrantRequest, _ call: CallContext
  ) async throws -> ShareV1.Grant {
    try await call.answering(outside.refusals) {
      let number = try number(request.name, in: .grants)
      let grant = try await database.read { try $0.knownGrant(number, field: "name") }
      var answer = try message(grant)
      // What opens data stays with Share and the grantee: the caller needs to know of the grant, not to use it.
      answer.signed = nil
      return answer
    }
  }
}

extension SQLReading where Self: ~Copyable {
  /// A grant, whoever asks: what follows decides whose it is.
  func knownGrant(_ number: Int64, field: String) throws -> Grant {
    guard let grant = try grant(number) else {
      throw RequestRefusal.unknownResource(field: field, name: ResourceName.grant(number).text)
    }
    return grant
  }

  /// A grant, for its parties and the auditor; to others it does not exist.
  func visibleGrant(_ number: Int64, to actor: Actor) throws -> Grant {
    guard let grant = try grant(number),
      grant.isParty(actor.department) || actor.roles.contains(.auditor)
    else {
      throw RequestRefusal.unknownResource(field: "name", name: ResourceName.grant(number).text)
    }
    return grant
  }
}
