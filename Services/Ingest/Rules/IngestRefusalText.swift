// The sentences of Ingest's refusals, for the person who must act (AC-30 to AC-35). No row content stands in any.

package import Vocabulary

extension IngestRefusal {
  package var sentence: BilingualText {
    switch self {
    case .headerIsData, .headerUnknownColumn, .headerColumnTwice, .headerItemMissing:
      headerSentence
    case .chunkTooLarge, .chunkEmpty, .chunkContentDiffers, .chunkOutOfOrder, .digitsLost:
      chunkSentence
    case .batchState, .countsDiffer, .batchEmpty, .nilOfOther, .qualityFailed, .rejectsDeleted:
      commitSentence
    default: openingSentence
    }
  }

  private var openingSentence: BilingualText {
    switch self {
    case .notOwner:
      BilingualText(
        "只有数源部门可以向自己的目录汇聚数据。", "Only the department that owns an entry delivers data to it.")
    case .offCollectionList:
      BilingualText(
        "本单位的采集清单没有这些数据，不能汇聚。",
        "Your collection list does not name these data; they are not delivered.")
    case .entryNotPublished:
      BilingualText("目录尚未发布，不能汇聚数据。", "The entry is not published; nothing can be delivered to it.")
    case .entryWithoutSubject:
      BilingualText(
        "目录没有标识主体的数据项，行数据无法检索。",
        "No item of the entry is the subject; a row could never be found again.")
    case .entryNotMounted:
      BilingualText(
        "目录尚未挂接业务系统。", "The entry is not mounted: no registered system fills it yet.")
    case .manualUploadRefused:
      BilingualText(
        "自建业务系统的数据须以库表方式实时、全量汇聚，不接受人工上传。",
        "Data of a self-built system come as a table, in real time and in full; a manual upload is refused."
      )
    case .manualUploadOfOrigin(let origin, _):
      BilingualText(
        "目录来源为“\(origin.term.chinese)”，不接受人工上传。",
        "The entry's data come from \(origin.term.english); no manual upload is taken.")
    case .batchOfCorrection:
      BilingualText(
        "更正批次由更正操作自行完成，不能另行上传或提交。",
        "The batch of a correction is filled and committed by the correction alone.")
    case .identityNumberInText(let field):
      BilingualText(
        "\(field) 中含有证件号码；请勿在文字说明中填写。",
        "\(field) holds an identity number; it must not stand in a text.")
    case .modeNotOffered(let mode, _):
      BilingualText(
        "本办法未规定“\(mode.term.chinese)”汇聚方式。",
        "The regulation in force offers no delivery by \(mode.term.english).")
    case .interfaceReasonMissing:
      BilingualText(
        "以接口方式汇聚须向同级主管部门说明理由。",
        "Delivery by interface needs a reason, stated to the authority of the same level.")
    case .personNeeded(let mode):
      BilingualText(
        "“\(mode.term.chinese)”方式须由个人证书提交。",
        "Delivery by \(mode.term.english) wants a person's certificate.")
    case .systemNeeded(let mode):
      BilingualText(
        "“\(mode.term.chinese)”方式须由登记的业务系统提交。",
        "Delivery by \(mode.term.english) wants the certificate of a registered system.")
    case .otherSystem(let expected):
      BilingualText(
        "本目录由系统 \(expected) 汇聚。", "This entry is filled by the system \(expected).")
    case .asOfInFuture(let today):
      BilingualText(
        "数据截止日不能晚于今日（\(today)）。", "The as-of day cannot lie after today (\(today)).")
    default: BilingualText(reason, reason)
    }
  }

  private var headerSentence: BilingualText {
    switch self {
    case .headerIsData(let column):
      BilingualText(
        "第 1 行第 \(column) 列是证件号码：文件似乎没有表头。",
        "Column \(column) of the first line is an identity number: the file seems to have no header."
      )
    case .headerUnknownColumn(let column):
      BilingualText(
        "表头第 \(column) 列不是目录中的数据项（名称或标题）。",
        "Column \(column) of the header is no item of the entry.")
    case .headerColumnTwice(let item):
      BilingualText("表头中 \(item) 出现两次。", "The header names \(item) twice.")
    case .headerItemMissing(let item, let title):
      BilingualText(
        "表头缺少必填数据项 \(title)（\(item)）。", "The header lacks the required item \(item) (\(title)).")
    default: BilingualText(reason, reason)
    }
  }

