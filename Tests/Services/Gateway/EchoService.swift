// A service behind the gateway that says back what it was told, with the admission that every service has.

import Access
import Contracts
import Crypto
import RPC
import Synchronization
import TestSupport
import Vocabulary

/// One replica, on a certificate of the service root.
final class EchoService: Sendable {
  /// Methods of the test, beside those of the contracts.
  static let stream = method("TestStream")
  static let flood = method("TestFlood")
  static let fail = method("TestFail")
  static let wait = method("TestWait")
  /// For systems, and for officers and heads.
  static let systems = MethodAccess(
    path: "/weir.catalog.v1.Catalog/TestSystem", service: "weir.catalog.v1.Catalog",
    roles: [.departmentSystem, .departmentOfficer, .departmentHead], person: .stated)
  static let methods = [stream, flood, fail, wait, systems]

  let replica: Int
  let server: Server
  let address: Address
  let calls: Counter
  let waits: Counter
  /// Messages that a flood has handed to its stream.
  let flooded: Counter

  /// A number that grows, seen from several threads.
  final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .relaxed) }
    func add() { count.add(1, ordering: .relaxed) }
  }

  private static func method(_ name: String) -> MethodAccess {
    MethodAccess(path: "/weir.catalog.v1.Catalog/\(name)", service: "weir.catalog.v1.Catalog")
  }

  static func start(
    _ count: Int, _ service: String, _ pki: TestPKI, _ reactors: ReactorGroup
  ) async throws -> [EchoService] {
    var services: [EchoService] = []
    for replica in 0..<count {
      services.append(try await EchoService(replica, service, pki, reactors))
    }
    return services
  }

  private init(
    _ replica: Int, _ service: String, _ pki: TestPKI, _ reactors: ReactorGroup
  ) async throws {
    self.replica = replica
    let (calls, waits, flooded) = (Counter(), Counter(), Counter())
    self.calls = calls
    self.waits = waits
    self.flooded = flooded
    let admission = ServiceAdmission(
      trust: ServiceTrust(roots: CertificateTrust(roots: [pki.serviceRoot.certificate])),
      domain: pki.domain,
      now: { Instant(milliseconds: pki.now * 1000) })
    let echo = (AccessTable.all.values + [Self.systems])
      .filter { $0.path.hasPrefix("/weir.\(service).") }
      .map { access in
        MethodHandler(
          path: access.path,
          implementation: .unary { message, context in
            let call = try admission.admit(context, access)
            calls.add()
            var trailers = told(call, replica)
            trailers.append("x-json", "\(context.isJSON)")
            return UnaryReply(message, trailers: trailers)
          }, answersJSON: true)
      }
    server = try Server(
      configuration: ServerConfiguration(
        address: Address(host: "127.0.0.1", port: 0),
        tls: try pki.service(service).tls(trusting: pki.serviceRootPEM),
        onFault: { _, _, _ in }),
      reactors: reactors,
      methods: echo + Self.streaming(admission, replica, waits: waits, flooded: flooded))
    address = try await server.start()
  }

  private static func streaming(
    _ admission: ServiceAdmission, _ replica: Int, waits: Counter, flooded: Counter
  ) -> [MethodHandler] {
    [
      MethodHandler(
        path: stream.path,
        implementation: .stream { requests, responses, context in
          let call = try admission.admit(context, stream)
          var headers = Metadata()
          headers.append("x-head", "first")
          try await responses.sendHeaders(headers)
          while let message = try await requests.next() { try await responses.write(message) }
          return told(call, replica)
        }),
      MethodHandler(
        path: flood.path,
        implementation: .stream { requests, responses, context in
          _ = try admission.admit(context, flood)
          guard let block = try await requests.next() else { return Metadata() }
          for _ in 0..<2000 {
            try await responses.write(block)
            flooded.add()
          }
          return Metadata()
        }),
      MethodHandler(
        path: fail.path,
        implementation: .unary { message, context in
          _ = try admission.admit(context, fail)
          var trailers = Metadata()
          trailers.append("weir-reason", "catalog.test")
          trailers.append("x-bytes-bin", bytes: [0, 255, 1])
          throw Status(.failedPrecondition, "不行 %", details: message, trailers: trailers)
        }),
      MethodHandler(
        path: wait.path,
        implementation: .stream { requests, responses, context in
          _ = try admission.admit(context, wait)
          waits.add()
          // Ends with the call alone: the caller never says that it has sent all.
          while let message = try await requests.next() { try await responses.write(message) }
          return Metadata()
        }),
    ]
  }
}

/// What the service was told of the call, as trailers.
private func told(_ call: CallContext, _ replica: Int) -> Metadata {
  var trailers = Metadata()
  trailers.append("x-replica", String(replica))
  trailers.append("x-call-id", call.callID)
  trailers.append("x-entry", call.entryMethod)
  trailers.append("x-caller", call.caller.personName ?? "none")
  trailers.append("x-shown-by", call.caller.personShownBy)
  trailers.append("x-roles", call.caller.roles.map(\.slug).sorted().joined(separator: ","))
  trailers.append("x-system", call.caller.system.text)
  trailers.append("x-region", call.caller.systemRegion)
  trailers.append("x-language", call.language.rawValue)
  trailers.append(
    "x-names", call.rpc.metadata.entries.map(\.name).sorted().joined(separator: ","))
  trailers.append("x-custom", call.rpc.metadata["x-custom"] ?? "none")
  if let deadline = call.deadline {
    trailers.append("x-left-ms", String((deadline - .now) / .milliseconds(1)))
  }
  return trailers
}
