// In whose name a command calls, and where: a data folder with --as, or the gateway's address with files.

import ArgumentParser
import Boot
import Crypto
import Foundation
import RPC
package import Vocabulary

/// `--data` and `--as`, or `--gateway`, `--cert`, `--key` and `--ca`; with the options that all commands have.
struct CallerOptions: ParsableArguments {
  @OptionGroup var common: CommonOptions
  @OptionGroup var signing: SigningOptions
  @Option(
    name: .customLong("data"),
    help: ArgumentHelp(
      spoken("weir up 的数据目录；默认取自 WEIR_DATA。", "The folder of weir up; WEIR_DATA unless given."),
      valueName: "dir"))
  var dataFolder: String?
  @Option(
    name: .customLong("as"),
    help: ArgumentHelp(
      spoken(
        "以谁的身份：单位/人员 或 单位/system:系统；默认取自 WEIR_AS。",
        "In whose name: department/person or department/system:name; WEIR_AS unless given."),
      valueName: "who"))
  var principal: String?
  @Option(
    name: .customLong("by"),
    help: ArgumentHelp(
      spoken(
        "以系统身份调用时的操作人：单位/人员，或定时任务 单位/run:任务；默认取自 WEIR_BY。",
        "Who acts at the system: department/person, or department/run:name; WEIR_BY unless given."),
      valueName: "who"))
  var actor: String?
  @Option(
    help: ArgumentHelp(spoken("网关地址。", "The gateway's address."), valueName: "host:port"))
  var gateway: String?
  @Option(help: ArgumentHelp(spoken("证书链（PEM）。", "Certificate chain, PEM."), valueName: "file"))
  var cert: String?
  @Option(help: ArgumentHelp(spoken("私钥（PEM）。", "Private key, PEM."), valueName: "file"))
  var key: String?
  @Option(
    help: ArgumentHelp(spoken("服务根证书（PEM）。", "The services' root, PEM."), valueName: "file"))
  var ca: String?
  @Option(
    help: ArgumentHelp(
      spoken(
        "服务证书吊销列表（PEM）；网关证书在列或列表过期时不调用。数据目录中有列表时自动使用。",
        "The list of revoked service certificates, PEM: a gateway that it names is not called, nor any once it has ended. That of a data folder is used by itself."
      ), valueName: "file"))
  var crl: String?
  @Option(
    name: .customLong("request-id"),
    help: ArgumentHelp(
      spoken("重放一次未得到答复的请求。", "Repeats a request that got no answer."), valueName: "id"))
  var requestID: String?
  @Option(
    name: .customLong("receipt"),
    help: ArgumentHelp(
      spoken("把回执存入此文件。", "Keeps the receipt in this file."), valueName: "file"))
  var receiptFile: String?

  /// Opens a session, runs the body, closes the session.
  func withSession<Result>(_ body: (Session) async throws -> Result) async throws -> Result {
    let session = try open()
    let result: Swift.Result<Result, any Error>
    do { result = .success(try await body(session)) } catch { result = .failure(error) }
    await session.close()
    return try result.get()
  }

  /// Today where the data folder is, or here.
  func today() throws -> CivilDate {
    let data = dataFolder ?? Surroundings.current.environment["WEIR_DATA"]
    guard gateway == nil, let data else { return systemNow().civilDate }
    return try RunningFolder(path: data).civilNow().civilDate
  }

  /// Where the gateway is, by which name it is known, and the caller's files.
  struct Place {
    let gateway: Address
    /// `nil` where the address's host is the name.
    let serverURI: String?
    let identity: CallerIdentity
  }

  func place() throws -> Place {
    let environment = Surroundings.current.environment
    let actor = try (actor ?? environment["WEIR_BY"]).map(RunningFolder.actor)
    if let gateway {
      guard let address = Address(gateway), let cert, let key, let ca else {
        throw CommandFailure(
          .usage,
          spoken(
            "--gateway 须与 --cert、--key、--ca 一起给出，地址形如 主机:端口。",
            "--gateway is host:port and needs --cert, --key and --ca."))
      }
      return Place(
        gateway: address, serverURI: nil,
        identity: CallerIdentity(
          certificate: cert, key: key, root: ca, revocationList: crl, actor: actor))
    }
    guard let data = dataFolder ?? environment["WEIR_DATA"],
      let who = principal ?? environment["WEIR_AS"]
    else {
      throw CommandFailure(
        .usage,
        spoken(
          "请给出 --data 和 --as（或 WEIR_DATA 和 WEIR_AS），或给出 --gateway。",
          "Give --data and --as (or WEIR_DATA and WEIR_AS), or else --gateway."))
    }
    let node = RunningFolder(path: data)
    return Place(
      gateway: try node.gateway(), serverURI: "spiffe://\(try node.domain())/service/gateway",
      identity: try node.identity(of: who, by: actor, revocationList: crl))
  }

