// The witnesses as the configuration names them, asked over HTTPS.

import AuditHandlers
import Boot
import Integrity
import RPC
import Vocabulary

extension ServiceEnvironment {
  /// Who must cosign the log; `nil` where the configuration names nobody.
  ///
  /// - Throws: `ConfigurationError` naming the file, for a policy that could never be satisfied.
  func witnesses(of log: NoteVerifier) throws -> Witnesses? {
    guard let files = configuration.witnesses else { return nil }
    func malformed(_ detail: String) -> ConfigurationError {
      .malformed(path: files.policy, detail: detail)
    }
    let text = String(decoding: try readBytes(files.policy), as: UTF8.self)
    let policy: WitnessPolicy
    do throws(WitnessPolicyError) { policy = try WitnessPolicy(text: text) } catch {
      throw malformed("line \(error.line): \(error.sentence.english)")
    }
    guard policy.logs.isEmpty || policy.logs.contains(log) else {
      throw malformed("names other logs than \(log.text)")
    }
    var places: [String: HTTPPlace] = [:]
    for witness in policy.witnesses {
      guard let place = witness.url.flatMap({ HTTPPlace($0 + "/add-checkpoint") }), place.isSecure
      else { throw malformed("witness \(witness.name) has no https:// address") }
      places[witness.name] = place
    }
    let addresses = places
    let tls = try PlainTLSContext(
      TLSConfiguration(
        certificateChainPEM: [], privateKeyPEM: [], trustRootsPEM: [try readBytes(files.trust)]),
      forServer: false)
    return Witnesses(policy: policy) { witness, body in
      guard let place = addresses[witness.name] else {
        throw HTTPError.unreachable("no address")
      }
      let answer = try await httpExchange(
        place, contentType: "text/plain; charset=utf-8", body, tls: tls)
      return WitnessAnswer(
        status: answer.status, contentType: answer.contentType, body: answer.body)
    } report: { witness, finding in
      tell(witness, finding)
    }
  }

  private func tell(_ witness: WitnessPolicy.Witness, _ finding: WitnessFinding?) {
    guard let finding else {
      return tellOperator("witness signs again", ["witness": witness.key.name])
    }
    let isFork =
      switch finding {
      case .ahead, .forked: true
      default: false
      }
    tellOperator(
      isFork ? "a witness contradicts the log" : "witness does not sign",
      ["witness": witness.key.name, "finding": "\(finding)"], isCritical: isFork)
  }
}
