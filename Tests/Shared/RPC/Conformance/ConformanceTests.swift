// gRPC's interoperability cases with stock libraries of other languages, in both directions, over TLS with client certificates.

import TestSupport
import Testing

@testable import RPC

/// Our server with the conformance service.
func conformanceServer(
  _ pki: TestPKI, _ reactors: ReactorGroup, also methods: [MethodHandler] = []
) throws -> Server {
  try Server(
    configuration: ServerConfiguration(
      address: Address(host: "127.0.0.1", port: 0),
      tls: try pki.service("conformance").tls(trusting: pki.serviceRootPEM),
      onFault: { error, _, path in Issue.record("\(path): \(error)") }),
    reactors: reactors, methods: ConformanceService.methods + methods)
}

func conformanceChannel(
  _ pki: TestPKI, _ reactors: ReactorGroup, port: UInt16
) throws -> Channel {
  try Channel(
    configuration: ChannelConfiguration(
      addresses: [Address(host: "127.0.0.1", port: port)],
      tls: try pki.service("client").tls(trusting: pki.serviceRootPEM)),
    reactors: reactors)
}

@Suite("gRPC's interoperability cases")
struct ConformanceTests {
  private static let caseNames = [
    "empty_unary", "large_unary", "client_streaming", "server_streaming", "ping_pong",
    "empty_stream", "timeout_on_sleeping_server", "cancel_after_begin",
    "cancel_after_first_response", "status_code_and_message", "special_status_message",
    "unimplemented_method", "unimplemented_service", "custom_metadata",
    "concurrent_large_streams", "long_lived_channel", "client_compressed_unary",
    "server_compressed_unary", "client_compressed_streaming", "server_compressed_streaming",
  ]

  @Test(
    "a stock client passes them against our server, and our client against a stock server",
    arguments: ForeignLanguage.allCases)
  func foreign(_ language: ForeignLanguage) async throws {
    let peers = try await ForeignPeers(language)
    let pki = try TestPKI()
    let folder = try CertificateFolder(
      client: try pki.service("client"), server: try pki.service("server"),
      trusting: pki.serviceRootPEM)
    let reactors = ReactorGroup(threadCount: 2, seed: 1)
    let server = try conformanceServer(pki, reactors)
    let address = try await server.start()
    let output = try await peers.runClient("localhost:\(address.port)", folder)
    #expect(output == Self.caseNames.map { "ok \($0)\n" }.joined())
    try await eventually("the cancelled calls to end") {
      await server.statistics().callsOpen == 0
    }
    await server.stop()

    let foreign = try await peers.startServer(folder)
    let channel = try conformanceChannel(pki, reactors, port: foreign.port)
    try await ConformanceClient(channel: channel).runAll()
    await channel.shutdown()
    await foreign.stop()
    await reactors.shutdown()
  }

  @Test("our client passes them against our server")
  func both() async throws {
    let pki = try TestPKI()
    let reactors = ReactorGroup(threadCount: 2, seed: 1)
    let server = try conformanceServer(pki, reactors)
    let address = try await server.start()
    let channel = try conformanceChannel(pki, reactors, port: address.port)
    try await ConformanceClient(channel: channel, serverSeesCompression: true).runAll()
    await server.stop()
    await reactors.shutdown()
  }
}
