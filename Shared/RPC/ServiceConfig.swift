// How the calls of a channel behave when something fails: per method, as gRPC's service config says it.

/// What a channel does beyond sending each call once (gRPC, "Service Config").
package struct ServiceConfig: Sendable {
  /// What is said of a call's own path holds for it, else the first whose name its path begins with.
  package var methods: [MethodConfig] = [] {
    didSet {
      byPath = Dictionary(methods.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
      prefixes = methods.filter { !$0.isOneMethod }
    }
  }
  /// Looked up for every call: a service may have something said of each of its methods.
  private var byPath: [String: MethodConfig] = [:]
  private var prefixes: [MethodConfig] = []
  /// Stops retries while most calls fail; `nil` for no such brake.
  package var throttling: RetryThrottling?
  /// The service asked for by `grpc.health.v1.Health/Watch` on each connection; only those that serve it get calls.
  /// `nil` asks nothing; a server without the health service counts as healthy.
  package var healthService: String?
  /// Leaves out replicas that answer but mostly fail; `nil` for never.
  package var outliers: OutlierDetection?

  package init() {}

  func method(_ path: String) -> MethodConfig? {
    byPath[path] ?? prefixes.first { path.hasPrefix($0.name) }
  }
}

/// How the calls of some methods behave.
package struct MethodConfig: Sendable {
  /// `/weir.catalog.v1.Catalog/GetEntry`, `/weir.catalog.v1.Catalog/` for a service, empty for all.
  package var name: String
  /// For calls that name none.
  package var timeout: Duration?
  package var waitsForReady: Bool
  package var retry: RetryPolicy?
  /// Instead of retries, and only for methods that are idempotent: several copies of a call may be carried out.
  package var hedgingOfIdempotentCalls: HedgingPolicy?

  package init(
    _ name: String, timeout: Duration? = nil, waitsForReady: Bool = false,
    retry: RetryPolicy? = nil, hedgingOfIdempotentCalls: HedgingPolicy? = nil
  ) {
    self.name = name
    self.timeout = timeout
    self.waitsForReady = waitsForReady
    self.retry = retry
    self.hedgingOfIdempotentCalls = hedgingOfIdempotentCalls
  }

  /// The name is a whole path, no beginning of paths.
  fileprivate var isOneMethod: Bool {
    guard let slash = name.lastIndex(of: "/") else { return false }
    return slash != name.startIndex && slash != name.index(before: name.endIndex)
  }
}

/// When unary calls are sent a second time before the first has been answered (gRPC proposal A6).
package struct HedgingPolicy: Sendable {
  /// The first included; 2 to 5.
  package var maximumAttempts: Int
  /// Between one copy and the next; a failure that is not fatal sends the next at once.
  package var delay: Duration
  /// Codes after which other copies go on; any other ends the call.
  package var nonFatalCodes: Set<StatusCode>

  package init(
    maximumAttempts: Int = 2, delay: Duration, nonFatalCodes: Set<StatusCode> = [.unavailable]
  ) {
    self.maximumAttempts = min(max(maximumAttempts, 2), 5)
    self.delay = delay
    self.nonFatalCodes = nonFatalCodes
  }
}

/// When a call that failed is sent again (gRPC proposal A6). Only before the server's headers have come: from then on the
/// caller may have seen something.
package struct RetryPolicy: Sendable {
  /// The first included; 2 to 5.
  package var maximumAttempts: Int
  package var initialBackoff: Duration
  package var maximumBackoff: Duration
  package var multiplier: Double
  package var codes: Set<StatusCode>

  package init(
    maximumAttempts: Int = 3, initialBackoff: Duration = .milliseconds(50),
    maximumBackoff: Duration = .seconds(2), multiplier: Double = 2,
    codes: Set<StatusCode> = [.unavailable]
  ) {
    self.maximumAttempts = min(max(maximumAttempts, 2), 5)
    self.initialBackoff = initialBackoff
    self.maximumBackoff = maximumBackoff
    self.multiplier = max(multiplier, 1)
    self.codes = codes
  }

  /// A wait anywhere between nothing and the backoff of this attempt, so that callers do not come back together.
  func wait(afterAttempt attempt: Int, _ random: inout SplitMix) -> Int64 {
    let maximum = Double(maximumBackoff.nanosecondsClamped)
    var bound = Double(initialBackoff.nanosecondsClamped)
    for _ in 1..<max(attempt, 1) where bound < maximum { bound *= multiplier }
    return Int64(Double.random(in: 0...1, using: &random) * min(bound, maximum))
  }
}

/// A bucket that failures empty and successes fill; no retries while it is half empty or worse.
package struct RetryThrottling: Sendable {
  package var maximumTokens: Double
  /// What each success puts back.
  package var tokenRatio: Double

  package init(maximumTokens: Double = 10, tokenRatio: Double = 0.1) {
    self.maximumTokens = maximumTokens
    self.tokenRatio = tokenRatio
  }
}

/// The bucket of one channel on one reactor.
struct RetryThrottle {
  private let limits: RetryThrottling?
  private var tokens: Double

  init(_ limits: RetryThrottling?) {
    self.limits = limits
    tokens = limits?.maximumTokens ?? 0
  }

  mutating func succeeded() {
    if let limits { tokens = min(limits.maximumTokens, tokens + limits.tokenRatio) }
  }

  mutating func failed() { if limits != nil { tokens = max(0, tokens - 1) } }

  var allowsRetry: Bool { limits.map { tokens > $0.maximumTokens / 2 } ?? true }
}
