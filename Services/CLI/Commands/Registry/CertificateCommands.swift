// weir department certificate: keys are made here and stay here; the gateway signs.

import Access
import ArgumentParser
import Boot
import Contracts
import Crypto
import Vocabulary

struct CertificateCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "certificate", "签发、吊销、查看证书。", "Issue, revoke and list certificates.",
      examples: "department certificate list civil-affairs",
      subcommands: [
        CertificateIssue.self, CertificateRequestCommand.self, CertificateApprove.self,
        CertificateRenew.self, CertificateRevoke.self, CertificateList.self,
      ])
  }
}

/// Whose certificate, and where its files go.
struct CertificatePlace: ParsableArguments {
  @Argument(
    help: hint("单位/人员 或 单位/system:系统。", "department/person or department/system:name.", "who"))
  var subject: String
  @Option(help: hint("存放目录。", "The folder for the files.", "dir")) var out: String?

  func name() throws -> String { try personName(subject) }

  func folder(_ caller: CallerOptions) throws -> String {
    if let out { return out }
    guard let data = caller.dataFolder ?? Surroundings.current.environment["WEIR_DATA"] else {
      throw CommandFailure(.usage, spoken("请用 --out 指明目录。", "Name a folder with --out."))
    }
    return KeyFolder(path: data + "/pki", domain: "").principalFolder(try name())
  }

  /// A folder that has no key yet, if the caller named one.
  func emptyFolder(_ caller: CallerOptions) throws -> String {
    let folder = try folder(caller)
    guard out == nil || !Files.exists(folder + "/key.pem") else {
      throw CommandFailure(
        .usage, spoken("\(folder) 中已有密钥。", "There is a key in \(folder) already."))
    }
    return folder
  }
}

/// A key that was made here, and the request for its certificate.
struct KeyRequest {
  let key: P256PrivateKey
  let pem: [UInt8]

  init(for name: String) throws {
    key = try P256PrivateKey(random: SystemRandom())
    let request = try CertificateRequest(
      subject: SubjectName(commonName: name), names: CertificateNames(), key: key)
    pem = Array(request.pem.utf8)
  }
}

struct CertificateIssue: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "issue", "为系统生成密钥并取得证书。", "Make a key for a system and get its certificate.",
      more: BilingualText(
        "私钥在本机生成，权限 0600，不离开本机。默认写入数据目录，供 --as 使用。人员的证书须由两人办理：request、approve。",
        "The key is made here, mode 0600, and does not leave. It goes into the data folder, for --as. A person's certificate takes two: request, approve."
      ),
      examples: "department certificate issue civil-affairs/system:registers",
      "department certificate issue civil-affairs/system:registers --out ./registers --days 90")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var place: CertificatePlace
  @Option(help: hint("有效天数；默认由节点决定。", "Days; the node's default unless given.", "days"))
  var days: Int32 = 0

  func call(_ session: Session) async throws {
    let name = try place.name()
    let folder = try place.emptyFolder(caller)
    let made = try KeyRequest(for: name)
    let certificate = try await session.registry.issueCertificate(
      .init(subject: name, csrPem: made.pem, days: days, requestID: session.newRequest()),
      session.options)
    try Files.makeFolder(folder)
    try Files.write(try made.key.pem(), to: folder + "/key.pem", isPrivate: true)
    try Files.write(certificate.chainPem, to: folder + "/cert.pem", isPrivate: false)
    try session.show(certificate)
    session.console.note(BilingualText("证书与私钥在 \(folder)", "certificate and key are in \(folder)"))
  }
}

struct CertificateRequestCommand: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "request", "为人员生成密钥，由两人中的一人签名申请证书。",
      "Make a key for a person, and ask for its certificate as the first of two.",
      more: BilingualText(
        "人员的证书须由两名持证人员签名，其中一人管理该单位。申请写入 request.json，由另一人以 approve 签名并取得证书，七日内有效。",
        "Two certified persons stand behind a person's certificate, one of whom manages the department. The request goes into request.json; another signs it within seven days and gets the certificate: approve."
      ),
      examples: "department certificate request civil-affairs/li",
      "department certificate request civil-affairs/li --out ./li --days 90")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var place: CertificatePlace
  @Option(help: hint("有效天数；默认由节点决定。", "Days; the node's default unless given.", "days"))
  var days: Int32 = 0

  func call(_ session: Session) async throws {
    let name = try place.name()
    let folder = try place.emptyFolder(caller)
    let made = try KeyRequest(for: name)
    var request = RegistryV1.IssueCertificateRequest(
      subject: name, csrPem: made.pem, days: days, validateOnly: true)
    let asked = try await session.registry.issueCertificate(request, session.options)
    guard try request.asks(for: StatedDecision(bytes: asked.statement)) else {
      throw UnaskedStatement()
    }
    request.validateOnly = false
    request.confirmation = CommonV1.SignedDecision(try session.signer.sign(asked.statement))
    try Files.makeFolder(folder)
    // A certificate that is in use keeps its key until the new one is there.
    try Files.write(try made.key.pem(), to: folder + "/key.pem.asked", isPrivate: true)
    try Files.write(request.json(), to: folder + "/request.json", isPrivate: false)
    session.console.note(
      BilingualText(
        "申请在 \(folder)/request.json；请另一人批准：weir department certificate approve \(place.subject)",
        "the request is in \(folder)/request.json; let another person approve it: weir department certificate approve \(place.subject)"
      ))
  }
}

