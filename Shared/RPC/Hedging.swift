// Copies of one unary call that race each other (gRPC proposal A6, "Hedging").

/// The race of one call's copies; the first answer wins, the other copies are cancelled. Confined to its reactor; its
/// timer is the start of the next copy, and the caller's task waits on it as on a stream.
final class HedgeRace: Stream {
  private(set) var winner: ClientCall?
  private let path: String
  private let message: [UInt8]
  private let options: CallOptions
  private let policy: HedgingPolicy
  private let balancer: Balancer
  private let deadline: Int64?
  private var copies: [Copy] = []
  /// The server wants no further copies.
  private var isForbidden = false

  init(
    _ path: String, _ message: [UInt8], _ options: CallOptions, _ policy: HedgingPolicy,
    balancer: Balancer
  ) {
    self.path = path
    self.message = message
    self.options = options
    self.policy = policy
    self.balancer = balancer
    let timeout =
      options.timeout ?? balancer.channel.configuration.service.method(path)?.timeout
      ?? balancer.channel.configuration.defaultTimeout
    balancer.core.readClock()
    deadline = timeout.map { balancer.core.after($0) }
    super.init(core: balancer.core)
  }

  /// Sends the next copy, if there may be one.
  func sendCopy() {
    guard mayGoOn else { return }
    var options = options
    if let deadline { options.timeout = .nanoseconds(deadline - core.now) }
    let copy = Copy(
      path, message: message, options: options, balancer: balancer, core: core)
    copy.race = self
    copies.append(copy)
    if copies.count < policy.maximumAttempts {
      core.timers.schedule(self, at: core.after(policy.delay))
    }
    balancer.submit(copy)
  }

  override func expire() { sendCopy() }

  private var mayGoOn: Bool {
    winner == nil && !isForbidden && copies.count < policy.maximumAttempts
      && (copies.isEmpty || balancer.throttle.allowsRetry)
  }

  private func ended(_ copy: Copy, _ status: Status) {
    if winner != nil { return }
    if status.code != .ok, policy.nonFatalCodes.contains(status.code) {
      balancer.throttle.failed()
      if mayGoOn {
        switch copy.pushback {
        case nil: return sendCopy()
        case .after(let wait):
          return core.timers.schedule(self, at: core.after(.nanoseconds(wait)))
        case .never:
          isForbidden = true
          core.timers.cancel(self)
        }
      }
      if copies.contains(where: { $0.status == nil }) { return }
    }
    end(with: copy)
  }

  /// The caller has left.
  func abandon() { if let first = copies.first { end(with: first) } }

  private func end(with copy: Copy) {
    winner = copy
    core.timers.cancel(self)
    for other in copies { other.end(Status(.cancelled, "another copy of the call was faster")) }
    wake(.end)
  }

  private final class Copy: ClientCall {
    weak var race: HedgeRace?
    override func hasEnded(_ status: Status) { race?.ended(self, status) }
  }
}
