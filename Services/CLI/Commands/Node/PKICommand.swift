// weir pki: both roots and what they sign, before and outside a running node.

import ArgumentParser
import Boot
import Crypto
import Foundation
import Integrity
import Vocabulary

struct PKICommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "pki", "离线保管的根与服务证书。", "The offline roots and the services' certificates.",
      more: BilingualText(
        "单位的证书由网关签发：weir department certificate。",
        "Certificates of departments are issued by the gateway: weir department certificate."),
      examples: "pki init ./pki --domain meizhou.example",
      "pki issue-service ./pki share --dns share.meizhou.example",
      "pki revoke ./pki share --reason key-compromise", "pki crl ./pki",
      "pki keylist ./pki --number 2", "pki found ./pki founding.yaml --out founding.issued.yaml",
      "pki export ./pensions --out pensions.p12 --password-file secret", "pki show ./pki",
      subcommands: [
        PKIInit.self, PKIIssueService.self, PKIRotateIssuing.self, PKIWithdrawIssuing.self,
        PKIRevoke.self, PKIList.self, PKIKeyList.self,
        PKIFound.self, PKIExport.self, PKIShow.self, PKIMasterKey.self,
      ])
  }

  /// Who has a service certificate: the six, and the operator's health checks.
  static let services = ServiceConfiguration.services + ["node"]
}

/// The folder of keys and its domain.
struct PKIOptions: ParsableArguments {
  @OptionGroup var common: CommonOptions
  @Argument(help: hint("密钥目录（DIR/pki）。", "The folder of keys, DIR/pki.", "dir")) var folder: String

  /// The domain stands in the evidence root's name, `<domain>/root`.
  func keys() throws -> KeyFolder {
    let file = KeyFolder(path: folder, domain: "").evidenceRootPublicKey
    guard Files.exists(file) else {
      throw CommandFailure(
        .usage,
        spoken(
          "\(folder) 中没有根；先运行 weir pki init。", "No roots in \(folder); run weir pki init first."))
    }
    let name = try VerifierFiles.root(file).name
    guard let slash = name.lastIndex(of: "/") else {
      throw ConfigurationError.malformed(path: file, detail: "names no domain")
    }
    return KeyFolder(path: folder, domain: String(name[..<slash]))
  }
}

struct PKIInit: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "init", "建立服务根、单位根、签发机构和证据根。",
      "Make the service root, the department root, its issuing authority and the evidence root.",
      more: BilingualText(
        "生产环境请把各 ca.key 与 evidence-root/private.key 移至离线介质。",
        "In production move each ca.key of a root and evidence-root/private.key offline."),
      examples: "pki init ./pki --domain meizhou.example")
  }
  @OptionGroup var pki: PKIOptions
  @Option(help: hint("信任域名。", "The trust domain.", "name")) var domain: String

  func validate() throws { try checkDomain(domain) }

  func run() async throws {
    let keys = KeyFolder(path: pki.folder, domain: domain)
    try keys.create(now: systemNow(), random: SystemRandom())
    pki.common.console.show(try PKITables.certificates(of: keys))
  }
}

