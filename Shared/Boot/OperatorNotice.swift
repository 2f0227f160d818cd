// What a program tells its operator without knowing how logs are written.

import Logging

extension ServiceEnvironment {
  /// Logs a message with facts, each under its name; identifiers are masked on the way.
  ///
  /// - Parameter isCritical: Whether somebody must act; else it is a warning.
  package func tellOperator(
    _ message: String, _ facts: [String: String], isCritical: Bool = false
  ) {
    log.log(
      level: isCritical ? .critical : .warning, "\(message)",
      metadata: facts.mapValues { .string($0) })
  }
}
