// How what is stored as canonical JSON is written and read, member by member.

import Integrity
import Testing
import Vocabulary

@Suite("Members of stored content (DESIGN 5: bytes are made once and read back)")
struct JSONMembersTests {
  @Test("what says nothing is left out; the rest comes back")
  func members() throws {
    var object = JSONObject()
    object.set("empty", "")
    object.set("zero", 0)
    object.set("no", false)
    object.set("never", nil as Instant?)
    object.set("none", [JSONObject]())
    object.set("text", "民政")
    object.set("number", 7 as Int)
    object.set("yes", true)
    object.set("time", Instant(milliseconds: 5))
    object.set("day", CivilDate(iso: "2024-02-29"))
    object.set("texts", texts: ["b", "a"])
    let basis = LegalBasis(kind: .law, title: "社会保险法", article: "第一条")
    object.set("basis", basis.json)
    #expect(
      object.members.map(\.name).sorted()
        == ["basis", "day", "number", "text", "texts", "time", "yes"])

    let kept = try JSONObject(stored: object.stored)
    #expect(kept == object)
    #expect(kept.text("text") == "民政" && kept.text("empty").isEmpty)
    #expect(kept.number("number") == 7 && kept.number("zero") == 0)
    #expect(kept.flag("yes") && !kept.flag("no"))
    #expect(kept.time("time") == Instant(milliseconds: 5) && kept.time("never") == nil)
    #expect(kept.day("day") == CivilDate(iso: "2024-02-29"))
    #expect(kept.texts("texts") == ["b", "a"])
    #expect(LegalBasis(kept.object("basis")) == basis)
    // Another kind than the one asked for reads as nothing.
    #expect(kept.text("number").isEmpty && kept.number("text") == 0 && kept.day("text") == nil)
    #expect(LegalBasis(JSONObject()) == nil)
  }

  @Test(
    "bytes that are no canonical object are refused", arguments: ["[]", "1", "{\"b\":1,\"a\":2}"])
  func unreadable(_ text: String) {
    #expect(throws: (any Error).self) { try JSONObject(stored: Array(text.utf8)) }
  }
}
