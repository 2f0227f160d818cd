// The person token: whom a registered system states as acting, signed with the key of its certificate (AC-03).

package import Crypto
package import Vocabulary

/// What a call under a system's certificate brings in `weir-person-token-bin` (deploy/PERSON-TOKENS.md): four lines of text, each with its
/// line feed, and after them the DER signature (ECDSA P-256, SHA-256) over these lines.
///
/// ```
/// weir-person-token-v1
/// departments/human-resources/systems/pensions
/// departments/human-resources/persons/wang
/// 1795449900
/// ```
///
/// The third line names a person, or a scheduled run; the fourth is the end, in seconds since 1970 UTC.
package struct PersonToken: Hashable, Sendable {
  /// The most that lies between now and a token's end (FORMATS "A call").
  package static let longestMilliseconds: Int64 = 15 * 60_000
  /// Names are at most 104 bytes, a signature 72.
  package static let mostBytes = 512

  package let department: DepartmentCode
  package let system: SystemName
  package let actor: StatedActor
  /// Real time; the first moment at which the token is no longer good.
  package let end: Instant
  package let signature: [UInt8]

  private static let mark = "weir-person-token-v1"

  /// Reads what ``make(system:of:for:until:key:)`` writes; whether it is signed is asked apart.
  package init(bytes: [UInt8]) throws(PersonTokenError) {
    guard bytes.count <= Self.mostBytes else { throw .malformed }
    var lines: [String] = []
    var rest = bytes[...]
    while lines.count < 4 {
      guard let feed = rest.firstIndex(of: UInt8(ascii: "\n")),
        let line = String(validating: rest[..<feed], as: UTF8.self)
      else { throw .malformed }
      lines.append(line)
      rest = rest[(feed + 1)...]
    }
    guard lines[0] == Self.mark, let name = ResourceName(lines[1], in: .systems),
      let department = name.parentID.flatMap({ DepartmentCode($0) }),
      let system = SystemName(name.id), let actor = StatedActor(lines[2]),
      let seconds = Int64(lines[3]), seconds > 0, seconds < Int64.max / 1000, !rest.isEmpty
    else { throw .malformed }
    self.init(
      department: department, system: system, actor: actor,
      end: Instant(milliseconds: seconds * 1000), signature: Array(rest))
    // One spelling for each token: no sign or zero before the seconds.
    guard lines[3] == String(seconds) else { throw .malformed }
  }

  private init(
    department: DepartmentCode, system: SystemName, actor: StatedActor, end: Instant,
    signature: [UInt8]
  ) {
    self.department = department
    self.system = system
    self.actor = actor
    self.end = end
    self.signature = signature
  }

  /// The bytes that are signed.
  package var signed: [UInt8] {
    let name = ResourceName.system(department, system).text
    return Array("\(Self.mark)\n\(name)\n\(actor.name)\n\(end.milliseconds / 1000)\n".utf8)
  }

  /// A token, as it goes on the wire.
  ///
  /// - Parameter end: Cut to whole seconds.
  package static func make(
    system: SystemName, of department: DepartmentCode, for actor: StatedActor,
    until end: Instant, key: P256PrivateKey
  ) throws(CryptoError) -> [UInt8] {
    let token = PersonToken(
      department: department, system: system, actor: actor,
      end: Instant(milliseconds: end.milliseconds / 1000 * 1000), signature: [])
    return token.signed + (try key.sign(token.signed))
  }
}

/// Why a person token is not taken.
package enum PersonTokenError: String, Error, Sendable, Hashable, CaseIterable {
  case malformed
  /// The call was made with a person's own certificate, which says who acts.
  case needless
  /// It names another system than the one whose certificate was shown.
  case systemDiffers = "system_differs"
  case signature
  case expired
  /// Its end is further away than a token may be good.
  case endTooFar = "end_too_far"

  package var text: BilingualText {
    switch self {
    case .malformed: BilingualText("格式不对", "it cannot be read")
    case .needless:
      BilingualText("以个人证书调用时不得另行说明操作人", "a person's own certificate already says who acts")
    case .systemDiffers:
      BilingualText("所称系统不是出示证书的系统", "it names another system than the certificate shown")
    case .signature:
      BilingualText(
        "签名不是所出示证书的密钥所作", "it is not signed with the key of the certificate shown")
    case .expired: BilingualText("已过期", "it has expired")
    case .endTooFar:
      BilingualText("有效期超过十五分钟", "its end is more than 15 minutes away")
    }
  }
}
