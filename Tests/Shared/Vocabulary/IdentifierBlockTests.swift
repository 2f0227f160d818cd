// The 16 bytes of FORMATS.md: exact inverse for types 1 and 2, nothing else from the wire.

import TestSupport
import Testing
import Vocabulary

@Suite("Identifier blocks")
struct IdentifierBlockTests {
  @Test("the bytes of the samples are these, for good")
  func fixedBytes() throws {
    let person = try PersonIdentifier.read(PersonIdentifierTests.sample).identifier
    #expect(
      IdentifierBlock(person).bytes
        == [1, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x27, 0x1E, 0x02, 0x57, 0x11, 0x3D, 0x1A])
    let organisation = try OrganisationIdentifier.read(OrganisationIdentifierTests.sample)
    let block = IdentifierBlock(organisation.identifier)
    #expect(
      block.bytes
        == [
          2, 0, 0, 0, 0, 0x05, 0x6F, 0x79, 0x97, 0x11, 0x0F, 0x42, 0x6D, 0x0B, 0xFA, 0xAA,
        ])
    #expect(block.organisation == organisation.identifier)
    #expect(block.person == nil)
  }

  @Test("identity numbers come back exactly")
  func inverseForPersons() throws {
    let seed: UInt64 = 16
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<10_000 {
      let person = PersonIdentifierTests.randomIdentifier(&generator)
      let block = try #require(IdentifierBlock(wire: IdentifierBlock(person).bytes), "seed \(seed)")
      try #require(block.person == person, "seed \(seed)")
      try #require(PersonIdentifier(exact: person.text) == person, "seed \(seed)")
    }
  }

  @Test("credit codes come back exactly")
  func inverseForOrganisations() throws {
    let seed: UInt64 = 32_100
    var generator = SeededGenerator(seed: seed)
    let symbols = Array("0123456789ABCDEFGHJKLMNPQRTUWXY".utf8)
    var found = 0
    while found < 1_000 {
      var number: UInt128 = 0
      for place in 0..<17 {
        let limit = (2..<8).contains(place) ? 10 : 31
        number = number * 31 + UInt128(Int.random(in: 0..<limit, using: &generator))
      }
      guard let code = OrganisationIdentifier(number: number) else { continue }
      found += 1
      let block = try #require(IdentifierBlock(wire: IdentifierBlock(code).bytes), "seed \(seed)")
      try #require(block.organisation == code, "seed \(seed)")
      try #require(OrganisationIdentifier(exact: code.text) == code, "seed \(seed)")
      try #require(code.text.utf8.allSatisfy(symbols.contains), "seed \(seed)")
    }
  }

  @Test("nothing but valid blocks of types 1 and 2 comes in from the wire")
  func refusesForeignBlocks() throws {
    let person = IdentifierBlock(
      try PersonIdentifier.read(PersonIdentifierTests.sample).identifier
    ).bytes
    #expect(IdentifierBlock(wire: person) != nil)
    #expect(IdentifierBlock(wire: Array(person.dropLast())) == nil)
    #expect(IdentifierBlock(wire: person + [0]) == nil)
    #expect(IdentifierBlock(wire: [UInt8](repeating: 0, count: 16)) == nil)
    #expect(IdentifierBlock(wire: [UInt8](repeating: 255, count: 16)) == nil)
    #expect(IdentifierBlock(wire: [1] + [UInt8](repeating: 255, count: 15)) == nil)
    #expect(IdentifierBlock(wire: [2] + [UInt8](repeating: 255, count: 15)) == nil)
    for type in UInt8(3)...255 {
      var changed = person
      changed[0] = type
      #expect(IdentifierBlock(wire: changed) == nil)
    }
    #expect(IdentifierBlock(wire: []) == nil)
  }

  @Test("a column of blocks is read by offset, and a short tail is refused")
  func readsColumns() throws {
    let block = IdentifierBlock(try PersonIdentifier.read(PersonIdentifierTests.sample).identifier)
    var column: [UInt8] = []
    for _ in 0..<3 { block.append(to: &column) }
    #expect(IdentifierBlock(wire: column.span, at: 32) == block)
    #expect(IdentifierBlock(wire: column.span, at: 33) == nil)
    #expect(IdentifierBlock(wire: column.span, at: -1) == nil)
  }

  @Test("other documents take the first 15 bytes of a digest and have no way back")
  func otherDocuments() throws {
    let block = try #require(IdentifierBlock(otherDocument: Array(1...32)))
    #expect(block.bytes == [255] + Array(1...15))
    #expect(block.kind == .other)
    #expect(block.person == nil && block.organisation == nil)
    #expect(IdentifierBlock(otherDocument: Array(1...14)) == nil)
  }
}
