// Why a spreadsheet cannot be read, with what to do about it.

package import Vocabulary

/// A file that is not read. No case carries what stands in a cell.
package enum SpreadsheetRefusal: Refusal, Hashable {
  /// Excel 97 to 2003, or the older form of WPS: an OLE compound file.
  case oldForm
  case encrypted
  /// XLSB, ODS, HTML under the name of a spreadsheet.
  case otherForm(String)
  case notASpreadsheet
  /// What of the package is wrong: "truncated", "duplicate part", "path", …
  case damaged(part: String, what: Damage)
  case tooLarge(what: BilingualText, limit: Int)

  package enum Damage: String, CaseIterable, Sendable {
    case truncated, checksum, repeatedPart = "repeated part", path, overlap, method
    case xml, documentType = "document type", encoding, reference, order
  }

  package var kind: RefusalKind {
    switch self {
    case .tooLarge: .tooMuch
    default: .malformed
    }
  }

  package var reason: String {
    switch self {
    case .oldForm: "spreadsheet.old_form"
    case .encrypted: "spreadsheet.encrypted"
    case .otherForm: "spreadsheet.other_form"
    case .notASpreadsheet: "spreadsheet.unknown"
    case .damaged: "spreadsheet.damaged"
    case .tooLarge: "spreadsheet.too_large"
    }
  }

  package var field: String? { "file" }

  package var citation: Citation? {
    Citation(document: Citation.productDocument, article: "catalog")
  }

  package var sentence: BilingualText {
    switch self {
    case .oldForm:
      BilingualText(
        "这是旧版表格文件（.xls 或 .et），不能读取。",
        "This is a file of the old form (.xls or .et), which is not read.")
    case .encrypted:
      BilingualText("文件有打开密码，不能读取。", "The file is locked with a password and cannot be read.")
    case .otherForm(let form):
      BilingualText("这是 \(form) 文件，不能读取。", "This is a file of the form \(form), which is not read.")
    case .notASpreadsheet:
      BilingualText("这不是 XLSX 或 CSV 文件。", "This is neither an XLSX nor a CSV file.")
    case .damaged(let part, let what):
      BilingualText(
        "文件已损坏：\(part)（\(what.rawValue)）。", "The file is damaged: \(part) (\(what.rawValue)).")
    case .tooLarge(let what, let limit):
      BilingualText(
        "文件过大：\(what.chinese)超过 \(limit)。",
        "The file is too large: more than \(limit) \(what.english).")
    }
  }

  package var nextStep: BilingualText? {
    switch self {
    case .oldForm, .otherForm, .notASpreadsheet:
      BilingualText(
        "请用 Excel 或 WPS 打开，另存为“Excel 工作簿（*.xlsx）”或“CSV”后再导入。",
        "Open it with Excel or WPS, save it as \"Excel workbook (*.xlsx)\" or \"CSV\", and import that."
      )
    case .encrypted:
      BilingualText("请去掉打开密码，另存后再导入。", "Take the password off, save it, and import that.")
    case .damaged:
      BilingualText("请用 Excel 或 WPS 打开并重新保存。", "Open it with Excel or WPS and save it again.")
    case .tooLarge:
      BilingualText("请分成几个文件导入。", "Split it into several files.")
    }
  }
}