struct CertificateApprove: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "approve", "作为第二人签名，取得人员的证书。",
      "Sign as the second person, and get a person's certificate.",
      more: BilingualText(
        "请先向本人核实申请确由其提出：request.json 所载密钥即其今后签署决定的密钥。",
        "Ask the person first whether the request is his: under the key in request.json he will decide from now on."
      ),
      examples: "department certificate approve civil-affairs/li --as data-bureau/ma",
      "department certificate approve civil-affairs/li --out ./li --as civil-affairs/he")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var place: CertificatePlace

  func call(_ session: Session) async throws {
    let folder = try place.folder(caller)
    var request = try RegistryV1.IssueCertificateRequest(
      json: String(decoding: try readBytes(folder + "/request.json"), as: UTF8.self))
    guard request.subject == (try place.name()) else {
      throw CommandFailure(
        .usage,
        spoken(
          "申请的是 \(request.subject) 的证书。", "The request is for a certificate of \(request.subject).")
      )
    }
    request.requestID = session.newRequest()
    let certificate = try await session.registry.issueCertificate(request, session.options)
    if Files.exists(folder + "/key.pem.asked") {
      try Files.write(
        try readBytes(folder + "/key.pem.asked"), to: folder + "/key.pem", isPrivate: true)
      Files.remove(folder + "/key.pem.asked")
    }
    try Files.write(certificate.chainPem, to: folder + "/cert.pem", isPrivate: false)
    Files.remove(folder + "/request.json")
    try session.show(certificate)
    session.console.note(BilingualText("证书在 \(folder)", "the certificate is in \(folder)"))
  }
}

struct CertificateRenew: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "renew", "续期本人或本系统的证书：换用新密钥。", "Renew one's own certificate, for a new key.",
      more: BilingualText(
        "有效期过三分之二后可续期，其时每次调用都有提醒。新文件替换旧文件，旧的以 .former 留存；旧证书到期前仍有效。",
        "From two thirds of its life on, when every call says so. The new files take the place of the old, which stay as .former; the old certificate is good until its end."
      ),
      examples: "department certificate renew --as civil-affairs/li",
      "department certificate renew --gateway weir.example:7443 --cert cert.pem --key key.pem --ca ca.pem"
    )
  }
  @OptionGroup var caller: CallerOptions

  func call(_ session: Session) async throws {
    let files = try caller.place().identity
    let key = try P256PrivateKey(random: SystemRandom())
    let request = try CertificateRequest(
      subject: SubjectName(commonName: "renewal"), names: CertificateNames(), key: key)
    // The key is safe before the certificate exists: an answer that is lost is asked for again with --request-id.
    try Files.write(try key.pem(), to: files.key + ".new", isPrivate: true)
    let certificate = try await session.registry.renewCertificate(
      .init(csrPem: Array(request.pem.utf8), requestID: session.newRequest()), session.options)
    for path in [files.certificate, files.key] {
      try Files.write(try readBytes(path), to: path + ".former", isPrivate: true)
    }
    try Files.write(certificate.chainPem, to: files.certificate, isPrivate: false)
    try Files.write(try key.pem(), to: files.key, isPrivate: true)
    Files.remove(files.key + ".new")
    try session.show(certificate)
    session.console.note(
      BilingualText(
        "新证书在 \(files.certificate)", "the new certificate is in \(files.certificate)"))
  }
}

struct CertificateRevoke: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "revoke", "吊销证书；下一次调用即被拒绝。", "Revoke a certificate; its next call is refused.",
      examples: "department certificate revoke 3f9a… --reason 私钥遗失")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("证书序列号。", "The certificate's serial.", "serial")) var serial: String
  @Option(help: hint("理由。", "Why.", "text")) var reason: String

  func call(_ session: Session) async throws {
    try session.show(
      try await session.registry.revokeCertificate(
        .init(serial: serial, reason: reason, requestID: session.newRequest()), session.options))
  }
}

struct CertificateList: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "list", "列出一个单位的证书。", "List the certificates of a department.",
      examples: "department certificate list civil-affairs")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions
  @Argument(help: hint("单位代码。", "The department's code.", "code")) var code: String

  func call(_ session: Session) async throws {
    let parent = resource("departments", code)
    let certificates = try await session.list(limit) { size, token in
      let page = try await session.registry.listCertificates(
        .init(parent: parent, pageSize: size, pageToken: token), session.options)
      return (page.certificates, page.nextPageToken)
    }
    try session.show(
      certificates, columns: ["serial", "subject", "not_before", "not_after", "revoked"])
  }
}
