// The national catalogue spreadsheet through a whole node: in as drafts, back as rows, out again.

import Foundation
import IngestFormats
import TestSupport
import Testing

@testable import WeirCLI

@Suite("the catalogue spreadsheet over a whole node")
struct SpreadsheetNodeTests {
  private static let header =
    "信息资源名称,信息资源提供方,信息资源摘要,信息资源格式分类,共享类型,共享方式类型,更新周期,信息项名称,数据类型,数据长度\r\n"

  @Test("sound resources become drafts, the others go back with why, in GB 18030 as they came")
  func throughNode() async throws {
    let demo = try SmallDemo(seed: 8)
    let file = demo.folder.path("catalogue.csv")
    let rows =
      Self.header + "殡葬设施信息,民政局,摘要,电子文件,无条件共享,文件,每年,设施名称,C,50\r\n,,,,,,,地址,C,200\r\n"
      + "殡葬管理系统,民政局,摘要,数据库,有条件共享,数据库,每月,姓名,字符,20位\r\n"
    try Data(TextEncoding.gb18030.encode(rows)).write(to: URL(filePath: file))
    _ = try await demo.play { node in
      let environment = ["WEIR_DATA": node.dataFolder, "WEIR_AS": "civil-affairs/li"]
      let checked = await weir(["catalog", "import", file, "--check"], environment: environment)
      #expect(checked.exit == .rejectedRows, "\(checked.errors)")
      let done = await weir(
        ["catalog", "import", file, "--output", "json"], environment: environment)
      #expect(done.exit == .rejectedRows, "\(done.errors)")
      #expect(done.output.contains("\"drafted\": 1") && done.output.contains("\"cell\": \"J4\""))
      let back = try Data(contentsOf: URL(filePath: demo.folder.path("catalogue-returned.csv")))
      let text = String(
        decoding: try TextEncoding.gb18030.decode([UInt8](back), firstLine: 1), as: UTF8.self)
      #expect(text.contains("退回原因") && text.contains("系统名称") && !text.contains("殡葬设施"))
      // Sent again, the draft is told as the duplicate that it is.
      let again = await weir(["catalog", "import", file], environment: environment)
      #expect(again.output.contains("sheet.duplicate"))
      let out = demo.folder.path("out.xlsx")
      let exported = await weir(
        ["catalog", "export", out, "--owner", "civil-affairs", "--state", "draft"],
        environment: environment)
      #expect(exported.exit == .done, "\(exported.errors)")
      let read = await weir(["catalog", "import", out, "--check"], environment: environment)
      #expect(read.output.contains("殡葬设施信息"))
    }
  }
}
