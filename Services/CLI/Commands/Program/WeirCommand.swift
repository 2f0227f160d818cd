// The program weir: its commands, and how it starts and ends.

import ArgumentParser
import Boot
import Crypto
import Integrity
import RPC
import Telemetry
import Vocabulary

/// The root of the command line.
struct WeirCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "weir",
      abstract: spoken(
        "堰：政务数据的目录、汇聚、共享与监督。",
        "Weir: catalogue, deliver, share and account for government data."),
      discussion: spoken(
        """
        证件号码从不作为参数：请用 --id-file -。

        命令补全：weir --generate-completion-script bash|zsh|fish

        退出码：0 完成，1 程序故障，2 用法错误，3 按规则拒绝，
        4 未找到，5 完成但有拒收行，6 稍后重试，7 证据损坏。
        """,
        """
        Identifiers are never arguments: read them with --id-file - instead.

        Completion: weir --generate-completion-script bash|zsh|fish

        Exit codes: 0 done, 1 a fault of ours, 2 usage, 3 refused by rule,
        4 not found, 5 done with rejected rows, 6 try again, 7 evidence broken.
        """),
      version: "0.1.0",
      subcommands: [
        UpCommand.self, DemoCommand.self, DepartmentCommand.self, CatalogCommand.self,
        RegisterCommand.self,
        IngestCommand.self, KeysCommand.self,
        DestructionCommand.self, ShareCommand.self, CompareCommand.self,
        CaseCommand.self,
        FeedbackCommand.self, AuditCommand.self, AccessCommand.self, TodoCommand.self,
        NoticesCommand.self,
        PolicyCommand.self,
        SynthCommand.self, PKICommand.self, DoctorCommand.self, BackupCommand.self,
        RestoreCommand.self, WitnessCommand.self,
      ])
  }

  @OptionGroup var options: CommonOptions

  func run() async throws {
    throw CleanExit.helpRequest(self)
  }
}

/// The whole of the program: as `runWeir`, with the process's own surroundings.
package func runProgram() async -> ProgramExit {
  leaveNoCoreImage()
  keepLibraryUntilProcessEnds()
  return await runWeir(.ofProcess())
}

/// Runs the program and tells how it ended. Nothing escapes: every error has been reported.
package func runWeir(_ surroundings: Surroundings) async -> ProgramExit {
  await Surroundings.$current.withValue(surroundings) {
    do {
      if let place = IdentifierFile.identifierAmong(surroundings.arguments) {
        throw CommandFailure(
          .usage,
          BilingualText(
            "第 \(place) 个参数像是证件号码。证件号码不得作为参数（会留在历史记录和进程列表中），请用 --id-file -。",
            "Argument \(place) looks like an identifier. Identifiers are never arguments (they stay in "
              + "histories and process lists); use --id-file -."),
          in: surroundings.language)
      }
      try await runCommand(surroundings.arguments)
      return .done
    } catch {
      return report(error, surroundings)
    }
  }
}

private func runCommand(_ arguments: [String]) async throws {
  var command = try WeirCommand.parseAsRoot(arguments)
  if var asynchronous = command as? any AsyncParsableCommand {
    try await asynchronous.run()
  } else {
    try command.run()
  }
}

/// Reports an error to the person and gives the exit code that belongs to it.
private func report(_ error: any Error, _ surroundings: Surroundings) -> ProgramExit {
  let console = surroundings.console()
  var failure: CommandFailure
  switch error {
  case let known as CommandFailure: failure = known
  case let status as Status: failure = CommandFailure(status)
  case let refusal as any Refusal: failure = CommandFailure(refusal, in: console.language)
  case let problem as IdentifierFileError:
    failure = CommandFailure(.usage, problem.sentence, in: console.language)
  case let node as NodeFailure:
    failure = CommandFailure(node.exit, node.sentence, in: console.language)
  case let backup as BackupError:
    failure = CommandFailure(backup.exit, backup.sentence, in: console.language)
  case let finding as LogFinding:
    failure = CommandFailure(.evidenceBroken, finding.sentence, in: console.language)
  case let receipt as ReceiptError:
    failure = CommandFailure(.evidenceBroken, receipt.sentence, in: console.language)
  case let policy as WitnessPolicyError:
    let (line, sentence) = (policy.line, policy.sentence)
    failure = CommandFailure(
      .usage,
      BilingualText(
        "见证策略第 \(line) 行：\(sentence.chinese)", "Witness policy, line \(line): \(sentence.english)"),
      in: console.language)
  case let witness as WitnessFolderError:
    failure = CommandFailure(.usage, witness.sentence, in: console.language)
  case let file as ConfigurationError:
    failure = CommandFailure(.usage, file.sentence, in: console.language)
  case let file as FileError: failure = CommandFailure(.fault, file.description)
  case let law as LawFileProblems: failure = CommandFailure(law, in: console.language)
  case let end as ProgramEnd: return end.exit
  default:
    // Help, version and completion scripts come as errors, too; their exit code is success.
    if WeirCommand.exitCode(for: error) == .success {
      let page = WeirCommand.fullMessage(for: error)
      surroundings.output(UsageWords.help(page, in: console.language) + "\n")
      return .done
    }
    guard WeirCommand.exitCode(for: error) == .validationFailure else {
      failure = CommandFailure(.fault, Redaction.masked("\(error)"))
      break
    }
    failure = CommandFailure(
      .usage, UsageWords.sentence(WeirCommand.message(for: error), in: console.language))
    failure.nextStep = UsageWords.command(of: surroundings.arguments) + " --help"
  }
  failure.report(to: console)
  return failure.exit
}

/// Ends a command that has printed its result but did not simply succeed: rejected rows, broken evidence.
struct ProgramEnd: Error, Equatable {
  let exit: ProgramExit
}

extension ConfigurationError {
  fileprivate var sentence: BilingualText {
    switch self {
    case .unreadable(let path, let reason):
      BilingualText("无法读取 \(path)（\(reason)）。", "\(path) cannot be read (\(reason)).")
    case .malformed: BilingualText("文件有误：\(description)", description)
    }
  }
}

/// What is wrong with arguments, before anything is run; `nil` where they can be.
func usageError(in arguments: [String]) -> String? {
  do {
    _ = try WeirCommand.parseAsRoot(arguments)
    return nil
  } catch {
    return WeirCommand.message(for: error)
  }
}
