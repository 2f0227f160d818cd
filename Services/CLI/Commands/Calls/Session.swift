// One caller's connection to the gateway, and what a command needs to call and to show.

import Boot
import Contracts
import Crypto
import Foundation
import RPC
import Synchronization
import Vocabulary

/// A connection to the gateway in somebody's name.
package struct Session: Sendable {
  /// Of this run; the same again repeats the same request without doing it twice.
  package let requestID: String
  /// Whether the certificate is a system's, not a person's.
  let isSystem: Bool
  let console: Console
  /// Signs what the caller decides.
  let signer: StatementSigner
  private let channel: Channel
  private let reactors: ReactorGroup
  private let receiptFile: String?
  private let mutations = Mutation()
  /// To the gateway: a system's calls state who acts, a person signs what he or she decides.
  private let transport: any MessageTransport

  /// - Parameter serverURI: The name that the gateway's certificate must bear; `nil` takes the address's host.
  init(
    gateway: Address, serverURI: String?, identity: CallerIdentity, console: Console,
    signing: SigningOptions, requestID: String?, receiptFile: String? = nil,
    random: any RandomSource
  ) throws {
    let chain = try readBytes(identity.certificate)
    let keyPEM = try readBytes(identity.key)
    let signer = StatementSigner(
      person: try PersonKey(certificatePEM: chain, keyPEM: keyPEM), options: signing,
      console: console, ask: Surroundings.current.ask)
    self.signer = signer
    isSystem = signer.person.chain.first?.uris.contains { $0.contains("/system/") } ?? false
    let speaker = try Self.speaker(identity, signer.person)
    reactors = ReactorGroup(threadCount: 1, seed: random.uint64())
    var tls = TLSConfiguration(
      certificateChainPEM: chain, privateKeyPEM: keyPEM,
      trustRootsPEM: [try readBytes(identity.root)], clientCertificates: .none)
    // A gateway whose key was stolen is not spoken to.
    tls.revocationListsPEM = try identity.revocationList.map { [try readBytes($0)] } ?? []
    let channel = try Channel(
      configuration: ChannelConfiguration(
        addresses: [gateway], tls: tls, expectedServerURI: serverURI, defaultTimeout: .seconds(60)),
      reactors: reactors)
    self.channel = channel
    let notice = ExpiryNotice(next: channel) { end in
      console.note(
        BilingualText(
          "证书将于 \(end) 到期：weir department certificate renew",
          "the certificate ends at \(end): weir department certificate renew"))
    }
    let stating: any MessageTransport =
      speaker.map { StatingTransport(next: notice, speaker: $0) } ?? notice
    transport = SigningTransport(over: stating, mayBeDone: requestID != nil) { statement, _ in
      try signer.sign(statement)
    }
    self.requestID = requestID ?? "cli-" + Hex.encode(random.bytes(12))
    self.console = console
    self.receiptFile = receiptFile
  }

  /// Who speaks for the person whom the identity states, if it states one.
  private static func speaker(
    _ identity: CallerIdentity, _ person: PersonKey
  ) throws -> PersonSpeaker? {
    guard let actor = identity.actor, let certificate = person.chain.first else { return nil }
    let speaker = PersonSpeaker(
      certificate: certificate, key: person.key, actor: actor, now: systemNow)
    guard let speaker else {
      throw CommandFailure(
        .usage,
        spoken(
          "--by 只与系统证书一起使用：个人证书已说明操作人。",
          "--by goes with a system's certificate: a person's own says who acts."))
    }
    return speaker
  }

  package func close() async {
    await channel.shutdown()
    await reactors.shutdown()
  }

  /// Options of a call: the person's language, which the services answer in.
  var options: CallOptions {
    var metadata = Metadata()
    metadata.append("weir-lang", console.language.rawValue)
    return CallOptions(metadata: metadata)
  }

  var registry: RegistryV1.RegistryClient { RegistryV1.RegistryClient(transport) }
  var catalog: CatalogV1.CatalogClient { CatalogV1.CatalogClient(transport) }
  var ingest: IngestV1.IngestClient { IngestV1.IngestClient(transport) }
  var share: ShareV1.ShareClient { ShareV1.ShareClient(transport) }
  var feedback: FeedbackV1.FeedbackClient { FeedbackV1.FeedbackClient(transport) }
  var audit: AuditV1.AuditClient { AuditV1.AuditClient(transport) }

  // MARK: Changing something

  /// The identifier of a request that changes something; from now on an error tells how to repeat it.
  func newRequest(_ part: String = "") -> String {
    mutations.happened.withLock { $0 = true }
    return part.isEmpty ? requestID : requestID + "-" + part
  }

  /// Whether a request that changes something was made.
  var hasRequested: Bool { mutations.happened.withLock { $0 } }

  private final class Mutation: Sendable {
    let happened = Mutex(false)
  }

  // MARK: Showing

  /// Prints a message as one thing, and keeps its receipt where that was asked for.
  func show(_ message: some Message) throws {
    try keepReceipt(of: message)
    try MessageView(message).show(on: console)
  }

  /// Keeps the receipt of an answer where that was asked for.
  func keepReceipt(of message: some Message) throws {
    guard let receiptFile, let receipt = try MessageView(message).receipt else { return }
    try Files.write(receipt, to: receiptFile, isPrivate: false)
    console.note(BilingualText("回执已存入 \(receiptFile)", "receipt kept in \(receiptFile)"))
  }

  /// After `--validate-only`: what was printed has not happened.
  func noteChecked() {
    console.note(BilingualText("仅校验，未办理。", "Only checked; nothing was done."))
  }

  /// Prints messages as rows.
  ///
  /// - Parameter columns: Names of fields as in the .proto file, `a.b` for one inside another; JSON has all fields.
  func show<M: Message>(_ messages: [M], columns: [String]) throws {
    let views = try messages.map { try MessageView($0) }
    switch console.format {
    case .json: console.show(json: .list(views.map(\.value)))
    case .table:
      console.show(
        Table(
          columns: columns.map { Table.Column($0, Words.title(ofField: $0)) },
          rows: views.map { view in columns.map { view.cell($0) } }))
    }
  }

  /// Reads pages until there are enough items or no more.
  func list<Item>(
    _ limit: ListOptions, _ page: (_ size: Int32, _ token: String) async throws -> ([Item], String)
  ) async throws -> [Item] {
    var items: [Item] = []
    var token = ""
    repeat {
      let wanted = Int32(clamping: min(limit.limit - items.count, 500))
      let (more, next) = try await page(wanted, token)
      items += more.prefix(limit.limit - items.count)
      token = next
    } while !token.isEmpty && items.count < limit.limit
    if !token.isEmpty {
      console.note(
        BilingualText(
          "还有更多；用 --limit 提高上限。", "There are more; raise --limit to see them."))
    }
    return items
  }
}
