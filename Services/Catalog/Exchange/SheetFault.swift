// What is wrong with a cell of a catalogue spreadsheet: where, by which rule, and what to do.

package import Spreadsheet
package import Vocabulary

/// A rule that a cell breaks.
package enum SheetRule: String, CaseIterable, Sendable {
  case headerMissing = "sheet.header_missing"
  case required = "sheet.required"
  case wordUnknown = "sheet.word_unknown"
  case typeUnknown = "sheet.type_unknown"
  case unitInNumber = "sheet.unit_in_number"
  case dateMalformed = "sheet.date_malformed"
  case codeAsNumber = "sheet.code_as_number"
  case codeMalformed = "sheet.code_malformed"
  case codeDiffers = "sheet.code_differs"
  case rowDiffers = "sheet.row_differs"
  case dragFilled = "sheet.drag_filled"
  case systemName = "sheet.system_name"
  case duplicate = "sheet.duplicate"
  case formatMode = "sheet.format_mode"
  case cellError = "sheet.cell_error"
  /// What the catalogue itself refused; its own words stand beside.
  case refused = "sheet.refused"
  // Told, and no reason to send a row back.
  case hiddenSheet = "sheet.hidden"
  case otherSheet = "sheet.no_catalogue"
  case typeNarrowed = "sheet.type_narrowed"
  case classUnknown = "sheet.class_unknown"
  case notKept = "sheet.not_kept"

  /// Whether the resource is taken all the same.
  package var isNote: Bool {
    switch self {
    case .hiddenSheet, .otherSheet, .typeNarrowed, .classUnknown, .notKept: true
    default: false
    }
  }

  var sentence: BilingualText {
    switch self {
    case .headerMissing: BilingualText("表头没有这一列", "The header lacks this column")
    case .required: BilingualText("未填写", "Empty")
    case .wordUnknown: BilingualText("不在值域内", "Not one of the words for this column")
    case .typeUnknown: BilingualText("数据类型不在字典内", "A data type that is not in the dictionary")
    case .unitInNumber: BilingualText("数字列中写了单位或文字", "A unit or words in a column of numbers")
    case .dateMalformed: BilingualText("不是日期", "Not a date")
    case .codeAsNumber:
      BilingualText("代码存成了数字，前导零可能已丢失", "A code kept as a number; zeros in front may be lost")
    case .codeMalformed: BilingualText("代码位数不足或写法不对", "A code that is too short or malformed")
    case .codeDiffers: BilingualText("同一表内代码前后不一致", "A code that differs inside the sheet")
    case .rowDiffers:
      BilingualText("同一资源的各行填写不一致", "Rows of one resource that say different things")
    case .dragFilled:
      BilingualText("疑似拖动填充产生的递增编号", "Numbers that grow as if the cell's corner was pulled")
    case .systemName:
      BilingualText("资源名称写成了系统名称", "A system's name in the place of the resource's")
    case .duplicate:
      BilingualText(
        "与另一名称只差标点、空格或全半角", "Differs from another name by punctuation, blanks or width alone")
    case .formatMode: BilingualText("格式与共享方式矛盾", "Format and share mode contradict each other")
    case .cellError: BilingualText("单元格是错误值或没有结果的公式", "An error, or a formula without its result")
    case .refused: BilingualText("目录未接收", "The catalogue refused it")
    case .hiddenSheet: BilingualText("隐藏的工作表未读取", "A hidden sheet was not read")
    case .otherSheet: BilingualText("不是目录表，未读取", "No catalogue; it was not read")
    case .typeNarrowed: BilingualText("按文本保存", "Kept as text")
    case .classUnknown: BilingualText("分类未识别，草稿暂无分类", "The class is not known; the draft has none")
    case .notKept: BilingualText("本列不保存", "This column is not kept")
    }
  }

  var advice: BilingualText {
    switch self {
    case .headerMissing: BilingualText("请使用国家目录表的表头", "Use the header of the national sheet")
    case .required: BilingualText("请补填", "Fill it in")
    case .wordUnknown, .typeUnknown: BilingualText("请从所列值中选填", "Take one of the words told")
    case .unitInNumber:
      BilingualText("只填数字，单位写入计量单位列", "Write the number alone; the unit has a column of its own")
    case .dateMalformed: BilingualText("请按 2024-03-04 填写", "Write it as 2024-03-04")
    case .codeAsNumber:
      BilingualText(
        "先将该列设为“文本”格式，再重新填写代码", "Format the column as text first, then type the code again")
    case .codeMalformed:
      BilingualText(
        "类1位、项2位、目3位及细目，斜线后为顺序码",
        "Class 1, division 2, group 3 digits and more; a stroke; the sequence")
    case .codeDiffers, .rowDiffers: BilingualText("请核对并改为一致", "Check, and write it the same")
    case .dragFilled: BilingualText("请逐格核对原值", "Check each cell against its source")
    case .systemName: BilingualText("请按所含数据命名", "Name it for the data that it holds")
    case .duplicate: BilingualText("请合并或改为可区分的名称", "Merge them, or name them apart")
    case .formatMode:
      BilingualText(
        "文件类以文件共享；数据库以库表或接口共享",
        "Files are shared as files; a database as a table or by an interface")
    case .cellError: BilingualText("请填入值本身", "Type the value itself")
    case .refused: BilingualText("请按提示修改", "Follow what it says")
    case .hiddenSheet, .otherSheet:
      BilingualText("需要导入的，请放入可见的目录表", "Move what is to be taken into a visible catalogue sheet")
    case .typeNarrowed: BilingualText("无须处理", "Nothing is to be done")
    case .classUnknown:
      BilingualText(
        "提交前用 weir catalog update 补填分类", "Give it one before it is handed in: weir catalog update")
    case .notKept: BilingualText("写入共享条件或摘要", "Put it into the conditions or the summary")
    }
  }
}

/// One mistake, where it stands.
package struct SheetFault: Hashable, Sendable {
  package let sheet: String
  package let cell: CellAddress
  /// The heading of the column; empty where the whole sheet is meant.
  package let column: String
  package let rule: SheetRule
  package let sentence: BilingualText
  package let advice: BilingualText

  /// - Parameter more: What the rule does not say by itself: the words allowed, the other cell.
  init(
    _ rule: SheetRule, sheet: String, cell: CellAddress, column: String = "",
    more: BilingualText? = nil
  ) {
    self.sheet = sheet
    self.cell = cell
    self.column = column
    self.rule = rule
    sentence = BilingualText(
      rule.sentence.chinese + (more.map { "：" + $0.chinese } ?? ""),
      rule.sentence.english + (more.map { ": " + $0.english } ?? ""))
    advice = rule.advice
  }

  /// What a service said of a field.
  package init(
    refused sentence: String, advice: String, sheet: String, cell: CellAddress, column: String
  ) {
    self.sheet = sheet
    self.cell = cell
    self.column = column
    rule = .refused
    self.sentence = BilingualText(sentence, sentence)
    self.advice = BilingualText(advice, advice)
  }
}
