// How a call ends: gRPC's codes, and the status with its message, details and trailers.

/// The codes of gRPC (google.rpc.Code), with their numbers on the wire.
package enum StatusCode: UInt32, Sendable, CaseIterable {
  case ok = 0
  case cancelled
  case unknown
  case invalidArgument
  case deadlineExceeded
  case notFound
  case alreadyExists
  case permissionDenied
  case resourceExhausted
  case failedPrecondition
  case aborted
  case outOfRange
  case unimplemented
  case `internal`
  case unavailable
  case dataLoss
  case unauthenticated

  /// gRPC's own name: `INVALID_ARGUMENT`.
  package var name: String {
    var name = ""
    for character in "\(self)" {
      if character.isUppercase { name += "_" }
      name += character.uppercased()
    }
    return name
  }
}

/// The end of a call that did not succeed (or, with `.ok`, of one that did).
///
/// A handler that throws one answers exactly it; a channel throws the one that the server sent.
package struct Status: Error, Sendable, Equatable {
  package var code: StatusCode
  /// For people; percent-encoded on the wire.
  package var message: String
  /// A serialized `google.rpc.Status`, sent as `grpc-status-details-bin`; empty for none.
  package var details: [UInt8]
  /// Sent beside the status, e.g. `weir-reason`.
  package var trailers: Metadata

  package init(
    _ code: StatusCode, _ message: String = "", details: [UInt8] = [],
    trailers: Metadata = Metadata()
  ) {
    self.code = code
    self.message = message
    self.details = details
    self.trailers = trailers
  }
}
