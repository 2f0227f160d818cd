// weir pki revoke, weir pki crl: what the offline roots issued and take back.

import ArgumentParser
import Boot
import Crypto
import Foundation
import Vocabulary

extension RevokedCertificate.Reason {
  /// As the command line spells it.
  static let names: [(String, RevokedCertificate.Reason)] = [
    ("unspecified", .unspecified), ("key-compromise", .keyCompromise),
    ("superseded", .superseded), ("cessation", .cessationOfOperation),
    ("affiliation-changed", .affiliationChanged),
  ]

  var name: String { Self.names.first { $0.1 == self }?.0 ?? "unspecified" }
}

struct PKIRevoke: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "revoke", "吊销服务证书或网关的签发机构。",
      "Revoke a service's certificate, or the gateway's issuing authority (issuing).",
      more: BilingualText(
        "在根的吊销列表中加上该证书并重新签署。运行中的进程在一秒内读到新列表，切断被吊销者的连接。单位的证书在网关吊销：weir department certificate revoke。",
        "Signs the root's next list with the certificate in it. Running processes take it within a second and cut the revoked one off. Certificates of departments are revoked at the gateway: weir department certificate revoke."
      ),
      examples: "pki revoke ./pki share --reason key-compromise",
      "pki revoke ./pki --serial 4f2a90 --reason superseded",
      "pki revoke ./pki issuing --output json")
  }
  @OptionGroup var pki: PKIOptions
  @Argument(
    help: hint(
      "服务名或 issuing；其现用证书。", "A service or issuing: the certificate that lies there.", "service"))
  var service: String?
  @Option(
    help: hint("已换下的服务证书的序列号。", "The serial of a service's certificate of before.", "hex"))
  var serial: String?
  @Option(help: hint("原因。", "Why.", "reason")) var reason = "unspecified"
  @Option(help: hint("列表的有效天数。", "Days that the list holds.", "days"))
  var days = KeyFolder.listDays

  func validate() throws {
    let names = RevokedCertificate.Reason.names.map(\.0)
    guard names.contains(reason) else {
      throw ValidationError(
        spoken(
          "--reason 可取 \(names.joined(separator: "、"))。",
          "--reason is one of \(names.joined(separator: ", "))."))
    }
    guard (service == nil) != (serial == nil) else {
      throw ValidationError(
        spoken("请给出服务名或 --serial 之一。", "Give a service or --serial, one of them."))
    }
    if let service, !PKICommand.services.contains(service), service != "issuing" {
      throw ValidationError(
        spoken("没有服务 \(service)。", "There is no service \(service)."))
    }
    if let serial, PKIRevoke.canonical(serial) == nil {
      throw ValidationError(
        spoken("--serial 须为十六进制。", "--serial is hexadecimal."))
    }
    try PKIList.check(days: days)
  }

  func run() async throws {
    let keys = try pki.keys()
    let root: KeyFolder.Root = service == "issuing" ? .department : .service
    let found = try serial.flatMap { Self.canonical($0) } ?? currentSerial(keys)
    let reason = RevokedCertificate.Reason.names.first { $0.0 == self.reason }?.1
    do {
      try keys.signRevocationList(
        root, revoking: found, reason: reason ?? .unspecified, days: days, now: systemNow())
    } catch let error as KeyRevocationError {
      throw PKIList.failure(error)
    }
    try PKIList.show(root, of: keys, on: pki.common.console)
  }

  /// Lower case, whole bytes: as `pki show` tells them. RFC 5280 section 4.1.2.2: at most 20 bytes.
  static func canonical(_ serial: String) -> String? {
    let digits = serial.count % 2 == 0 ? serial : "0" + serial
    guard let bytes = Hex.decode(digits), !bytes.isEmpty, bytes.count <= 20 else { return nil }
    return Hex.encode(bytes)
  }

  private func currentSerial(_ keys: KeyFolder) throws -> String {
    let name = service ?? ""
    let path = name == "issuing" ? keys.issuingCertificate : keys.serviceCertificate(name)
    let text = String(decoding: try readBytes(path), as: UTF8.self)
    return try Certificate(pem: text).serialHex
  }
}

struct PKIList: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "crl", "续签根的吊销列表。", "Sign a root's revocation list for a longer time.",
      more: BilingualText(
        "列表过期后不再接受新连接，运行中的调用不受影响；weir doctor 提前提醒。",
        "Once a list has ended no new connection is taken, while running calls go on; weir doctor tells in time."
      ),
      examples: "pki crl ./pki", "pki crl ./pki --root department --days 90",
      "pki crl ./pki --output json")
  }
  @OptionGroup var pki: PKIOptions
  @Option(help: hint("service 或 department。", "service or department.", "root"))
  var root = "service"
  @Option(help: hint("有效天数。", "Days.", "days")) var days = KeyFolder.listDays

  func validate() throws {
    guard KeyFolder.Root(rawValue: root) != nil else {
      throw ValidationError(
        spoken("--root 可取 service、department。", "--root is service or department."))
    }
    try Self.check(days: days)
  }

  func run() async throws {
    let keys = try pki.keys()
    let root = KeyFolder.Root(rawValue: root) ?? .service
    do {
      try keys.signRevocationList(root, days: days, now: systemNow())
    } catch let error as KeyRevocationError {
      throw Self.failure(error)
    }
    try Self.show(root, of: keys, on: pki.common.console)
  }

  static func check(days: Int) throws {
    guard (1...825).contains(days) else {
      throw ValidationError(spoken("--days 须在 1 到 825 之间。", "--days is 1 to 825."))
    }
  }

  static func failure(_ error: KeyRevocationError) -> CommandFailure {
    switch error {
    case .alreadyRevoked(let serial):
      CommandFailure(
        .refused, spoken("证书 \(serial) 已经吊销。", "Certificate \(serial) is already revoked."))
    case .listOfAnother(let path):
      CommandFailure(
        .fault,
        spoken("\(path) 不是本根签署的列表。", "\(path) is not a list that this root signed."))
    }
  }

  static func show(_ root: KeyFolder.Root, of keys: KeyFolder, on console: Console) throws {
    guard let list = try keys.currentList(root) else { return }
    console.show(
      [
        ("root", BilingualText("根", "root"), .text(root.rawValue)),
        ("number", BilingualText("编号", "number"), .integer(Int(clamping: list.number ?? 0))),
        (
          "not_after", BilingualText("有效至", "until"),
          .text(PKITables.day(list.nextUpdate ?? list.thisUpdate))
        ),
        ("file", BilingualText("文件", "file"), .text(keys.revocationList(root))),
      ],
      tables: [
        (
          "revoked",
          Table(
            columns: [
              .init("serial", BilingualText("序列号", "serial")),
              .init("since", BilingualText("吊销日", "since")),
              .init("reason", BilingualText("原因", "reason")),
            ],
            rows: list.entries.map {
              [.text($0.serialHex), .text(PKITables.day($0.revokedAt)), .text($0.reason.name)]
            })
        )
      ])
  }
}
