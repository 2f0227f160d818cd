// Every public method can be called from the command line, or there is a reason why not.

import Access
import Contracts
import Testing

@testable import WeirCLI

@Suite("The program covers the public methods")
struct CoverageTests {
  /// The command that makes the call; after `-` the reason why there is none.
  static let commands: [String: String] = [
    "registry.v1.Registry/RegisterDepartment": "department register",
    "registry.v1.Registry/GetDepartment": "department show",
    "registry.v1.Registry/ListDepartments": "department list",
    "registry.v1.Registry/UpdateDepartment": "department update",
    "registry.v1.Registry/SetDepartmentState": "department state",
    "registry.v1.Registry/RegisterSystem": "department system add",
    "registry.v1.Registry/ListSystems": "department system list",
    "registry.v1.Registry/ListRuns": "department run list",
    "registry.v1.Registry/RenewCertificate": "department certificate renew",
    "registry.v1.Registry/RegisterRun": "department run add",
    "registry.v1.Registry/SetRunState": "department run state",
    "registry.v1.Registry/SetSystemState": "department system state",
    "registry.v1.Registry/RegisterPerson": "department person add",
    "registry.v1.Registry/ListPersons": "department person list",
    "registry.v1.Registry/SetPersonRoles": "department person roles",
    "registry.v1.Registry/DisablePerson": "department person disable",
    "registry.v1.Registry/IssueCertificate": "department certificate issue",
    "registry.v1.Registry/RevokeCertificate": "department certificate revoke",
    "registry.v1.Registry/ListCertificates": "department certificate list",
    "registry.v1.Registry/WhoAmI": "department whoami",
    "registry.v1.Registry/RegisterDocument": "department document add",
    "registry.v1.Registry/ListDocuments": "department document list",
    "registry.v1.Registry/ListDocumentGaps": "department document gaps",
    "registry.v1.Registry/FileDuty": "department duty file",
    "registry.v1.Registry/ConfirmDuty": "department duty confirm",
    "registry.v1.Registry/ListDutyFilings": "department duty list",
    "registry.v1.Registry/ListDutyGaps": "department duty gaps",
    "registry.v1.Registry/RecordSafeguard": "department security record",
    "registry.v1.Registry/GetSecurityFile": "department security show",
    "registry.v1.Registry/RotateSealingKeys": "keys rotate",
    "registry.v1.Registry/ListSealingKeys": "keys seals",
    "registry.v1.Registry/ProposeLaw": "policy import",
    "registry.v1.Registry/DecideLaw": "policy decide",
    "registry.v1.Registry/GetLaw": "policy versions",
    "registry.v1.Registry/ListLaw": "policy versions",
    "registry.v1.Registry/ListNotices": "notices",
    "registry.v1.Registry/WatchNotices": "notices",
    "catalog.v1.Catalog/ListRunningCases": "policy diff",
    "share.v1.Share/ListRunningCases": "policy diff",
    "feedback.v1.Feedback/ListRunningCases": "policy diff",
    "catalog.v1.Catalog/RegisterChange": "catalog change register",
    "catalog.v1.Catalog/VoidChange": "catalog change void",
    "catalog.v1.Catalog/ListChanges": "catalog change list",
    "catalog.v1.Catalog/CreateEntry": "catalog draft",
    "catalog.v1.Catalog/UpdateEntry": "catalog update",
    "catalog.v1.Catalog/SubmitEntry": "catalog submit",
    "catalog.v1.Catalog/ReviewEntry": "catalog review",
    "catalog.v1.Catalog/FileNotShared": "catalog file",
    "catalog.v1.Catalog/PublishEntry": "catalog publish",
    "catalog.v1.Catalog/WithdrawEntry": "catalog withdraw",
    "catalog.v1.Catalog/MountEntry": "catalog mount",
    "catalog.v1.Catalog/GetEntry": "catalog show",
    "catalog.v1.Catalog/ListEntries": "catalog list",
    "catalog.v1.Catalog/ListCategories": "catalog categories",
    "catalog.v1.Catalog/ListDuties": "todo",
    "catalog.v1.Catalog/GetLevelCatalogue": "catalog level show",
    "catalog.v1.Catalog/CompareLevelCatalogue": "catalog level diff",
    "catalog.v1.Catalog/ImportLevelCatalogue": "catalog level import",
    "catalog.v1.Catalog/ListResponsibilities": "catalog responsibilities",
    "catalog.v1.Catalog/GetGateReport": "catalog gate show",
    "catalog.v1.Catalog/DecideCheckpoint": "catalog gate pass",
    "catalog.v1.Catalog/SaveRecord": "register add",
    "catalog.v1.Catalog/DecideRecord": "register confirm",
    "catalog.v1.Catalog/GetRecord": "register show",
    "catalog.v1.Catalog/ListRecords": "register list",
    "catalog.v1.Catalog/PublishOpenSet": "register open",
    "registry.v1.Registry/ListRegions": "department regions",
    "ingest.v1.Ingest/CreateBatch": "ingest upload",
    "ingest.v1.Ingest/UploadChunk": "ingest upload",
    "ingest.v1.Ingest/CommitBatch": "ingest upload",
    "ingest.v1.Ingest/AbandonBatch": "ingest abandon",
    "ingest.v1.Ingest/GetBatch": "ingest status",
    "ingest.v1.Ingest/ListBatches": "ingest list",
    "ingest.v1.Ingest/ListRejects": "ingest rejects",
    "ingest.v1.Ingest/CorrectRecord": "ingest correct",
    "ingest.v1.Ingest/GetResourceStatus": "ingest resource",
    "ingest.v1.Ingest/RequestDestruction": "destruction request",
    "ingest.v1.Ingest/ApproveDestruction": "destruction approve",
    "ingest.v1.Ingest/GetDestruction": "destruction show",
    "ingest.v1.Ingest/ListDestructions": "destruction list",
    "ingest.v1.Ingest/RotateKeys": "keys rotate",
    "ingest.v1.Ingest/ListRegisterKeys": "keys list",
    "ingest.v1.Ingest/ListDuties": "todo",
    "share.v1.Share/CreateApplication": "share apply",
    "share.v1.Share/SubmitApplication": "share submit",
    "share.v1.Share/WithdrawApplication": "share withdraw",
    "share.v1.Share/ReviewApplication": "share review",
    "share.v1.Share/AgreeReplyDate": "share agree-date",
    "share.v1.Share/GetApplication": "share show",
    "share.v1.Share/ListApplications": "share list",
    "share.v1.Share/Subscribe": "share subscribe",
    "share.v1.Share/AcceptGrant": "share accept",
    "share.v1.Share/FileAccessModes": "share file-modes",
    "share.v1.Share/RevokeGrant": "share revoke",
    "share.v1.Share/SuspendGrant": "share suspend",
    "share.v1.Share/ResumeGrant": "share resume",
    "share.v1.Share/GetGrant": "share grant",
    "share.v1.Share/ListGrants": "share grants",
    "share.v1.Share/Lookup": "share lookup",
    "share.v1.Share/CreateComparison": "compare run",
    "share.v1.Share/UploadComparisonChunk": "compare run",
    "share.v1.Share/FinishComparison": "compare finish",
    "share.v1.Share/GetComparison": "compare show",
    "share.v1.Share/ListComparisons": "compare list",
    "share.v1.Share/ListCases": "case list",
    "share.v1.Share/ConcludeCase": "case conclude",
    "share.v1.Share/ConfirmCase": "case confirm",
    "share.v1.Share/HoldLine": "case hold",
    "share.v1.Share/GetClearance": "case clearance",
    "share.v1.Share/CreateVerificationRequest": "share verify-request create",
    "share.v1.Share/DecideVerificationRequest": "share verify-request decide",
    "share.v1.Share/GetVerificationRequest": "share verify-request show",
    "share.v1.Share/ListVerificationRequests": "share verify-request list",
    "share.v1.Share/ListDuties": "todo",
    "feedback.v1.Feedback/FileIssue": "feedback file",
    "feedback.v1.Feedback/ConcludeVerification": "feedback verify",
    "feedback.v1.Feedback/ExtendIssue": "feedback extend",
    "feedback.v1.Feedback/AgreeRectificationDate": "feedback agree-date",
    "feedback.v1.Feedback/CloseIssue": "feedback close",
    "feedback.v1.Feedback/ReopenIssue": "feedback reopen",
    "feedback.v1.Feedback/WithdrawIssue": "feedback withdraw",
    "feedback.v1.Feedback/GetIssue": "feedback show",
    "feedback.v1.Feedback/ListIssues": "feedback list",
    "feedback.v1.Feedback/GetRecall": "feedback recall show",
    "feedback.v1.Feedback/ListRecalls": "feedback recall list",
    "feedback.v1.Feedback/AcknowledgeRecall": "feedback recall ack",
    "feedback.v1.Feedback/ListDuties": "todo",
    "audit.v1.Audit/GetCheckpoint": "audit checkpoint",
    "audit.v1.Audit/GetTile": "audit export",
    "audit.v1.Audit/GetInclusionProof": "audit prove",
    "audit.v1.Audit/GetConsistencyProof": "audit checkpoint",
    "audit.v1.Audit/GetKeyList": "audit export",
    "audit.v1.Audit/ListEntries": "audit entries",
    "audit.v1.Audit/ListAlarms": "audit alarms",
    "audit.v1.Audit/ListOrigins": "audit origins",
    "audit.v1.Audit/ListMonths": "audit months",
    "audit.v1.Audit/RequestAct": "audit request",
    "audit.v1.Audit/ApproveAct": "audit approve",
    "audit.v1.Audit/ListActs": "audit acts",
    "audit.v1.Audit/TraceSubject": "audit trace",
    "ingest.v1.Ingest/PlantCanary": "audit canary plant",
    "ingest.v1.Ingest/ListCanaries": "audit canary list",
    "ingest.v1.Ingest/RemoveCanary": "audit canary remove",
  ]

  private static var publicPaths: Set<String> {
    Set(AccessTable.all.values.filter(\.isPublic).map { String($0.path.dropFirst("/weir.".count)) })
  }

  @Test("each public method has a command, and no other is named")
  func complete() {
    #expect(Self.publicPaths.subtracting(Self.commands.keys).sorted() == [])
    #expect(Set(Self.commands.keys).subtracting(Self.publicPaths).sorted() == [])
  }

  @Test(
    "each command has a help with an example, in both languages",
    arguments: Set(commands.values).union([
      "access explain", "catalog import", "catalog export", "up", "doctor", "backup", "restore",
      "pki init", "pki issue-service",
      "pki revoke", "pki crl",
      "pki keylist",
      "pki found", "pki show", "pki master-key", "audit verify",
    ]).sorted())
  func help(command: String) async {
    for (language, word) in [("en", "Example"), ("zh", "示例")] {
      let recorder = StreamRecorder()
      let arguments =
        command.split(separator: " ").map(String.init) + ["--help", "--lang", language]
      #expect(await runWeir(recorder.surroundings(arguments)) == .done)
      #expect(recorder.output.contains(word) && recorder.output.contains("weir \(command)"))
    }
  }
}
