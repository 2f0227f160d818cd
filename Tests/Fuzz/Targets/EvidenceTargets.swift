// Evidence and credentials: what is read comes from files and headers that anybody can write.

import Access
import Crypto
import Integrity
import Vocabulary

/// A value has one encoding, and reading it gives the value.
func fuzzCanonicalJSON(_ input: [UInt8]) throws {
  guard let value = try? CanonicalJSON.decode(input) else { return }
  let bytes = CanonicalJSON.encode(value)
  try expect(try CanonicalJSON.decodeCanonical(bytes) == value, "canonical JSON does not return")
}

func fuzzEvidence(_ input: [UInt8]) throws {
  if let entries = EntryBundle.decode(input) {
    try expect(EntryBundle.encode(entries) == input, "a bundle has two encodings")
  }
  if let receipt = try? Receipt(input) {
    try expect(try Receipt(receipt.encoded()) == receipt, "a receipt does not return")
  }
  let text = String(decoding: input, as: UTF8.self)
  if let note = try? SignedNote(text) {
    try expect(try SignedNote(note.encoded) == note, "a note does not return")
    _ = Checkpoint(text: note.text)
  }
  if let checkpoint = Checkpoint(text: text) {
    try expect(Checkpoint(text: checkpoint.text) == checkpoint, "a checkpoint does not return")
  }
  if let tile = Tile(path: text) { try expect(tile.path == text, "a tile has two paths") }
  _ = Origin(text: text)
  _ = try? NoteVerifier(text: text)
}

func fuzzCredentials(_ input: [UInt8]) throws {
  if let ticket = try? Ticket(bytes: input) {
    try expect(ticket.bytes == input, "a ticket has two encodings")
  }
  if let carrier = try? TicketCarrier(bytes: input) {
    try expect(carrier.bytes == input, "a carrier has two encodings")
  }
  if let statement = try? Statement(bytes: input) {
    _ = try? StatedDecision(statement)
    if let signed = SignedStatement(statement.value) {
      try expect(SignedStatement(signed.json) == signed, "a signed statement has two encodings")
    }
  }
  _ = try? Certificate(der: input)
  _ = try? CertificateRequest(der: input)
  let text = String(decoding: input, as: UTF8.self)
  _ = try? Certificate.all(pem: text)
}
