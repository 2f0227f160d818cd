// A value that must not be shown: wrapped, it cannot be printed by accident.

/// Holds a value that no log, message or dump may show; every way of printing it says `[redacted]`.
///
/// Reading ``exposed`` is the deliberate act that a reviewer looks for.
package struct Sensitive<Value: Sendable>: Sendable {
  package let exposed: Value

  package init(_ value: Value) {
    exposed = value
  }
}

extension Sensitive: Equatable where Value: Equatable {}
extension Sensitive: Hashable where Value: Hashable {}

extension Sensitive: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { Redaction.mark }
  package var debugDescription: String { Redaction.mark }
  /// Without children, so that `dump` and reflection of an enclosing value find nothing either.
  package var customMirror: Mirror { Mirror(self, children: []) }
}
