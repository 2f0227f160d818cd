// A PKCS #11 token in software (SoftHSM2), one for all tests of a process: the module reads its configuration once.

package import Crypto
import Foundation
import Glibc

package struct SoftToken: Sendable {
  package static let module = "/usr/lib/softhsm/libsofthsm2.so"
  package static let isInstalled = FileManager.default.fileExists(atPath: module)
  package static let label = "weir-test"
  package static let pin = "24681357"

  /// The token, made with the first use; its folder goes with the process's temporary files.
  package static let shared = Result { try SoftToken() }

  private let folder: TemporaryFolder

  private init() throws {
    folder = try TemporaryFolder()
    let configuration = folder.path("softhsm2.conf")
    try FileManager.default.createDirectory(
      atPath: folder.path("tokens"), withIntermediateDirectories: true)
    try Data("directories.tokendir = \(folder.path("tokens"))\nlog.level = ERROR\n".utf8)
      .write(to: URL(filePath: configuration))
    setenv("SOFTHSM2_CONF", configuration, 1)
    let tool = Process()
    tool.executableURL = URL(filePath: "/usr/bin/softhsm2-util")
    tool.arguments = [
      "--init-token", "--free", "--label", Self.label, "--so-pin", "13572468", "--pin", Self.pin,
    ]
    tool.standardOutput = FileHandle.nullDevice
    try tool.run()
    tool.waitUntilExit()
    guard tool.terminationStatus == 0 else { throw CryptoError.malformed("token") }
  }

  /// A key of this label in the token, not made yet.
  package func key(_ label: String, pin: String = SoftToken.pin) -> TokenMasterKey {
    TokenMasterKey(
      module: Self.module, token: Self.label, label: label, pin: Array(pin.utf8),
      random: SystemRandom())
  }
}