struct PKIIssueService: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "issue-service", "签发或更新一个服务的证书；首次同时生成证据密钥。",
      "Issue or renew a service's certificate; the first time with its evidence key.",
      more: BilingualText(
        "更新时若不给出主机名和地址，沿用现有证书中的。运行中的进程在一秒内换用，调用不中断。",
        "A renewal keeps the names of the certificate that is there unless others are given. Running processes take it within a second, and no call is lost."
      ),
      examples:
        "pki issue-service ./pki share --dns share.meizhou.example --ip 10.0.0.5 --days 825",
      "pki issue-service ./pki share", "pki issue-service ./pki share --revoke-old")
  }
  @OptionGroup var pki: PKIOptions
  @Argument(help: hint("服务。", "The service.", "service")) var service: String
  @Option(help: hint("主机名，可重复。", "A host name; may be repeated.", "name")) var dns: [String] = []
  @Option(help: hint("IP 地址，可重复。", "An address; may be repeated.", "ip")) var ip: [String] = []
  @Option(help: hint("有效天数。", "Days.", "days")) var days = 825
  @Flag(help: hint("同时吊销换下的证书。", "Revoke the certificate that it replaces.")) var revokeOld = false

  func validate() throws {
    guard PKICommand.services.contains(service) else {
      throw ValidationError(
        spoken("没有服务 \(service)。", "There is no service \(service)."))
    }
    guard (1...825).contains(days) else {
      throw ValidationError(spoken("--days 须在 1 到 825 之间。", "--days is 1 to 825."))
    }
  }

  func run() async throws {
    let keys = try pki.keys()
    let old = try oldCertificate(keys)
    let isUnnamed = dns.isEmpty && ip.isEmpty
    let known = isUnnamed ? old?.names : nil
    try keys.issueService(
      service, dnsNames: known?.dnsNames ?? (dns.isEmpty ? ["localhost"] : dns),
      ipAddresses: known?.ipAddresses ?? (ip.isEmpty ? ["127.0.0.1", "::1"] : ip), days: days,
      now: systemNow(), random: SystemRandom())
    if revokeOld, let old {
      do {
        try keys.signRevocationList(
          .service, revoking: old.serialHex, reason: .superseded, now: systemNow())
      } catch let error as KeyRevocationError {
        throw PKIList.failure(error)
      }
    }
    pki.common.console.show(try PKITables.certificates(of: keys))
  }
}

extension PKIIssueService {
  private func oldCertificate(_ keys: KeyFolder) throws -> Certificate? {
    let path = keys.serviceCertificate(service)
    guard Files.exists(path) else { return nil }
    return try Certificate(pem: String(decoding: try readBytes(path), as: UTF8.self))
  }
}

struct PKIKeyList: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "keylist", "用证据根签署各服务证据公钥的清单。", "Sign the list of the services' evidence keys.",
      more: BilingualText(
        "编号须比上一份大；验证者只认最新的。沿用上一份中各密钥的有效期；已换下的密钥自此失效。",
        "Its number must grow; verifiers keep to the newest. Terms go on from the last list; that of a key which was replaced ends now."
      ),
      examples: "pki keylist ./pki", "pki keylist ./pki --number 2")
  }
  @OptionGroup var pki: PKIOptions
  @Option(help: hint("编号；默认为上一份加一。", "Its number; one more than the last unless given.", "number"))
  var number: UInt64?

  func run() async throws {
    let keys = try pki.keys()
    let services = ServiceConfiguration.services.filter { Files.exists(keys.evidenceKey($0)) }
    let last = Files.exists(keys.keyList) ? try PKITables.keyList(of: keys).number : 0
    let next = number ?? last + 1
    guard next > last else {
      throw CommandFailure(
        .usage, spoken("编号须大于 \(last)。", "The number must be greater than \(last)."))
    }
    try keys.signKeyList(services: services, number: next, now: systemNow())
    let list = try PKITables.keyList(of: keys)
    pki.common.console.show(
      [
        ("domain", BilingualText("信任域", "domain"), .text(list.domain)),
        ("number", BilingualText("编号", "number"), .integer(Int(clamping: list.number))),
        ("file", BilingualText("文件", "file"), .text(keys.keyList)),
      ], tables: [("keys", PKITables.keys(list))])
  }
}

