// Which replicas are left out because they answer but mostly fail (gRPC proposal A50).

/// When a replica that answers is left out because it mostly fails (gRPC proposal A50, its failure percentage).
package struct OutlierDetection: Sendable {
  /// How often replicas are judged, by the calls since the last time.
  package var interval = Duration.seconds(10)
  /// For how long the first ejection lasts; each further one lasts that much longer …
  package var ejectionTime = Duration.seconds(30)
  /// … up to this.
  package var maximumEjectionTime = Duration.seconds(300)
  /// The share of failed calls from which on a replica is left out.
  package var failureShare = 0.85
  /// A replica with fewer calls is not judged.
  package var minimumCalls = 20
  /// At most this share of the replicas is left out at once.
  package var maximumEjectedShare = 0.5

  package init() {}
}

extension StatusCode {
  /// What the replica itself is to blame for; a refusal is an answer.
  var isReplicaFault: Bool {
    switch self {
    case .unavailable, .internal, .unknown, .dataLoss, .deadlineExceeded: true
    default: false
    }
  }
}

/// What is known of one replica: its calls since it was last judged, and its ejections.
struct ReplicaRecord {
  private(set) var calls = 0
  private(set) var failures = 0
  private(set) var ejections = 0
  private(set) var ejectedUntil: Int64?

  var isEjected: Bool { ejectedUntil != nil }

  mutating func note(_ code: StatusCode) {
    calls += 1
    if code.isReplicaFault { failures += 1 }
  }

  /// Lets it back when its time is over. Each interval without ejection forgives an earlier one.
  mutating func beginInterval(_ now: Int64) {
    if let until = ejectedUntil {
      if until <= now { ejectedUntil = nil }
    } else if ejections > 0 {
      ejections -= 1
    }
  }

  func isOutlier(_ limits: OutlierDetection) -> Bool {
    !isEjected && calls >= limits.minimumCalls
      && Double(failures) >= limits.failureShare * Double(calls)
  }

  mutating func eject(_ limits: OutlierDetection, now: Int64) {
    ejections += 1
    let time = limits.ejectionTime.nanosecondsClamped.multipliedReportingOverflow(
      by: Int64(ejections))
    let length = min(
      time.overflow ? .max : time.partialValue, limits.maximumEjectionTime.nanosecondsClamped)
    ejectedUntil = now + length
  }

  mutating func forgetCalls() {
    calls = 0
    failures = 0
  }
}

/// Judges the replicas of a channel each interval; its timer is the next judgement.
final class OutlierJudge: Timed {
  private unowned let balancer: Balancer
  private let limits: OutlierDetection

  init(_ balancer: Balancer, _ limits: OutlierDetection) {
    self.balancer = balancer
    self.limits = limits
  }

  func begin() { balancer.core.timers.schedule(self, at: balancer.core.after(limits.interval)) }

  override func expire() {
    let now = balancer.core.now
    let replicas = balancer.subchannels
    for replica in replicas { replica.record.beginInterval(now) }
    var ejected = replicas.count { $0.record.isEjected }
    for replica in replicas {
      if replica.record.isOutlier(limits),
        Double(ejected + 1) <= limits.maximumEjectedShare * Double(replicas.count)
      {
        replica.record.eject(limits, now: now)
        ejected += 1
      }
      replica.record.forgetCalls()
    }
    balancer.changed()
    begin()
  }
}
