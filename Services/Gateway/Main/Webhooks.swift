// The webhooks as the configuration names them, called over HTTPS.

import Boot
import GatewayHandlers
import GatewayStore
import Integrity
import Vocabulary

/// A job for each address of the configuration.
///
/// - Throws: `ConfigurationError` for a department's code that is none, or a trust file that cannot be read.
func noticeWebhooks(
  _ environment: ServiceEnvironment, _ keys: ServiceKeys, _ store: RegistryStore
) throws -> [@Sendable () async throws -> Void] {
  let domain = environment.configuration.domain
  return try (environment.configuration.webhooks ?? []).map { hook in
    guard let department = DepartmentCode(hook.department), let place = HTTPPlace(hook.url),
      let bounds = NetworkBounds(permitting: hook.networks ?? [])
    else {
      throw ConfigurationError.malformed(
        path: environment.configuration.service, detail: "webhooks: \(hook.url) cannot be called")
    }
    let post = try SignedPost(
      place, trust: try readBytes(hook.trust), within: bounds, key: keys.evidenceKey,
      keyName: keys.signer.verifier.name)
    let webhook = NoticeWebhook(
      department: department, target: place.text, domain: domain, database: store.database
    ) {
      try await post.send($0.body, id: $0.id, now: environment.clock.real())
    } report: { fault in
      guard let fault else {
        return environment.tellOperator("webhook takes notices again", ["url": place.text])
      }
      environment.tellOperator(
        "webhook does not take notices", ["url": place.text, "cause": fault])
    }
    return { try await webhook.run() }
  }
}
