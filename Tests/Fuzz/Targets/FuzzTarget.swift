// What hostile bytes can reach, each as one function over bytes: run by libFuzzer (make fuzz) and, over the corpus, by every test run.

/// A property that some input breaks. A crash is found by itself.
struct Broken: Error, CustomStringConvertible {
  let description: String
}

/// A parser with the properties that must hold for every input.
enum FuzzTarget: String, CaseIterable {
  /// gRPC's frames, cut anywhere.
  case framing
  case gzip
  /// Header fields as metadata, and back.
  case metadata
  /// What ends a call: message, timeout, details.
  case status
  /// Every message type from protobuf.
  case message
  /// Every message type from JSON.
  case json
  case canonicalJSON = "canonical-json"
  /// Signed notes, checkpoints, receipts, bundles.
  case evidence
  /// Tickets, grants, statements, certificates.
  case credentials
  case csv
  case jsonLines = "json-lines"
  /// Numbers, days and names that people type.
  case words

  /// - Throws: ``Broken``; what the parser refuses is no finding.
  func run(_ bytes: [UInt8]) throws {
    switch self {
    case .framing: try fuzzFraming(bytes)
    case .gzip: try fuzzGzip(bytes)
    case .metadata: try fuzzMetadata(bytes)
    case .status: try fuzzStatus(bytes)
    case .message: try fuzzMessage(bytes)
    case .json: try fuzzJSON(bytes)
    case .canonicalJSON: try fuzzCanonicalJSON(bytes)
    case .evidence: try fuzzEvidence(bytes)
    case .credentials: try fuzzCredentials(bytes)
    case .csv: try fuzzCSV(bytes)
    case .jsonLines: try fuzzJSONLines(bytes)
    case .words: try fuzzWords(bytes)
    }
  }
}

/// Records what should hold and does not.
func expect(_ holds: Bool, _ property: @autoclosure () -> String) throws {
  if !holds { throw Broken(description: property()) }
}
