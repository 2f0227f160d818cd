// Asking a replica whether it serves (grpc.health.v1.Health/Watch), on the very connection that calls would use.

/// One Watch call. Confined to its reactor; its two messages are so small that they are read and written here.
final class HealthWatch: ClientCall {
  private unowned let subchannel: Subchannel

  init(_ service: String, of subchannel: Subchannel, balancer: Balancer) {
    self.subchannel = subchannel
    super.init(
      "/grpc.health.v1.Health/Watch", message: nil, options: CallOptions(), balancer: balancer,
      core: balancer.core, isEndless: true)
    // HealthCheckRequest: field 1 is the service's name.
    let name = Array(service.utf8)
    var length = name.count
    var bytes: [UInt8] = name.isEmpty ? [] : [0x0A]
    while length > 0x7F {
      bytes.append(UInt8(length & 0x7F) | 0x80)
      length >>= 7
    }
    if !name.isEmpty { bytes += [UInt8(length)] + name }
    send(bytes, compressed: false)
    finishSending()
  }

  override func messageArrived() {
    while let reply = try? takeReply() {
      // HealthCheckResponse: field 1 is the state, 1 is SERVING.
      subchannel.healthChanged(self, isServing: reply.content == [0x08, 1])
    }
  }

  override func hasEnded(_ status: Status) {
    subchannel.healthWatchEnded(self, status)
  }
}
