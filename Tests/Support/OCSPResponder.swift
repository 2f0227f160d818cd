// An OCSP responder for tests: openssl's own, with the service root of a test's PKI.

package import Crypto
import Foundation

/// The files of `openssl ocsp`, in which every certificate is written down as good or revoked.
package struct OCSPResponder {
  private let folder: TemporaryFolder
  private let pki: TestPKI

  package init(
    _ pki: TestPKI, key: P256PrivateKey, good: [Certificate], revoked: [Certificate] = []
  ) throws {
    folder = try TemporaryFolder()
    self.pki = pki
    func line(_ mark: String, _ since: String, _ certificate: Certificate) -> String {
      "\(mark)\t401231000000Z\t\(since)\t\(certificate.serialHex.uppercased())\tunknown\t/CN=x\n"
    }
    let index =
      good.map { line("V", "", $0) } + revoked.map { line("R", "240101000000Z", $0) }
    try save("index.txt", index.joined())
    try save("ca.pem", pki.serviceRootPEM)
    try save("ca.key", try key.pem())
  }

  private func save(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(filePath: folder.path(name)))
  }

  private var common: [String] {
    [
      "ocsp", "-index", folder.path("index.txt"), "-CA", folder.path("ca.pem"), "-rsigner",
      folder.path("ca.pem"), "-rkey", folder.path("ca.key"), "-ndays", "1",
    ]
  }

  /// The answer to a request, without a network.
  package func answer(_ request: [UInt8]) async throws -> [UInt8] {
    let (ask, reply) = (folder.path("request.der"), folder.path("reply.der"))
    try Data(request).write(to: URL(filePath: ask))
    try await runToEnd("openssl", common + ["-reqin", ask, "-respout", reply])
    return [UInt8](try Data(contentsOf: URL(filePath: reply)))
  }

  /// Listens, answers so many requests, and ends.
  package func serve(at port: UInt16, requests: Int) async throws {
    try await runToEnd("openssl", common + ["-port", String(port), "-nrequest", String(requests)])
  }
}
