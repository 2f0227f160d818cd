// weir pki export: a certificate with its key in one file, for Java and browsers.

import ArgumentParser
import Boot
import Crypto
import Vocabulary

struct PKIExport: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "export", "把证书与私钥导出为 PKCS#12 文件。", "Write a certificate and its key as a PKCS#12 file.",
      more: BilingualText(
        "FOLDER 为单位领到的目录（cert.pem 含证书链，key.pem）。口令从文件读取，不作参数。Java 8u301 之前的版本加 --legacy。",
        "FOLDER is what the department was given: cert.pem with its chain, and key.pem. The password is read from a file, never an argument. For Java before 8u301 add --legacy."
      ),
      examples: "pki export ./pensions --out pensions.p12 --password-file secret",
      "pki export ./pensions --out pensions.p12 --password-file secret --legacy")
  }
  @OptionGroup var common: CommonOptions
  @Argument(help: hint("证书与私钥的目录。", "The folder of both.", "dir")) var folder: String
  @Option(help: hint("写出的文件。", "The file to write.", "file")) var out: String
  @Option(
    help: hint(
      "口令文件，取首行；至少 6 个字节。", "The password: the file's first line, 6 bytes at least.", "file"))
  var passwordFile: String
  @Option(help: hint("条目别名。", "The entry's alias.", "text")) var alias = "weir"
  @Flag(help: hint("旧格式（3DES、SHA-1），供旧版 Java。", "The old form, 3DES and SHA-1, for old Java."))
  var legacy = false

  func run() async throws {
    let secret = String(decoding: try readBytes(passwordFile), as: UTF8.self)
    let password = String(secret.split(whereSeparator: \.isNewline).first ?? "")
    // keytool takes no shorter one; a zero byte would end it early.
    guard password.utf8.count >= 6, !password.utf8.contains(0) else {
      throw CommandFailure(
        .usage, spoken("口令至少 6 个字节。", "The password has 6 bytes at least."))
    }
    let chain = try Certificate.all(
      pem: String(decoding: try readBytes(folder + "/cert.pem"), as: UTF8.self))
    let key = try P256PrivateKey(
      pem: String(decoding: try readBytes(folder + "/key.pem"), as: UTF8.self))
    let store = try KeyStore.encode(
      key, chain: chain, alias: alias, password: password, form: legacy ? .legacy : .modern)
    try Files.write(store, to: out, isPrivate: true)
    common.console.show([
      ("file", BilingualText("文件", "file"), .text(out)),
      ("alias", BilingualText("别名", "alias"), .text(alias)),
      ("name", BilingualText("名称", "name"), .text(chain.first?.uris.first ?? "")),
    ])
  }
}
