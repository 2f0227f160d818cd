// The kinds of quality problem, and to whom each goes (meizhou-specific-2021/28).

import Contracts
import RPC
import TestSupport
import Testing
import Vocabulary

@Suite("A quality problem is of one of four kinds and goes to the entry's owner")
struct ProblemKindTests {
  @Test(
    "four kinds and no other; each is the owner's to verify and nobody else's",
    .obligation("meizhou-specific-2021/28"))
  func kinds() async throws {
    #expect(QualityProblemKind.allCases.map(\.term.chinese) == ["不完整", "不规范", "不准确", "不及时"])
    let kinds: [FeedbackV1.ProblemKind] = [.incomplete, .nonStandard, .inaccurate, .notTimely]
    try await FeedbackWorld.run { world in
      for (number, kind) in kinds.enumerated() {
        let filed = try await world.file(holderRequest("f\(number)") { $0.kind = kind })
        #expect(filed.kind == kind)
        #expect(
          try await world.duties(.source).contains {
            $0.resource == filed.name && $0.action == "verify"
          })
        #expect(try await !world.duties(.holder).contains { $0.resource == filed.name })
      }
      for wrong in [FeedbackV1.ProblemKind.unspecified, .unrecognized(9)] {
        let refused = await status {
          try await world.file(holderRequest("x") { $0.kind = wrong })
        }
        #expect(refused?.trailers["weir-field"] == "issue.kind", "\(wrong)")
      }
    }
  }
}
