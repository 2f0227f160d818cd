// What weir doctor says of certificates: their terms, their keys, and the lists of those that are revoked.

import Boot
import Crypto
import Foundation
import Vocabulary

extension Examination {
  func terms(_ keys: KeyFolder) -> Finding {
    let check = BilingualText("证书有效期", "terms of certificates")
    let seconds = now.milliseconds / 1000
    var earliest: (name: String, end: Int64)?
    for (path, _) in PKITables.files(of: keys) {
      guard let bytes = try? readBytes(path),
        let certificate = try? Certificate.all(pem: String(decoding: bytes, as: UTF8.self)).first
      else {
        return Finding(
          check: check, grade: .wrong,
          detail: BilingualText("\(path) 无法读取", "\(path) cannot be read"),
          advice: Self.issueAgain)
      }
      if certificate.notAfter < earliest?.end ?? .max {
        earliest = (String(path.dropFirst(keys.path.count + 1)), certificate.notAfter)
      }
    }
    guard let earliest else {
      return Finding(
        check: check, grade: .wrong, detail: BilingualText("没有证书", "there are none"),
        advice: BilingualText("weir pki init", "weir pki init"))
    }
    let left = earliest.end - seconds
    let grade: Finding.Grade =
      left <= 0 ? .wrong : left < Self.soonDays * Self.daySeconds ? .soon : .well
    return Finding(
      check: check, grade: grade,
      detail: BilingualText(
        "最早到期 \(PKITables.day(earliest.end))（\(earliest.name)）",
        "the first ends on \(PKITables.day(earliest.end)) (\(earliest.name))"),
      advice: grade == .well ? nil : Self.issueAgain)
  }

  private static let issueAgain = BilingualText(
    "重新签发。服务：weir pki issue-service；单位：weir department certificate issue（人员：request、approve）",
    "issue it again. Services: weir pki issue-service; departments: weir department certificate issue (persons: request, approve)"
  )

  /// A running process goes on with the pair that it has when the files do not fit.
  func pairs(_ keys: KeyFolder) -> Finding {
    let check = BilingualText("证书与私钥", "certificates and keys")
    for (certificatePath, keyPath) in PKITables.files(of: keys) where Files.exists(keyPath) {
      let key = try? P256PrivateKey(pem: String(decoding: try readBytes(keyPath), as: UTF8.self))
      let text = (try? readBytes(certificatePath)).map { String(decoding: $0, as: UTF8.self) }
      // What cannot be read is told with the terms.
      guard let certificate = text.flatMap({ try? Certificate.all(pem: $0).first }) else {
        continue
      }
      if key?.publicKey.der == certificate.publicKeyInfo { continue }
      let name = String(keyPath.dropFirst(keys.path.count + 1))
      return Finding(
        check: check, grade: .wrong,
        detail: BilingualText(
          "\(name) 不是其证书的私钥，进程继续使用原有的一对",
          "\(name) is not the key of its certificate; processes keep the pair that they have"),
        advice: Self.issueAgain)
    }
    return Finding(
      check: check, grade: .well, detail: BilingualText("相符", "they fit"), advice: nil)
  }

  /// A list that has ended turns every new connection away.
  func list(_ keys: KeyFolder, _ root: KeyFolder.Root) -> Finding {
    let check =
      root == .service
      ? BilingualText("服务证书吊销列表", "revocation list of services")
      : BilingualText("签发机构吊销列表", "revocation list of the issuing authority")
    let command = "weir pki crl \(keys.path)" + (root == .service ? "" : " --root department")
    let advice = BilingualText(command, command)
    let list: RevocationList?
    do { list = try keys.currentList(root) } catch {
      return Finding(
        check: check, grade: .wrong,
        detail: BilingualText("无法读取或不是本根签署", "cannot be read, or this root did not sign it"),
        advice: advice)
    }
    guard let list, let end = list.nextUpdate else {
      return Finding(
        check: check, grade: .soon,
        detail: BilingualText("没有：不核查吊销", "none: nothing is looked up"),
        advice: BilingualText("\(command)，然后重新启动", "\(command), then restart"))
    }
    let left = end - now.milliseconds / 1000
    let grade: Finding.Grade =
      left <= 0 ? .wrong : left < Self.soonDays * Self.daySeconds ? .soon : .well
    return Finding(
      check: check, grade: grade,
      detail: BilingualText(
        "至 \(PKITables.day(end))，已吊销 \(list.entries.count) 个",
        "until \(PKITables.day(end)); \(list.entries.count) revoked"),
      advice: grade == .well ? nil : advice)
  }
}
