// What the suites of the safeguards have alike: profiles that ask for more, recipients, refusals with their article.

import Contracts
import RPC
import Testing

extension ShareCalls {
  static let secondOfSource = "justice/zheng dept-officer"

  /// Fills in what Hebi and Luyi ask for, too.
  static func complete(_ application: inout ShareV1.Application) {
    application.scope = "全市"
    application.reason = "防止冒领"
  }

  /// All items approved, each with a reason, as Luyi wants it.
  static var approvals: [ShareV1.ItemDecision] {
    decisions(refusing: []).map {
      ShareV1.ItemDecision(item: $0.item, approved: true, reason: "符合条件")
    }
  }

  static func recipient(
    _ kind: ShareV1.Recipient.Kind, _ name: String = "bulletin",
    _ change: (inout ShareV1.Recipient) -> Void = { _ in }
  ) -> ShareV1.Recipient {
    var recipient = ShareV1.Recipient()
    recipient.kind = kind
    recipient.name = name
    recipient.title = "统计公报"
    recipient.purpose = "公布年度情况"
    change(&recipient)
    return recipient
  }

  /// An application for recipients, drafted and handed in.
  func submitted(
    _ requestID: String = "a-1", to recipients: [ShareV1.Recipient]
  ) async throws -> ShareV1.Application {
    let draft = try await apply(requestID) {
      Self.complete(&$0)
      $0.recipients = recipients
    }
    return try await submit(draft.name, "s " + requestID)
  }

  func fileModes(_ grant: String, _ modes: [String]) async throws -> ShareV1.Grant {
    try await client.fileAccessModes(
      ShareV1.FileAccessModesRequest(name: grant, accessModes: modes, requestID: "m " + grant),
      try options(Self.user, path: "FileAccessModes"))
  }

  func grant(named name: String) async throws -> ShareV1.Grant {
    try await client.getGrant(
      ShareV1.GetGrantRequest(name: name), try options(Self.user, path: "GetGrant"))
  }
}

/// Reason and article of a refused call.
func refused(_ body: () async throws -> Void) async -> [String]? {
  guard let said = await status(body) else { return nil }
  return [said.trailers["weir-reason"] ?? "\(said)", said.trailers["weir-article"] ?? ""]
}
