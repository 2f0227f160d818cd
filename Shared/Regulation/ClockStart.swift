// The events at which the regulations' periods begin.

package import Vocabulary

/// What a period is counted from (policies.md a.2). The day of the event itself is never counted.
package enum ClockStart: String, ClosedList {
  case receipt
  case requestMade = "request_made"
  case formDelivered = "form_delivered"
  case submission
  case lawOrFunctionChanged = "law_or_function_changed"
  case catalogingComplete = "cataloging_complete"
  case generation
  case generationOrChange = "generation_or_change"
  case reportMade = "report_made"
  case requestReceived = "request_received"
  case feedbackReceived = "feedback_received"
  case verificationCompleted = "verification_completed"
  case grantActivated = "grant_activated"
  case previousEvaluation = "previous_evaluation"
  case payoutBatch = "payout_batch"
  case recordWritten = "record_written"
  case lastMaintenance = "last_maintenance"

  package var term: BilingualText {
    switch self {
    case .receipt: BilingualText("收到申请之日", "receipt of the application")
    case .requestMade: BilingualText("提出共享请求之日", "the sharing request")
    case .formDelivered: BilingualText("需求申请表送达之日", "delivery of the form")
    case .submission: BilingualText("提交审核之日", "submission for review")
    case .lawOrFunctionChanged:
      BilingualText("法律法规修改或职能变更之日", "change of the law or of the function")
    case .catalogingComplete: BilingualText("编目完成之日", "completion of cataloguing")
    case .generation: BilingualText("数据产生之日", "generation of the data")
    case .generationOrChange: BilingualText("数据产生或变更之日", "generation or change of the data")
    case .reportMade: BilingualText("提出核实请求之日", "the report")
    case .requestReceived: BilingualText("收到校核申请之日", "receipt of the checking request")
    case .feedbackReceived: BilingualText("收到反馈之日", "receipt of the feedback")
    case .verificationCompleted: BilingualText("核实完成之日", "completion of the verification")
    case .grantActivated: BilingualText("授权生效之日", "activation of the grant")
    case .previousEvaluation: BilingualText("上次评估之日", "the previous evaluation")
    case .payoutBatch: BilingualText("上一发放批次", "the previous payout batch")
    case .recordWritten: BilingualText("日志记录之日", "the log record")
    case .lastMaintenance: BilingualText("上次维护之日", "the last maintenance")
    }
  }
}
