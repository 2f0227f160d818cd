// What the log keeps of connections that anybody may open and nobody is let into.

import Synchronization
import TestSupport
import Testing

@testable import Boot
@testable import RPC

@Suite("Refused connections fill no disk")
struct RefusedConnectionsTests {
  @Test("a thousand from one block leave a line and a count")
  func counted() {
    let clock = TestClock()
    let lines = Mutex<[RefusedConnections.Line]>([])
    let refused = RefusedConnections(now: clock.now) { line in lines.withLock { $0.append(line) } }
    for number in 0..<1_000 {
      refused.note(
        ConnectionRefusal(
          peerAddress: "192.0.2.\(number % 200):\(number + 1_000)",
          reason: .handshake("unknown ca \(number)")))
    }
    #expect(
      lines.withLock { $0 } == [
        .init(peer: "192.0.2.0:1000", reason: #"handshake("unknown ca 0")"#, count: 1)
      ])
    clock.pass(seconds: 60)
    refused.note(ConnectionRefusal(peerAddress: "[2001:db8::9]:7", reason: .handshakeTimeout))
    refused.note(ConnectionRefusal(peerAddress: "[2001:db8::8]:7", reason: .handshakeTimeout))
    refused.flush()
    refused.flush()
    #expect(
      lines.withLock { $0.dropFirst() } == [
        .init(peer: "192.0.2.*", reason: "handshake", count: 1_000),
        .init(peer: "[2001:db8::9]:7", reason: "handshakeTimeout", count: 1),
        .init(peer: "2001:db8:*", reason: "handshakeTimeout", count: 2),
      ])
  }

  @Test("a thousand blocks leave no more lines than are told apart in a minute")
  func manyBlocks() {
    let clock = TestClock()
    let lines = Mutex<[RefusedConnections.Line]>([])
    let refused = RefusedConnections(now: clock.now) { line in lines.withLock { $0.append(line) } }
    for number in 0..<1_000 {
      refused.note(
        ConnectionRefusal(
          peerAddress: "10.\(number / 250).\(number % 250).1:9", reason: .headersTimeout))
    }
    #expect(lines.withLock(\.count) == 20)
    refused.flush()
    #expect(lines.withLock(\.last) == .init(peer: "", reason: "other", count: 980))
    #expect(lines.withLock(\.count) == 21)
  }
}