  private func open() throws -> Session {
    let place = try place()
    return try Session(
      gateway: place.gateway, serverURI: place.serverURI, identity: place.identity,
      console: common.console, signing: signing, requestID: requestID, receiptFile: receiptFile,
      random: SystemRandom())
  }
}

/// The files by which a caller is known.
package struct CallerIdentity: Sendable, Equatable {
  package let certificate: String
  package let key: String
  /// The root that the gateway's certificate leads to.
  package let root: String
  /// That root's list of revoked certificates; without one none is looked up.
  package let revocationList: String?
  /// Who acts at the system.
  package let actor: StatedActor?

  package init(
    certificate: String, key: String, root: String, revocationList: String? = nil,
    actor: StatedActor? = nil
  ) {
    self.certificate = certificate
    self.key = key
    self.root = root
    self.revocationList = revocationList
    self.actor = actor
  }
}

/// What a data folder tells a client.
struct RunningFolder: Sendable {
  let path: String

  private var folder: NodeFolder { NodeFolder(path: path) }

  func domain() throws -> String {
    guard !folder.isNew else {
      throw CommandFailure(
        .usage,
        spoken("\(path) 不是 weir up 的数据目录。", "\(path) is no data folder of weir up."))
    }
    return try folder.description().domain
  }

  /// The civil time of the folder: a demonstration has its own.
  func civilNow() throws -> Instant {
    let description = try folder.description()
    let demo = description.demoCivilStart.flatMap { start in
      description.demoRealStart.map {
        ServiceConfiguration.DemoClock(
          civilStart: start, realStart: $0, offsetFile: folder.demoClockFile)
      }
    }
    return WallClock.system(demo: demo).civil()
  }

  func gateway() throws -> Address {
    _ = try domain()
    guard Files.exists(folder.readyFile) else {
      throw CommandFailure(
        .tryAgain,
        spoken(
          "\(path) 上没有运行中的服务；先运行 weir up --data \(path)。",
          "Nothing runs on \(path); start it with weir up --data \(path)."))
    }
    let ready = try ReadyFile.load(path: folder.readyFile)
    guard let address = Address(ready.gateway) else {
      throw ConfigurationError.malformed(path: folder.readyFile, detail: "gateway: no address")
    }
    return address
  }

  /// The files of `department/person` or `department/system:name`.
  ///
  /// - Parameter revocationList: In place of the folder's own.
  func identity(
    of who: String, by actor: StatedActor? = nil, revocationList: String? = nil
  ) throws -> CallerIdentity {
    let keys = folder.keys(domain: try domain())
    let name = try Self.principal(who)
    let files = keys.principalFolder(name)
    guard Files.exists(files + "/cert.pem") else {
      throw CommandFailure(
        .usage,
        spoken("没有 \(who) 的证书（\(files)）。", "There is no certificate of \(who) in \(files)."))
    }
    let own = keys.revocationList(.service)
    return CallerIdentity(
      certificate: files + "/cert.pem", key: files + "/key.pem", root: keys.serviceRoot,
      revocationList: revocationList ?? (Files.exists(own) ? own : nil), actor: actor)
  }

  /// Whom `department/person` or `department/run:name` states.
  static func actor(_ who: String) throws(CommandFailure) -> StatedActor {
    let name = if let run = runName(who) { run } else { try principal(who) }
    guard let actor = StatedActor(name) else {
      throw CommandFailure(
        .usage,
        spoken(
          "'\(who)' 不是 单位/人员 或 单位/run:任务。",
          "'\(who)' is neither department/person nor department/run:name."))
    }
    return actor
  }

  /// The resource name of `department/run:name`; `nil` for anything else.
  static func runName(_ who: String) -> String? {
    let parts = who.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, parts[1].hasPrefix("run:"), let department = DepartmentCode(parts[0]),
      let run = RunName(String(parts[1].dropFirst(4)))
    else { return nil }
    return ResourceName.run(department, run).text
  }

  /// The resource name of `department/person` or `department/system:name`.
  static func principal(_ who: String) throws(CommandFailure) -> String {
    let parts = who.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    if parts.count == 2, let department = DepartmentCode(parts[0]) {
      if parts[1].hasPrefix("system:") {
        if let system = SystemName(String(parts[1].dropFirst(7))) {
          return ResourceName.system(department, system).text
        }
      } else if let person = PersonID(parts[1]) {
        return ResourceName.person(department, person).text
      }
    }
    throw CommandFailure(
      .usage,
      spoken(
        "'\(who)' 不是 单位/人员 或 单位/system:系统。",
        "'\(who)' is neither department/person nor department/system:name."))
  }
}
