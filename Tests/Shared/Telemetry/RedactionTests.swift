// What looks like an identifier leaves the process in no log and no metric.

import Telemetry
import Testing

@Suite("Identifiers are masked wherever text leaves the process")
struct RedactionTests {
  @Test(
    "an identity or credit number is masked, whatever stands around it",
    arguments: [
      ("11010119900307001X", "[redacted]"),
      ("11010119900307001x", "[redacted]"),
      ("110101199003070011", "[redacted]"),
      ("110101900307001", "[redacted]"),
      ("11010119900307001", "[redacted]"),
      ("身份证110101199003070011错误", "身份证[redacted]错误"),
      ("id=110101199003070011,name", "id=[redacted],name"),
      ("row110101199003070011end", "row[redacted]end"),
      ("１１０１０１１９９００３０７００１１", "[redacted]"),
      ("91440300708461136T", "[redacted]"),
      ("a 91440300708461136T b 110101900307001", "a [redacted] b [redacted]"),
    ])
  func masked(text: String, expected: String) {
    #expect(Redaction.masked(text) == expected)
  }

  @Test(
    "other numbers and names stand",
    arguments: [
      "", "grant G-0001 until 2024-12-31", "14 digits 11010119900307", "16 digits 1101011990030700",
      "19 digits 1101011990030700111", "4bf92f3577b34da6a3ce929d0e0e4736",
      "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
      "0123456789012345678901234567890a", "ABCDEFGHIJKLMNOPQR", "办理完毕",
    ])
  func untouched(text: String) {
    #expect(Redaction.masked(text) == text)
  }

  @Test("a sensitive value shows itself in no way of printing it")
  func sensitive() {
    struct Row {
      let name = Sensitive("张三")
    }
    let value = Sensitive("张三")
    #expect("\(value)" == "[redacted]")
    #expect(String(reflecting: value) == "[redacted]")
    #expect(!"\(Row())".contains("张三"))
    var dumped = ""
    dump(Row(), to: &dumped)
    #expect(!dumped.contains("张三"))
    #expect(value.exposed == "张三")
  }
}
