// weir pki rotate-issuing, weir pki withdraw-issuing: the gateway's issuing authority and its successor.

import ArgumentParser
import Boot
import Crypto
import Vocabulary

struct PKIRotateIssuing: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "rotate-issuing", "更换网关的签发机构；原签发机构暂时继续有效。",
      "Replace the gateway's issuing authority; the one before stays accepted for the time being.",
      more: BilingualText(
        "以单位根签发新的签发机构。运行中的网关在一秒内改用，调用不中断；持有原证书者即可续期（weir department certificate renew），每次调用都有提醒。都已续期后，用 weir pki withdraw-issuing 撤回原签发机构。",
        "The department root signs a new one. A running gateway takes it within a second, and no call is lost; holders of older certificates may renew at once (weir department certificate renew), and every call tells them so. Once all have, take the former back with weir pki withdraw-issuing."
      ),
      examples: "pki rotate-issuing ./pki", "pki rotate-issuing ./pki --output json")
  }
  @OptionGroup var pki: PKIOptions

  func run() async throws {
    let keys = try pki.keys()
    try keys.rotateIssuing(now: systemNow(), random: SystemRandom())
    pki.common.console.show(try PKITables.certificates(of: keys))
  }
}

struct PKIWithdrawIssuing: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "withdraw-issuing", "撤回更换前的签发机构；其签发的证书不再有效。",
      "Take the issuing authorities of before back; what they issued is refused.",
      more: BilingualText(
        "列入单位根的吊销列表，运行中的进程在一秒内读到。人员此前签署的决定继续有效；私钥泄露时用 --reason key-compromise，其签发证书下的一切签名即不再被接受，须重新决定。",
        "Puts them on the department root's list, which running processes take within a second. What persons signed before stands; where the key may be in other hands use --reason key-compromise: no signature under it counts then, and must be given anew."
      ),
      examples: "pki withdraw-issuing ./pki",
      "pki withdraw-issuing ./pki --reason key-compromise")
  }
  @OptionGroup var pki: PKIOptions
  @Option(help: hint("原因。", "Why.", "reason")) var reason = "superseded"

  func validate() throws {
    guard RevokedCertificate.Reason.names.contains(where: { $0.0 == reason }) else {
      let names = RevokedCertificate.Reason.names.map(\.0)
      throw ValidationError(
        spoken(
          "--reason 可取 \(names.joined(separator: "、"))。",
          "--reason is one of \(names.joined(separator: ", "))."))
    }
  }

  func run() async throws {
    let keys = try pki.keys()
    let reason = RevokedCertificate.Reason.names.first { $0.0 == self.reason }?.1
    let withdrawn = try keys.withdrawFormerIssuing(
      reason: reason ?? .unspecified, now: systemNow())
    guard !withdrawn.isEmpty else {
      throw CommandFailure(
        .refused,
        spoken(
          "没有更换前的签发机构；先运行 weir pki rotate-issuing。",
          "There is no issuing authority of before; run weir pki rotate-issuing first."))
    }
    try PKIList.show(.department, of: keys, on: pki.common.console)
  }
}