  private var chunkSentence: BilingualText {
    switch self {
    case .chunkTooLarge(let rows, let bytes):
      BilingualText(
        "本块 \(rows) 行、\(bytes) 字节；每块至多 \(ChunkLimits.rows) 行、\(ChunkLimits.bytes) 字节。",
        "The chunk has \(rows) rows and \(bytes) bytes; at most \(ChunkLimits.rows) rows and "
          + "\(ChunkLimits.bytes) bytes are taken.")
    case .chunkEmpty: BilingualText("本块没有数据行。", "The chunk holds no row.")
    case .chunkContentDiffers(let number):
      BilingualText(
        "第 \(number) 块已收过，内容不同。", "Chunk \(number) was taken before with other content.")
    case .chunkOutOfOrder(let expected, let found):
      BilingualText(
        "应提交第 \(expected) 块，收到第 \(found) 块。", "Chunk \(expected) comes next, not \(found).")
    case .digitsLost(let item, let lost):
      BilingualText(
        "数据项 \(item)：\(lost.sentence.chinese)", "Item \(item): \(lost.sentence.english)")
    default: BilingualText(reason, reason)
    }
  }

  private var commitSentence: BilingualText {
    switch self {
    case .batchState(let state):
      BilingualText(
        "批次目前为“\(state.term.chinese)”，不能这样操作。",
        "The batch is \(state.term.english); this cannot be done to it.")
    case .countsDiffer(let chunks, let rows, let statedChunks, let statedRows):
      BilingualText(
        "声明 \(statedChunks) 块 \(statedRows) 行，实收 \(chunks) 块 \(rows) 行。",
        "\(statedChunks) chunks with \(statedRows) rows were stated, \(chunks) with \(rows) were taken."
      )
    case .batchEmpty: BilingualText("批次没有数据行。", "The batch holds no row.")
    case .nilOfOther:
      BilingualText(
        "只有未上传任何数据的增量批次可以零报告。",
        "Only an increment to which nothing was sent can be declared as nothing.")
    case .qualityFailed(let rejected, let total, let threshold):
      BilingualText(
        "质量预检未通过：\(total) 行中 \(rejected) 行不合格，超过 \(threshold.percent)%"
          + (threshold.isDefault ? "（产品默认值，非法规数值）" : "") + "。整批未入库。",
        "The pre-check failed: \(rejected) of \(total) rows were rejected, more than \(threshold.percent) %"
          + (threshold.isDefault ? " (our default, not a number of the text)" : "")
          + ". No row was committed.")
    case .rejectsDeleted(let kept, _):
      BilingualText(
        "不合格行保存至 \(kept.iso)，期满已删除。",
        "Rejected rows were kept until \(kept.iso), and are deleted.")
    default: BilingualText(reason, reason)
    }
  }

  package var nextStep: BilingualText? {
    switch self {
    case .manualUploadRefused:
      BilingualText(
        "请由登记的业务系统以库表方式提交。", "Deliver in table mode from the entry's registered system.")
    case .digitsLost(_, let lost): lost.nextStep
    case .chunkOutOfOrder(let expected, _):
      BilingualText("从第 \(expected) 块继续。", "Go on with chunk \(expected).")
    case .chunkContentDiffers:
      BilingualText(
        "要改正内容，请放弃本批次并新建批次。", "To change the content, abandon this batch and open a new one.")
    case .qualityFailed:
      BilingualText(
        "下载不合格行，改正后从第 1 块重新提交。",
        "Download the rejected rows, repair them and send the batch again from chunk 1.")
    case .batchEmpty:
      BilingualText(
        "确无新增数据时请作零报告：weir ingest declare-nil。",
        "Where nothing is new, declare that: weir ingest declare-nil.")
    case .rejectsDeleted:
      BilingualText(
        "按规则统计的数量仍在批次中；需要明细时请重新提交原文件。",
        "The batch still counts them by rule; send the file again to have them listed.")
    case .headerIsData:
      BilingualText("在第 1 行加上数据项名称。", "Put the names of the items on the first line.")
    default: nil
    }
  }
}