struct PKIFound: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "found", "为首批人员签发证书，写出网关的初始名单。",
      "Issue the first persons' certificates and write the gateway's founding list.",
      more: BilingualText(
        "网关只在登记簿为空时读取该名单（foundingFile）；证书与私钥在 DIR/departments 下。其后的人员经网关登记。",
        "The gateway reads the list while its registry is empty (foundingFile); certificates and keys lie in DIR/departments. Everybody else is registered over the gateway."
      ),
      examples: "pki found ./pki founding.yaml --out founding.issued.yaml")
  }
  @OptionGroup var pki: PKIOptions
  @Argument(
    help: hint("首批单位与人员的 YAML 文件。", "A YAML file with the first departments and persons.", "file"))
  var file: String
  @Option(help: hint("写出的文件。", "The file to write.", "file")) var out: String
  @Option(help: hint("有效天数。", "Days.", "days")) var days = 365

  func run() async throws {
    let keys = try pki.keys()
    let issued = try Founding.load(path: file).issued(
      by: keys, file: file, days: days, now: systemNow(), random: SystemRandom())
    try Files.write(try issued.yaml(), to: out, isPrivate: false)
    pki.common.console.show(try PKITables.certificates(of: keys))
  }
}

struct PKIShow: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "show", "显示各证书及有效期。", "Show the certificates and their terms.",
      examples: "pki show /srv/weir/pki")
  }
  @OptionGroup var pki: PKIOptions

  func run() async throws {
    pki.common.console.show(try PKITables.certificates(of: try pki.keys()))
  }
}

enum PKITables {
  /// Certificates of the roots, the issuing authority, the services and the principals whose files lie in the folder.
  static func files(of keys: KeyFolder) -> [(path: String, key: String)] {
    var files = ["service-root", "department-root", "issuing"].map { name in
      ("\(keys.path)/\(name)/ca.pem", "\(keys.path)/\(name)/ca.key")
    }
    for service in PKICommand.services {
      files.append((keys.serviceCertificate(service), keys.serviceKey(service)))
    }
    let departments = keys.path + "/departments"
    for department in children(departments) {
      for kind in ["systems", "persons"] {
        for name in children("\(departments)/\(department)/\(kind)") {
          let folder = "\(departments)/\(department)/\(kind)/\(name)"
          files.append((folder + "/cert.pem", folder + "/key.pem"))
        }
      }
    }
    return files.filter { Files.exists($0.0) }
  }

  private static func children(_ folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  static func certificates(of keys: KeyFolder) throws -> Table {
    var table = Table(columns: [
      .init("file", BilingualText("文件", "file")),
      .init("name", BilingualText("名称", "name")),
      .init("not_before", BilingualText("生效", "from")),
      .init("not_after", BilingualText("失效", "until")),
      .init("serial", BilingualText("序列号", "serial")),
    ])
    for (path, _) in files(of: keys) {
      let text = String(decoding: try readBytes(path), as: UTF8.self)
      let all = try Certificate.all(pem: text)
      // Behind the issuing authority stand those of before; behind a holder's certificate its issuer, which is shown above.
      for certificate in path == keys.issuingCertificate ? all : Array(all.prefix(1)) {
        table.append([
          .text(String(path.dropFirst(keys.path.count + 1))),
          .text(certificate.uris.first ?? certificate.commonName),
          .text(day(certificate.notBefore)), .text(day(certificate.notAfter)),
          .text(certificate.serialHex),
        ])
      }
    }
    return table
  }

  static func day(_ seconds: Int64) -> String {
    Instant(milliseconds: seconds * 1000).civilDate.iso
  }

  static func keyList(of keys: KeyFolder) throws -> KeyList {
    let root = try VerifierFiles.root(keys.evidenceRootPublicKey)
    let note = String(decoding: try readBytes(keys.keyList), as: UTF8.self)
    do throws(SignedNoteError) {
      return try KeyList(verifying: try SignedNote(note), by: root)
    } catch {
      throw LogFinding.keysForged(error)
    }
  }

  static func keys(_ list: KeyList) -> Table {
    Table(
      columns: [
        .init("name", BilingualText("名称", "name")),
        .init("key", BilingualText("公钥", "key")),
        .init("not_before", BilingualText("生效", "from")),
        .init("not_after", BilingualText("失效", "until")),
      ],
      rows: list.entries.map {
        [
          .text($0.verifier.name), .text($0.verifier.text), .text(day($0.notBefore)),
          .text($0.notAfter.map(day) ?? ""),
        ]
      })
  }
}
