// weir pki master-key: the key in a PKCS #11 token under which a node's files of keys lie.

import ArgumentParser
import Boot
import Crypto
import Vocabulary

struct PKIMasterKey: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "master-key", "生成主密钥，各服务的密钥文件由它加密：在 PKCS #11 令牌中（密钥不出令牌），或在单独保管的文件中。",
      "Make the master key, under which the services' key files lie: in a PKCS #11 token, which it never leaves, or in a file kept apart.",
      more: BilingualText(
        "然后在 DIR/weir.yaml（或各服务配置）中写明 masterKey: {module, token, key, pinFile} 或 {file} 并重启；已有的密钥文件在启动时转为加密。换用新主密钥时，把原来的写入 previous 并重启，之后可删去。主密钥丢失即数据丢失：请按厂商说明备份令牌，文件另存一份。",
        "Then DIR/weir.yaml, or each service's configuration, names masterKey: {module, token, key, pinFile} or {file}; key files of before go under it at the next start. "
          + "To follow one by another, name the old one in previous and restart; then it may go. Without the master key all data are lost: "
          + "back the token up as its vendor says, keep another copy of the file."
      ),
      examples:
        "pki master-key --module /usr/lib/softhsm/libsofthsm2.so --token weir --key master --pin-file pin",
      "pki master-key --file /mnt/key/master")
  }
  @OptionGroup var common: CommonOptions
  @Option(help: hint("厂商的库文件。", "The vendor's library.", "file")) var module: String?
  @Option(help: hint("令牌标签。", "The token's label.", "text")) var token: String?
  @Option(help: hint("主密钥标签。", "The key's label.", "text")) var key: String?
  @Option(
    name: .customLong("pin-file"),
    help: hint("PIN 文件，权限 0600。", "A file of the PIN, mode 0600.", "file"))
  var pinFile: String?
  @Option(
    help: hint(
      "不用令牌，写入这个文件（不得已存在）；请放在数据和密钥目录之外。",
      "Instead of a token: into this file, which must not be there yet, outside the folders of data and keys.",
      "file"))
  var file: String?

  func validate() throws {
    let ofToken = [module, token, key, pinFile]
    guard file == nil ? ofToken.allSatisfy({ $0 != nil }) : ofToken.allSatisfy({ $0 == nil }) else {
      throw ValidationError(
        spoken(
          "请给出 --file，或 --module、--token、--key 和 --pin-file。",
          "Give --file, or --module, --token, --key and --pin-file."))
    }
  }

  func run() async throws {
    if let file {
      guard !Files.exists(file) else {
        throw CommandFailure(
          .usage,
          spoken(
            "\(file) 已存在；主密钥从不覆盖。", "\(file) is there already; a master key is never written over.")
        )
      }
      try Files.write(
        Array(ServiceConfiguration.MasterKeyPlace.text(of: SystemRandom()).utf8), to: file,
        isPrivate: true)
      return common.console.show([("file", BilingualText("文件", "file"), .text(file))])
    }
    let place = ServiceConfiguration.MasterKeyPlace(
      module: module ?? "", token: token ?? "", key: key ?? "", pinFile: pinFile ?? "")
    do {
      try place.inToken(random: SystemRandom()).create()
    } catch CryptoError.token(let step, let code) {
      let number = String(code, radix: 16)
      throw CommandFailure(
        .fault,
        spoken(
          "令牌操作失败：\(step)（CKR 0x\(number)）。", "The token failed to \(step) (CKR 0x\(number))."))
    }
    common.console.show([
      ("token", BilingualText("令牌", "token"), .text(token ?? "")),
      ("key", BilingualText("主密钥", "key"), .text(key ?? "")),
    ])
  }
}
