// The number of a document that is no identity card: passport, household register, certificate.

/// The number of a document as it is packed: without spaces and in capitals, as clerks write it either way.
package func documentNumber(_ text: String) -> String {
  String(text.filter { !$0.isWhitespace }).uppercased()
}
