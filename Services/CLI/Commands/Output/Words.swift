// The titles of fields and the words of enumerations, in both languages. A field without one is shown under its own name.

package import Vocabulary

package enum Words {
  /// The title of a field of a contract: of `a.b`, that of `b` after that of `a`.
  package static func title(ofField path: String) -> BilingualText {
    let parts = path.split(separator: ".").map(String.init)
    let chinese = parts.map { fields[$0] ?? $0.replacing("_", with: " ") }
    let english = parts.map { $0.replacing("_", with: " ") }
    return BilingualText(chinese.joined(separator: "·"), english.joined(separator: " "))
  }

  /// A text as it is shown: a moment in the offices' own time, a word of an enumeration as a term.
  ///
  /// - Parameter field: The field that it stands in, where that is known.
  package static func value(_ text: String, field: String = "") -> OutputValue {
    if slugFields.contains(field), let term = slug(text) { return .bilingual(term) }
    if text.utf8.count >= 20, text.utf8.last == UInt8(ascii: "Z"),
      let moment = Instant(rfc3339: text)
    {
      let local = moment.adding(milliseconds: 8 * 3_600_000).rfc3339
      return .text(String(local.prefix(19)).replacing("T", with: " "))
    }
    guard let term = terms[text] else { return .text(text) }
    return .bilingual(
      BilingualText(term, text.lowercased().replacing("_", with: " ")))
  }

  /// Fields whose slugs are words; elsewhere a slug is a name that is typed again.
  private static let slugFields: Set<String> = [
    "roles", "reviewers", "side", "from_state", "to_state", "frequency", "update_frequency",
    "data_form", "open_attribute", "acquisition_mode", "cause", "action", "outcome",
    "resource_class", "access_modes",
  ]

  private static func slug(_ text: String) -> BilingualText? {
    if let role = Role(rawValue: text) { return role.term }
    guard let term = slugs[text] ?? terms[text.uppercased().replacing("-", with: "_")] else {
      return nil
    }
    return BilingualText(term, text.replacing("_", with: " "))
  }

  private static let slugs: [String: String] = [
    "source_department": "来源部门", "monthly": "每月", "per-batch": "每批", "real_time": "实时",
    "daily": "每日", "weekly": "每周", "quarterly": "每季", "half_yearly": "每半年", "yearly": "每年",
    "irregular": "不定期", "number": "数值", "chart": "图表", "image": "图片", "audio": "音频",
    "video": "视频", "electronic_certificate": "电子证照", "electronic_archive": "电子档案",
    "non_electronic": "非电子", "not_open": "不予开放", "unconditional": "无条件开放",
    "conditional": "有条件开放", "by_law": "依法采集", "generated": "业务产生", "by_agreement": "协议获取",
    "open_case": "线索未结", "held": "暂缓", "review": "审核", "accept": "接受", "verify": "核实",
    "rectify": "整改", "close": "确认办结", "acknowledge": "处理召回", "urge": "督促", "decide": "答复",
    "check": "核查", "confirm": "复核", "recheck": "重新核查", "forward": "转报",
    "agree-date": "确认时间", "reload": "重新提交", "not_affected": "不受影响", "made_good": "已补正",
    "specific_population": "特定人群", "public": "公共数据", "publish": "发布", "secrecy_passed": "保密审查通过",
    "type_fixed": "改定类型", "withdrawal_requested": "申请撤销", "withdrawal_declined": "不同意撤销",
    "filed": "备案", "mounted": "挂接", "unmounted": "解除挂接", "revise": "修改", "secrecy-review": "保密审查",
    "file": "备案", "consent": "同意撤销",
    "profile_changed": "适用规章变更", "withdrawal_taken_back": "撤回撤销申请", "resubmit": "重新提交",
    "file-modes": "备案访问方式", "web": "网页访问", "file_download": "文件下载",
    "front_end_interface": "前置机接口",
  ]

  private static let fields: [String: String] = [
    "max_rows": "最多行数", "max_growth_percent": "最大增幅%", "frequency": "频率", "seen_by": "查验人",
    "cleaned_by_mark": "清洗标记", "root": "根值", "steps": "步骤", "law_differences": "与标准规章的不同",
    "registers": "登记表", "rolls": "名册",
    "chain": "查找链", "parameters": "参数", "keys": "公钥",
    "harmless_membership": "成员资格无害", "suite": "密码套件", "since": "启用时间", "certified_at": "出具凭证时间",
    "previous_version": "前一版本", "pending": "待重新加密",
    "name": "名称", "title": "标题", "level": "级别", "region": "地区", "kinds": "类别",
    "authority": "主管部门", "state": "状态", "create_time": "建立时间", "responsible_person": "责任人",
    "roles": "角色", "successor": "接替人", "serial": "序列号", "subject": "持有人", "not_before": "生效",
    "not_after": "失效", "revoked": "已吊销", "revoke_reason": "吊销原因", "revoke_time": "吊销时间",
    "department": "部门", "system": "系统", "person": "人员", "certificate_serial": "证书序列号",
    "certificate_not_after": "证书失效", "registry_version": "登记版本", "version": "版本",
    "resource_code": "资源代码", "summary": "摘要", "category": "分类", "resource_class": "资源类别",
    "owner": "提供方", "collecting_department": "采集部门", "approving_department": "核准部门",
    "providing_department": "提供部门", "data_form": "数据形态", "shared_content": "共享内容",
    "share_type": "共享类型", "bases": "依据", "basis": "依据", "conditions": "条件",
    "share_scope": "共享范围", "open_attribute": "开放属性", "update_frequency": "更新频率",
    "origin": "来源", "secrecy": "涉密标识", "grade": "分级", "acquisition_mode": "获取方式",
    "acquisition_basis": "获取依据", "necessity": "必要性", "acquisition_reference": "来源系统或约定",
    "items": "数据项", "reject_threshold_percent": "拒收阈值%",
    "rejects_until": "拒收行保留至",
    "excludes_minors": "不含未成年人", "mounted": "已挂接", "source_system": "来源系统",
    "filing": "备案", "profile": "规章", "review_due": "审核期限", "history": "经过",
    "publish_time": "发布时间", "pending_version": "待发布版本", "type": "类型", "role": "作用",
    "required": "必填", "max_length": "最大长度", "codes": "代码表", "mask": "遮蔽", "unit": "单位",
    "standard": "标准", "number": "文号", "date": "日期", "reason": "理由", "from_state": "原状态",
    "to_state": "新状态", "actor": "经办", "time": "时间", "entry": "目录条目",
    "entry_version": "条目版本", "mode": "方式", "kind": "种类", "format": "格式", "encoding": "编码",
    "as_of": "数据截至", "coverage": "覆盖范围", "next_chunk": "下一块", "accepted_rows": "接收行数",
    "rejected_rows": "拒收行数", "rejects_by_rule": "拒收原因", "commit_time": "入库时间",
    "resource_rows": "资源行数", "resource_root": "资源根值", "due": "期限", "rule": "规则",
    "count": "数量", "line": "行", "field": "字段", "threshold": "要求", "value": "值",
    "article": "条款", "text": "说明", "row": "行", "rows": "行数", "unrepaired_rejects": "未修复拒收",
    "records_under_check": "核查中记录", "key_version": "密钥版本", "applicant": "申请部门",
    "purpose": "用途", "business": "具体业务", "legal_basis": "法律依据", "scenario": "应用场景",
    "scope": "范围", "modes": "方式", "until": "有效期至", "roll": "名册", "daily_subjects": "每日人数",
    "reviewers": "审核方", "opinions": "意见", "reply_due": "答复期限", "grant": "授权",
    "submit_time": "提交时间", "next_step": "下一步", "proposed_reply_date": "提议答复日",
    "proposed_by": "提议方", "grantee": "使用部门", "security_officer": "安全责任人",
    "application": "申请", "activate_time": "生效时间", "usage_report_due": "使用反馈期限",
    "source": "提供部门", "side": "审核方", "decisions": "逐项决定", "item": "数据项",
    "approved": "同意", "records": "记录", "record": "记录", "values": "内容", "lineage": "来源说明",
    "batch": "批次", "under_check": "核查中", "issue": "疑义", "name_differs": "姓名不符",
    "notices": "提示", "direction": "方向", "period": "发放期间", "roll_rows": "名册行数",
    "payout": "发放批次", "received_rows": "已收行数", "missing_chunks": "缺少块", "leads": "线索",
    "open_cases": "未结线索", "held_lines": "暂缓行", "finish_time": "完成时间", "chunk": "块",
    "outcome": "结论", "evidence": "佐证", "concluded_by": "结论人", "confirmed_by": "复核人",
    "hold": "暂缓", "referred": "已移送", "reopened": "重启", "official": "决定人", "notice": "告知",
    "cleared_lines": "放行行数", "withheld_lines": "未放行行数", "withheld": "未放行", "cause": "原因",
    "case": "线索", "requester": "请求部门", "answer": "答复", "case_number": "案号",
    "decline_basis": "拒绝依据", "decline_reason": "拒绝理由", "details": "问题清单",
    "reporter": "提出方式", "channel": "渠道", "slip_number": "回执单号",
    "identity_document_seen": "所验证件", "person_is_alive": "本人健在",
    "reporting_department": "提出部门", "source_department": "来源部门", "verify_due": "核实期限",
    "rectify_due": "整改期限", "reasons": "理由", "correction_batch": "更正批次", "recall": "召回",
    "receivers": "接收方", "acknowledged": "已确认", "acknowledged_by": "确认人",
    "acknowledge_time": "确认时间", "received_time": "接收时间", "note": "备注", "call_id": "调用号",
    "comparison": "比对", "index": "序号", "sequence": "顺序号", "topic": "事项", "payload": "内容",
    "leaf": "叶值", "durable_sequence": "已落盘", "covered_sequence": "已覆盖", "awaits_admission": "待准许",
    "resource": "事项",
    "action": "动作", "overdue": "逾期", "taxonomy": "分类法", "group": "组", "slug": "代码",
    "owner_kinds": "可提供部门", "accepted": "接收", "first_day": "首日", "last_day": "末日",
    "service": "服务", "pid": "进程", "address": "地址", "check": "检查", "advice": "建议",
    "first": "首条", "entries": "条目数", "kept_until": "保存至", "destroyed": "销毁时间", "month": "月份",
    "requested_by": "申请人", "requested_at": "申请时间", "approved_by": "批准人", "approved_at": "批准时间",
    "path": "文件", "key": "密钥", "secrecy_review": "保密审查", "withdrawal": "撤销申请", "detail": "内容",
    "systems": "可用系统", "access_modes": "访问方式", "form": "申请表",
    "sha256": "摘要值", "json": "内容", "recipients": "接收方", "recipient": "接收方",
    "sensitive_items": "敏感数据项", "deidentified": "已去标识", "personal_consent": "本人同意记录",
    "export_assessment": "出境安全评估", "security_review": "国家安全审查", "derived_from": "数据来自",
    "records_until": "记录有效期至", "checks": "检查项", "planted_by": "埋设人", "plant_time": "埋设时间",
    "remove_time": "撤除时间", "words": "书面内容摘要值", "refer": "移送", "confirmed": "复核同意",
    "claim": "核实内容摘要值", "request": "请求编号", "decision": "决定", "terms": "授权条件",
    "consents": "同意的接收方", "to": "成为", "digest": "内容摘要值", "class": "资源类别", "masks": "遮蔽",
  ]

  private static let terms: [String: String] = [
    "PROVINCE": "省级", "CITY": "市级", "COUNTY": "县级", "FUNCTIONAL_ZONE": "功能区", "DISABLED": "停用",
    "ACTIVE": "有效", "DRAFT": "草稿", "SUBMITTED": "已提交", "RETURNED": "退回", "APPROVED": "已同意",
    "PUBLISHED": "已发布", "SUPERSEDED": "已被替代", "WITHDRAWN": "已撤回", "UNCONDITIONAL": "无条件共享",
    "CONDITIONAL": "有条件共享", "NOT_SHARED": "不予共享", "SELF_BUILT": "自建系统",
    "UPPER_LEVEL": "上级系统", "NO_SYSTEM": "无系统", "NOT_SECRET": "不涉密", "TRADE_SECRET": "商业秘密",
    "PRIVACY": "个人隐私", "STATE_SECRET": "国家秘密", "TEXT": "文本", "INTEGER": "整数",
    "DECIMAL": "小数", "DATE": "日期", "CODE": "代码", "PERSON_ID": "公民身份号码",
    "ORGANISATION_ID": "统一社会信用代码", "PERSON_NAME": "姓名", "OTHER_DOCUMENT_ID": "其他证件号",
    "SUBJECT": "主体", "SUBJECT_NAME": "主体姓名", "EVENT_DATE": "事件日期", "PERIOD_START": "开始日",
    "PERIOD_END": "结束日", "REVOKED_MARK": "撤销标记", "LOADING": "装载中",
    "QUALITY_FAILED": "质量不合格", "COMMITTED": "已入库", "ABANDONED": "已放弃", "TABLE": "库表交换",
    "FILE": "文件上传", "INTERFACE": "接口", "STOCK": "存量", "INCREMENT": "增量", "CORRECTION": "更正",
    "LAW_PROPOSED": "待批准", "LAW_APPROVED": "已批准", "LAW_REJECTED": "已退回",
    "LOOKUP": "单人查询", "COMPARISON": "批量比对", "FORWARDED": "已转交", "UNDER_REVIEW": "审核中",
    "PARTLY_APPROVED": "部分同意", "REJECTED": "不同意", "CONVERTED": "已转换",
    "PENDING_ACCEPTANCE": "待接受", "SUSPENDED": "暂停", "EXPIRED": "到期", "REVOKED": "已撤销",
    "ENDED": "已终止", "PRESENT": "命中为线索", "ABSENT": "未命中为线索", "PREPARED": "待上传",
    "RUNNING": "进行中", "HITS_OPEN": "线索待核", "ALL_CLOSED": "线索已结", "CLEARED": "已放行",
    "OPEN": "待核", "CHECKING": "核查中", "AWAITING_CONFIRMATION": "待复核", "CLOSED": "已结",
    "IRREGULAR_RECEIPT": "违规领取", "MISSED_PAYMENT": "漏发", "NO_PROBLEM": "无问题",
    "REQUESTED": "待答复", "ANSWERED": "已答复", "DECLINED": "已拒绝", "MATCH": "一致",
    "NO_MATCH": "不一致", "NOT_FOUND": "无记录", "OPENED": "已提出", "VERIFYING": "核实中",
    "NOT_CONFIRMED": "未证实", "CONFIRMED": "已证实", "RECTIFYING": "整改中", "RECTIFIED": "已整改",
    "INFORMED": "已告知", "INCOMPLETE": "不完整", "NON_STANDARD": "不规范", "INACCURATE": "不准确",
    "THIRD_PARTY": "其他单位或个人", "PUBLIC": "社会公众", "OWN_SYSTEM": "本部门境外系统",
    "NOT_TIMELY": "不及时", "GRANT_HOLDER": "使用部门", "COUNTER": "窗口", "PLATFORM": "平台",
    "LETTER": "函件",
  ]
}
