// Identity numbers are found in what people write, however they are written (GB 11643, meizhou-public-2023/39).

import Testing
import Vocabulary

@Suite("No identity number passes in a free text")
struct IdentityNumberTests {
  @Test(
    "each spelling is found",
    arguments: [
      "11010519491231002X", "本人 11010519491231002x 健在", "１１０１０５１９４９１２３１００２Ｘ",
      "110105 19491231 002X", "110105-19491231-002X", "110105\u{200B}19491231\u{FEFF}002X",
      "1101 0519 4912 3100 2X", "身份证号:11010519491231002X。", "110105491231002", "110105 491231 002",
      "案号12，11010519491231002X", "12 11010519491231002X", "110105．19491231．002Ｘ",
    ])
  func found(_ text: String) {
    #expect(IdentityNumbers.occur(in: text))
  }

  @Test(
    "what only looks like one is left",
    arguments: [
      "", "案号 2024-03-04", "13800138000", "11010519491231002", "110105194912310021",
      "2024年3月4日 13800138000", "11010519491331002X", "17010119900101001X",
      "110105    19491231    002X", "123456789012345", "6222021234567890123", "X", "xxx",
      "110105194912310029110105194912310021",
    ])
  func left(_ text: String) {
    #expect(!IdentityNumbers.occur(in: text))
  }
}
