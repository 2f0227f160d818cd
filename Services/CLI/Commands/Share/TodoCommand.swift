// weir todo: what waits for the caller, in all services, by due day.

import ArgumentParser
import Contracts
import RPC
import Vocabulary

struct TodoCommand: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "todo", "待办：各服务中等我办理的事项，按期限排列。", "What waits for me across services, by due day.",
      more: BilingualText(
        "逾期事项排在最前并标明天数；每项注明规定期限的条款。",
        "What is late comes first, with its days; each line names the article that sets the day."),
      examples: "todo --as civil-affairs/li", "todo --overdue --output json",
      "todo --of civil-affairs --as data-bureau/chen")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions
  @Flag(help: hint("只列逾期。", "Only what is late.")) var overdue = false
  @Option(
    help: hint(
      "已停用单位的待办，供其主管部门处理。", "What waits in a disabled department, for its authority.", "code"))
  var of: String?

  private typealias Fetch =
    @Sendable (CommonV1.ListDutiesRequest) async throws -> CommonV1.ListDutiesResponse

  func call(_ session: Session) async throws {
    var duties: [(service: String, duty: CommonV1.Duty)] = []
    var departments = of.map { [resource("departments", $0)] } ?? []
    if departments.isEmpty { departments = try await moved(session) }
    for (service, fetch) in sources(session) {
      do {
        for department in departments {
          let found = try await session.list(limit) { size, token in
            let page = try await fetch(
              .init(pageSize: size, pageToken: token, department: department))
            return (page.duties, page.nextPageToken)
          }
          duties += found.filter { new in
            !duties.contains {
              $0.duty.resource == new.resource && $0.duty.action == new.action
            }
          }.map { (service, $0) }
        }
      } catch let status as Status where status.code == .unavailable {
        // The rest is worth showing; what is missing must be plain.
        session.console.note(
          BilingualText(
            "注意：\(service) 暂时无法应答，其待办未列出。",
            "note: \(service) does not answer now; its duties are missing."))
      }
    }
    if overdue { duties.removeAll { ($0.duty.due?.overdueDays ?? 0) == 0 } }
    duties.sort { Self.key($0.duty) < Self.key($1.duty) }
    if duties.isEmpty, session.console.format == .table {
      return session.console.note(BilingualText("没有待办事项。", "Nothing waits for you."))
    }
    session.console.show(Self.table(duties, for: session.console.format))
  }

  /// One's own duties, and for an authority's people those of the disabled departments of its level, which moved to it (AC-92).
  private func moved(_ session: Session) async throws -> [String] {
    let own = try await session.registry.whoAmI(.init(), session.options)
    guard own.roles.contains(Role.authority.slug) else { return [""] }
    var found = [""]
    var token = ""
    repeat {
      let page = try await session.registry.listDepartments(
        .init(pageSize: 500, pageToken: token), session.options)
      found += page.departments.filter { $0.state == .disabled && $0.authority == own.department }
        .map(\.name)
      token = page.nextPageToken
    } while !token.isEmpty
    return found
  }

  private func sources(_ session: Session) -> [(String, Fetch)] {
    let options = session.options
    return [
      ("catalog", { try await session.catalog.listDuties($0, options) }),
      ("ingest", { try await session.ingest.listDuties($0, options) }),
      ("share", { try await session.share.listDuties($0, options) }),
      ("feedback", { try await session.feedback.listDuties($0, options) }),
    ]
  }

  /// By day, then by name; what has no day comes last.
  private static func key(_ duty: CommonV1.Duty) -> String {
    (duty.due?.date.isEmpty ?? true ? "9999-99-99" : duty.due?.date ?? "") + duty.resource
  }

  private static func table(
    _ duties: [(service: String, duty: CommonV1.Duty)], for format: OutputFormat
  ) -> Table {
    Table(
      columns: [
        .init("due", BilingualText("期限", "due")),
        .init("overdue_days", BilingualText("逾期天数", "days late"), alignment: .right),
        .init("resource", BilingualText("事项", "resource")),
        .init("action", BilingualText("动作", "action")),
        .init("summary", BilingualText("说明", "summary")),
        .init("article", BilingualText("条款", "article")),
        .init("service", BilingualText("服务", "service")),
      ],
      rows: duties.map { service, duty in
        let late = Int(duty.due?.overdueDays ?? 0)
        return [
          duty.due.map { .text($0.date + ($0.provisional ? " ?" : "")) } ?? .none,
          late > 0 ? .integer(late) : .none, .text(duty.resource),
          format == .json ? .text(duty.action) : Words.value(duty.action, field: "action"),
          .bilingual(
            BilingualText(duty.summary?.chinese ?? "", duty.summary?.english ?? "")),
          .text(duty.due?.article ?? ""), .text(service),
        ]
      })
  }
}
