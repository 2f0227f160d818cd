// What is written about a case is kept sealed: those who check a lead write about a person. The keys are with the handlers.

package import Database

package protocol CaseSeal: Sendable {
  /// The content of a case, bound to it, in the transaction that stores it.
  func seal(
    _ content: [UInt8], comparison: Int64, case number: Int64,
    in transaction: borrowing WriteTransaction
  ) throws -> [UInt8]
  func open(_ sealed: [UInt8], comparison: Int64, case number: Int64) throws -> [UInt8]
}
