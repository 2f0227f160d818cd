// weir pki master-key: the key in a PKCS #11 token under which a node's files of keys lie.

import ArgumentParser
import Boot
import Crypto
import Vocabulary

struct PKIMasterKey: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "master-key", "在 PKCS #11 令牌中生成主密钥；各服务的密钥文件由它加密，密钥不出令牌。",
      "Make the master key in a PKCS #11 token; the services' key files lie under it, and it never leaves the token.",
      more: BilingualText(
        "然后在 DIR/weir.yaml（或各服务配置）中写明 masterKey: {module, token, key, pinFile} 并重启；已有的密钥文件在启动时转为加密。令牌丢失即数据丢失，请按厂商说明备份令牌。",
        "Then DIR/weir.yaml, or each service's configuration, names masterKey: {module, token, key, pinFile}; key files of before go under it at the next start. "
          + "Without the token all data are lost: back it up as its vendor says."
      ),
      examples:
        "pki master-key --module /usr/lib/softhsm/libsofthsm2.so --token weir --key master --pin-file pin"
    )
  }
  @OptionGroup var common: CommonOptions
  @Option(help: hint("厂商的库文件。", "The vendor's library.", "file")) var module: String
  @Option(help: hint("令牌标签。", "The token's label.", "text")) var token: String
  @Option(help: hint("主密钥标签。", "The key's label.", "text")) var key: String
  @Option(
    name: .customLong("pin-file"),
    help: hint("PIN 文件，权限 0600。", "A file of the PIN, mode 0600.", "file"))
  var pinFile: String

  func run() async throws {
    let place = ServiceConfiguration.MasterKeyPlace(
      module: module, token: token, key: key, pinFile: pinFile)
    do {
      try place.open(random: SystemRandom()).create()
    } catch CryptoError.token(let step, let code) {
      let number = String(code, radix: 16)
      throw CommandFailure(
        .fault,
        spoken(
          "令牌操作失败：\(step)（CKR 0x\(number)）。", "The token failed to \(step) (CKR 0x\(number))."))
    }
    common.console.show([
      ("token", BilingualText("令牌", "token"), .text(token)),
      ("key", BilingualText("主密钥", "key"), .text(key)),
    ])
  }
}
