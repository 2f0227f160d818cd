// The story of the demonstration: its steps in their order.

extension DemoStep {
  static let story: [DemoStep] = [
    departments,
    entries,
    manualUpload,
    delivery,
    subscriptions,
    application,
    pensionRun,
    stoppedRun,
    cases,
    verification,
    wronglyDead,
    refusals,
    escalation,
    evidence,
  ]
}
