// Calls through the gateway: who is let in, what the service is told, and what comes back.

import Access
import Contracts
import Crypto
import GatewayHandlers
import Glibc
import GatewayRules
import RPC
import TestSupport
import Testing
import Vocabulary

private let getEntry = "/weir.catalog.v1.Catalog/GetEntry"
private let createEntry = "/weir.catalog.v1.Catalog/CreateEntry"
private let reviewEntry = "/weir.catalog.v1.Catalog/ReviewEntry"

/// What comes back from a listener until it closes.
private func clearTextAnswer(to bytes: [UInt8], at address: Address) throws -> [UInt8] {
  let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  try #require(socket >= 0)
  defer { close(socket) }
  var limit = timeval(tv_sec: 10, tv_usec: 0)
  setsockopt(
    socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  var place = sockaddr_in()
  place.sin_family = sa_family_t(AF_INET)
  place.sin_port = UInt16(address.port).bigEndian
  place.sin_addr.s_addr = inet_addr(address.host)
  let connected = withUnsafePointer(to: &place) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
  try #require(connected == 0)
  _ = bytes.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
  var answer: [UInt8] = []
  var part = [UInt8](repeating: 0, count: 4096)
  while true {
    let count = part.withUnsafeMutableBytes { recv(socket, $0.baseAddress, $0.count, 0) }
    // Closed, or reset; a limit that runs out is neither.
    if count < 0 { try #require(errno == ECONNRESET, "the listener neither answers nor closes") }
    if count <= 0 { return answer }
    answer += part.prefix(count)
  }
}

@Suite("AC-01 AC-03 AC-05 the gateway decides who calls", .timeLimit(.minutes(10 * patience)))
struct GateTests {
  @Test("a registered person is told to the service with roles, call id and entry method")
  func admitted() async throws {
    try await withNode { node in
      let reply = try await node.channel("civil-affairs/zhang").unary(getEntry, [1, 2, 3])
      #expect(reply.message == [1, 2, 3])
      #expect(reply.trailers["x-caller"] == "departments/civil-affairs/persons/zhang")
      #expect(reply.trailers["x-roles"] == "dept-officer")
      #expect(reply.trailers["x-system"] == "workstation")
      #expect(reply.trailers["x-entry"] == getEntry)
      #expect(reply.trailers["x-call-id"].map(CallMetadata.isCallID) == true)
      #expect(reply.trailers["x-language"] == "zh")
    }
  }

  @Test(
    "AC-03 a system acts for the person whom it states, with the system's role; without one it does not",
    .obligation("luyi-2019/18.2a"))
  func systems() async throws {
    try await withNode { node in
      let channel = try node.channel("civil-affairs/registers")
      let silent = await refusal { try await channel.unary(getEntry, []) }
      #expect(silent?.code == .permissionDenied && silent?.reason == "access.person_required")
      #expect(silent?.trailers["weir-field"] == "weir-person-token-bin")
      #expect(silent?.trailers["weir-next-step"]?.isEmpty == false)
      let zhang = try node.stating("departments/civil-affairs/persons/zhang")
      let reply = try await channel.unary(getEntry, [], zhang)
      #expect(reply.trailers["x-caller"] == "departments/civil-affairs/persons/zhang")
      #expect(reply.trailers["x-shown-by"] == "token")
      #expect(reply.trailers["x-roles"] == "dept-system")
      #expect(reply.trailers["x-system"] == "registers")
      // The token ends at the gateway.
      #expect(reply.trailers["x-names"]?.contains("weir-person-token-bin") == false)
      let refused = await refusal { try await channel.unary(createEntry, [], zhang) }
      #expect(refused?.code == .permissionDenied)
      #expect(refused?.reason == "access.person_certificate_required")
    }
  }

  @Test(
    "a role that the method does not name is refused, with article and next step",
    .obligation("luyi-2019/18.2a"))
  func roles() async throws {
    try await withNode { node in
      var options = CallOptions()
      options.metadata.append(CallMetadata.language, "en")
      let asked = options
      let refused = await refusal {
        try await node.channel("civil-affairs/zhang").unary(reviewEntry, [], asked)
      }
      #expect(refused?.code == .permissionDenied && refused?.reason == "access.role_missing")
      #expect(refused?.trailers["weir-article"] == "luyi-2019/18.2a")
      #expect(refused?.message == "None of your roles permits this.")
      let told = RemoteRefusal(try #require(refused))
      #expect(told.sentences[.chinese]?.isEmpty == false)
      #expect(told.reference.map(CallMetadata.isCallID) == true)
      #expect(node.upstreams[0].calls.value == 0)
      _ = try await node.channel("data-bureau/wu").unary(reviewEntry, [])
    }
  }

  @Test("internal methods are refused by name, unknown ones do not exist")
  func internals() async throws {
    try await withNode { node in
      for path in [
        "/weir.catalog.v1.Catalog/ResolveEntry", "/weir.registry.v1.Registry/ResolveDepartment",
        "/weir.registry.v1.Registry/ResolveSystem",
        "/weir.registry.v1.Registry/ResolveCertificate",
        "/weir.events.v1.Events/Subscribe",
      ] {
        let refused = await refusal { try await node.channel("data-bureau/wu").unary(path, []) }
        #expect(refused?.code == .permissionDenied, "\(path)")
        #expect(refused?.reason == "access.internal_method", "\(path)")
      }
      for path in ["/weir.catalog.v1.Catalog/Nothing", "/x.Y/Z"] {
        let refused = await refusal { try await node.channel("data-bureau/wu").unary(path, []) }
        #expect(refused?.code == .unimplemented, "\(path)")
      }
    }
  }

  @Test("every via method of the contracts is closed to departments", .obligation("hebi-2021/7a"))
  func viaMethods() async throws {
    try await withNode { node in
      let channel = try node.channel("data-bureau/wu")
      let closed = AccessTable.all.values.filter { !$0.isPublic }
      #expect(closed.count > 8)
      for method in closed {
        let refused = await refusal { try await channel.unary(method.path, []) }
        #expect(refused?.reason == "access.internal_method", "\(method.path)")
      }
    }
  }

  @Test("whatever a client says in the gateway's own words is dropped")
  func forgedMetadata() async throws {
    try await withNode { node in
      var options = CallOptions()
      options.metadata.append(CallMetadata.callID, "ffffffffffffffffffffffffffffffff")
      options.metadata.append(CallMetadata.entryMethod, "/weir.share.v1.Share/Lookup")
      options.metadata.append(CallMetadata.person, "departments/data-bureau/persons/wu")
      options.metadata.append(CallMetadata.ticket, bytes: [1, 2, 3])
      options.metadata.append("weir-anything", "x")
      options.metadata.append(CallMetadata.language, "en")
      options.metadata.append("x-custom", "kept")
      let reply = try await node.channel("civil-affairs/zhang").unary(getEntry, [], options)
      #expect(reply.trailers["x-caller"] == "departments/civil-affairs/persons/zhang")
      #expect(reply.trailers["x-entry"] == getEntry)
      #expect(reply.trailers["x-call-id"] != "ffffffffffffffffffffffffffffffff")
      #expect(reply.trailers["x-language"] == "en")
      #expect(reply.trailers["x-custom"] == "kept")
      let names = try #require(reply.trailers["x-names"]).split(separator: ",")
      #expect(!names.contains("weir-anything"))
      #expect(names.count { $0 == "weir-ticket-bin" } == 1)
      #expect(names.count { $0 == "weir-person" } == 1)
    }
  }

  @Test(
    "a foreign authority's certificate ends in a TLS alert, none at all likewise",
    .obligation("meizhou-specific-2021/33d", "luyi-2019/6.i7c"))
  func foreignAuthority() async throws {
    try await withNode { node in
      let foreign = try TestPKI().person("wu", department: "data-bureau")
      let refused = await refusal {
        try await node.channel(identity: foreign).unary(getEntry, [])
      }
      #expect(refused?.code == .unavailable && refused?.reason == nil)
      let service = try node.pki.service("catalog")
      let asService = await refusal {
        try await node.channel(identity: service).unary(getEntry, [])
      }
      #expect(asService?.code == .unavailable && asService?.reason == nil)
      let statistics = await node.server.statistics()
      #expect(statistics.handshakesFailed >= 2)
    }
  }

  @Test(
    "AC-02 whoever speaks in the clear is cut off, at the gateway and at a service",
    .obligation("meizhou-specific-2021/33a"))
  func clearText() async throws {
    try await withNode { node in
      // A sound HTTP/2 client, but for TLS: preface and an empty SETTINGS frame.
      let hello = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]
      for address in [node.address, node.upstreams[0].address] {
        let answer = try clearTextAnswer(to: hello, at: address)
        // At most a TLS alert (record type 21) comes back, never a frame of HTTP/2.
        #expect(answer.isEmpty || answer.first == 21, "\(answer.prefix(16))")
      }
      #expect(node.upstreams[0].calls.value == 0)
      _ = try await node.channel("civil-affairs/zhang").unary(getEntry, [])
      #expect(node.upstreams[0].calls.value == 1)
    }
  }

  @Test(
    "a department's certificate used directly against a service is foreign there (AC-05)",
    .obligation("hebi-2021/7a"))
  func directService() async throws {
    try await withNode { node in
      let direct = try node.channel(
        "data-bureau/wu", to: node.upstreams[0].address)
      let refused = await refusal { try await direct.unary(getEntry, []) }
      #expect(refused?.code == .unavailable && refused?.reason == nil)
      #expect(await node.upstreams[0].server.statistics().handshakesFailed >= 1)
      #expect(node.upstreams[0].calls.value == 0)
    }
  }

  @Test(
    "an unregistered certificate of ours, and one that expires while connected, get a readable answer",
    .obligation("meizhou-specific-2021/33d", "luyi-2019/6.i7c"))
  func readableAnswers() async throws {
    try await withNode { node in
      let stranger = try node.pki.person("stranger", department: "civil-affairs")
      let unknown = await refusal { try await node.channel(identity: stranger).unary(getEntry, []) }
      #expect(unknown?.code == .unauthenticated)
      #expect(unknown?.reason == "access.certificate_unregistered")
      #expect(unknown?.message.contains(stranger.certificate.serialHex) == true)
      #expect(unknown?.trailers["weir-next-step"] != nil)
      // A hundred days on, every certificate of the test has expired; the connection made now still stands.
      let channel = try node.channel("civil-affairs/zhang")
      _ = try await channel.unary(getEntry, [])
      node.clock.pass(seconds: 100 * 86_400)
      let late = await refusal { try await channel.unary(getEntry, []) }
      #expect(late?.code == .unauthenticated && late?.reason == "access.certificate_expired")
    }
  }

  @Test(
    "a registered certificate that has expired, or is not valid yet, is told so at its handshake",
    .obligation("meizhou-specific-2021/33d"),
    arguments: [
      (92, "access.certificate_expired"), (-1, "access.certificate_not_yet_valid"),
    ] as [(Int64, String)])
  func outOfTermAtHandshake(_ age: Int64, _ reason: String) async throws {
    try await withNode(age: age) { node in
      let refused = await refusal {
        try await node.channel("civil-affairs/zhang").unary(getEntry, [])
      }
      #expect(refused?.code == .unauthenticated, "\(refused?.message ?? "")")
      #expect(refused?.reason == reason)
      #expect(refused?.trailers["weir-next-step"] != nil)
      #expect(await node.server.statistics().handshakesFailed == 0)
      #expect(node.upstreams[0].calls.value == 0)
    }
  }
}

@Suite("The gateway carries calls", .timeLimit(.minutes(10 * patience)))
struct ForwardingTests {
  @Test("a service's status comes back as it was: code, message, details, trailers")
  func statuses() async throws {
    try await withNode { node in
      let refused = await refusal {
        try await node.channel("civil-affairs/zhang").unary(EchoService.fail.path, [8, 9])
      }
      #expect(refused?.code == .failedPrecondition && refused?.message == "不行 %")
      #expect(refused?.details == [8, 9])
      #expect(refused?.reason == "catalog.test")
      #expect(refused?.trailers.bytes("x-bytes-bin") == [0, 255, 1])
    }
  }

  @Test("the deadline is passed on, a little shorter")
  func deadlines() async throws {
    try await withNode { node in
      let channel = try node.channel("civil-affairs/zhang")
      let reply = try await channel.unary(
        getEntry, [], CallOptions(timeout: .seconds(10)))
      let left = try #require(reply.trailers["x-left-ms"].flatMap { Double($0) })
      #expect(left < 9_950 && left > 1_000)
      #expect(try await channel.unary(getEntry, []).trailers["x-left-ms"] == nil)
      let late = await refusal {
        try await channel.stream(
          EchoService.wait.path, CallOptions(timeout: .milliseconds(200))
        ) { try await $0.next() }
      }
      #expect(late?.code == .deadlineExceeded)
    }
  }

  @Test("calls go round the replicas; when one ends the others take its calls")
  func replicas() async throws {
    try await withNode(replicas: 3) { node in
      let channel = try node.channel("civil-affairs/zhang")
      var seen: [String: Int] = [:]
      for _ in 0..<60 {
        let reply = try await channel.unary(getEntry, [], CallOptions(waitsForReady: true))
        seen[reply.trailers["x-replica"] ?? "none", default: 0] += 1
      }
      try await eventually("all three replicas to be called") {
        let reply = try await channel.unary(getEntry, [])
        seen[reply.trailers["x-replica"] ?? "none", default: 0] += 1
        return seen.count == 3
      }
      await node.upstreams[1].server.stop()
      try await eventually("the dead replica to be left out") {
        for _ in 0..<10 {
          guard let reply = try? await channel.unary(getEntry, []),
            reply.trailers["x-replica"] != "1"
          else { return false }
        }
        return true
      }
    }
  }

  @Test("a service that is not there is UNAVAILABLE, one that the node lacks too")
  func absentServices() async throws {
    try await withNode(upstream: Address(host: "127.0.0.1", port: 1)) { node in
      let channel = try node.channel("civil-affairs/zhang")
      let dead = await refusal { try await channel.unary(getEntry, []) }
      #expect(dead?.code == .unavailable && dead?.reason == "access.service_unavailable")
      #expect(dead?.message.contains("127.0.0.1") == false)
      let stream = await refusal {
        try await channel.stream(EchoService.stream.path) { try await $0.next() }
      }
      #expect(stream?.reason == "access.service_unavailable")
      let lacking = await refusal {
        try await channel.unary("/weir.share.v1.Share/ListGrants", [])
      }
      #expect(lacking?.code == .unavailable && lacking?.reason == "access.service_unavailable")
    }
  }

  @Test("a stream passes both ways, headers first and trailers last")
  func streams() async throws {
    try await withNode { node in
      let channel = try node.channel("civil-affairs/zhang")
      let trailers = try await channel.stream(EchoService.stream.path) { stream in
        for number in UInt8(0)..<100 {
          try await stream.send([number])
          if number == 0 { #expect(try await stream.headers()["x-head"] == "first") }
          #expect(try await stream.next() == [number])
        }
        try await stream.finishSending()
        #expect(try await stream.next() == nil)
        return try await stream.trailers()
      }
      #expect(trailers["x-caller"] == "departments/civil-affairs/persons/zhang")
    }
  }

  @Test("a reader that does not read stops the service behind the gateway")
  func backPressure() async throws {
    try await withNode { node in
      let channel = try node.channel("civil-affairs/zhang")
      let block = [UInt8](repeating: 7, count: 64 << 10)
      let flooded = node.upstreams[0].flooded
      let count = try await channel.stream(EchoService.flood.path) { stream in
        try await stream.send(block)
        try await stream.finishSending()
        // Nothing is read until the flood has come to rest: it holds what the windows hold, not its 125 MiB.
        var last = 0
        var looks = 0
        try await eventually("the flood to come to rest") {
          let now = flooded.value
          looks = now > 0 && now == last ? looks + 1 : 0
          last = now
          return looks == 60
        }
        #expect(flooded.value < 1000)
        var count = 0
        while let message = try await stream.next() {
          #expect(message.count == block.count)
          count += 1
        }
        return count
      }
      #expect(count == 2000 && flooded.value == 2000)
    }
  }

  @Test("a caller who leaves ends the call at the service")
  func cancellation() async throws {
    try await withNode { node in
      let channel = try node.channel("civil-affairs/zhang")
      try await channel.stream(EchoService.wait.path) { stream in
        try await stream.send([1])
        #expect(try await stream.next() == [1])
      }
      try await eventually("the service's call to end") {
        await node.upstreams[0].server.statistics().callsOpen == 0
      }
    }
  }

  @Test("each department has a rate of its own; what is refused is told when to come again")
  func rates() async throws {
    let rate = try #require(CallRate(perSecond: 2, burst: 3))
    try await withNode(rate: rate) { node in
      let zhang = try node.channel("civil-affairs/zhang")
      let li = try node.channel("civil-affairs/li")
      for _ in 0..<3 { _ = try await zhang.unary(getEntry, []) }
      for channel in [zhang, li] {
        let refused = await refusal { try await channel.unary(getEntry, []) }
        #expect(refused?.code == .resourceExhausted && refused?.reason == "access.rate_limited")
        #expect(refused?.trailers[CallMetadata.retryAfter] == "500")
      }
      _ = try await node.channel("justice/sun").unary(getEntry, [])
      node.clock.pass(milliseconds: 500)
      _ = try await li.unary(getEntry, [])
    }
  }

  @Test("a call that is refused takes from the rate too, also where nobody known stands behind it")
  func refusedRates() async throws {
    let rate = try #require(CallRate(perSecond: 2, burst: 3))
    try await withNode(rate: rate) { node in
      let zhang = try node.channel("civil-affairs/zhang")
      let stranger = try node.channel(
        identity: try node.pki.person("stranger", department: "civil-affairs"))
      for (channel, reason) in [
        (zhang, "access.role_missing"), (stranger, "access.certificate_unregistered"),
      ] {
        for _ in 0..<3 {
          let refused = await refusal { try await channel.unary(reviewEntry, []) }
          #expect(refused?.reason == reason)
        }
        let refused = await refusal { try await channel.unary(reviewEntry, []) }
        #expect(refused?.code == .resourceExhausted && refused?.reason == "access.rate_limited")
      }
      // Nobody else's.
      _ = try await node.channel("justice/sun").unary(getEntry, [])
    }
  }

  @Test("what a refused caller writes as a path stands nowhere in the evidence")
  func paths() async throws {
    try await withNode { node in
      let stranger = try node.channel(
        identity: try node.pki.person("stranger", department: "civil-affairs"))
      for number in 0..<20 {
        let path = "/110101199003070\(100 + number)/" + String(repeating: "x", count: 200)
        let refused = await refusal { try await stranger.unary(path, []) }
        #expect(refused?.code == .unauthenticated)
      }
      _ = await refusal { try await stranger.unary(getEntry, []) }
      let notes = RefusalNotes()
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await node.gateway.recordRefusals(in: notes) }
        _ = try? await eventually("the refusals to be told") { notes.all.count == 21 }
        group.cancelAll()
      }
      let methods = Set(notes.all.map { $0.split(separator: " ")[1] })
      #expect(methods == ["unknown", getEntry[...]])
    }
  }

  @Test("a watch of health ends within a second when its certificate's holder may call no more")
  func watchedHealth() async throws {
    try await withNode { node in
      let channel = try node.channel("civil-affairs/zhang")
      let ended = await refusal {
        try await channel.stream(
          "/grpc.health.v1.Health/Watch", CallOptions(timeout: .seconds(20) * patience)
        ) { stream in
          try await stream.send(try GRPCHealthV1.HealthCheckRequest().serialized())
          try await stream.finishSending()
          #expect(try await stream.next() != nil)
          _ = try await node.registry("data-bureau/wu").setDepartmentState(
            .with {
              $0.requestID = fresh()
              $0.name = "departments/civil-affairs"
              $0.state = .disabled
              $0.reason = "merged"
            })
          while try await stream.next() != nil {}
        }
      }
      #expect(ended?.code == .unauthenticated)
      #expect(ended?.reason == "access.department_disabled")
    }
  }
}
