// weir catalog level, weir catalog responsibilities: the catalogue of a region by versions, and whose each datum is.

import ArgumentParser
import Boot
import Contracts
import Foundation
import Vocabulary

struct CatalogLevel: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "level", "本级目录与总目录：按版本查看、比较、导出给上级、导入下级。",
      "The catalogue of a level: by versions, compared, sent to the level above, taken from below.",
      examples: "catalog level show", "catalog level diff --from 3",
      "catalog level export city.json", "catalog level import county.json --root-key root.key",
      subcommands: [LevelShow.self, LevelDiff.self, LevelExport.self, LevelImport.self])
  }
}

struct LevelShow: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "show", "列出一个版本的全部条目及其来源区域。", "List the entries of a version, with the region of each.",
      examples: "catalog level show --as data-bureau/chen",
      "catalog level show --version 3 --own-level")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions
  @Option(help: hint("区域（GB/T 2260）；默认为自己的。", "The region; one's own unless given.", "code"))
  var region = ""
  @Option(help: hint("版本；默认为最新。", "The version; the newest unless given.", "number"))
  var version: Int32 = 0
  @Flag(help: hint("不含下级区域。", "Without regions below.")) var ownLevel = false

  func call(_ session: Session) async throws {
    let entries = try await session.list(limit) { size, token in
      let page = try await session.catalog.getLevelCatalogue(
        .init(
          region: region, version: version, ownLevel: ownLevel, pageSize: size, pageToken: token),
        session.options)
      return (page.entries, page.nextPageToken)
    }
    try session.show(
      entries, columns: ["name", "version", "title", "owner", "origin", "resource_code", "node"])
  }
}

struct LevelDiff: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "diff", "比较两个版本，逐条、逐项。", "Compare two versions, entry by entry and item by item.",
      examples: "catalog level diff --from 3", "catalog level diff --from 3 --to 5")
  }
  @OptionGroup var caller: CallerOptions
  @Option(help: hint("区域；默认为自己的。", "The region; one's own unless given.", "code")) var region = ""
  @Option(help: hint("原版本；0 为空目录。", "The former; 0 is the empty one.", "number")) var from: Int32
  @Option(help: hint("新版本；默认为最新。", "The latter; the newest unless given.", "number"))
  var to: Int32 = 0

  func call(_ session: Session) async throws {
    let found = try await session.catalog.compareLevelCatalogue(
      .init(region: region, from: from, to: to), session.options)
    try session.show(
      found.differences,
      columns: [
        "entry", "title", "kind", "from_version", "to_version", "added_items", "removed_items",
        "changed_items", "properties",
      ])
  }
}

struct LevelExport: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "export", "把一个版本连同签名写成文件，交上级节点导入。",
      "Write a version with its signature to a file, for the node above to import.",
      examples: "catalog level export city.json --as data-bureau/chen")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("文件。", "The file.", "file")) var file: String
  @Option(help: hint("版本；默认为最新。", "The version; the newest unless given.", "number"))
  var version: Int32 = 0

  func call(_ session: Session) async throws {
    var lines: [[UInt8]] = []
    var token = ""
    var asked = version
    repeat {
      let page = try await session.catalog.getLevelCatalogue(
        .init(
          version: asked, withContent: true, pageSize: 200, pageToken: token), session.options)
      // All pages of one version, whatever is approved meanwhile.
      asked = page.version
      lines.append(
        Array(
          try CatalogV1.CataloguePart(
            head: page.head, keyList: page.keyList, entries: page.entries
          ).json().utf8))
      token = page.nextPageToken
    } while !token.isEmpty
    try Files.write(Array(lines.joined(separator: [0x0A])) + [0x0A], to: file, isPrivate: false)
    session.console.note(
      BilingualText("已写出第 \(asked) 版：\(file)。", "Version \(asked) is in \(file)."))
  }
}

struct LevelImport: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "import", "导入下级节点的目录；签名按其根密钥核验，根密钥自首次导入起固定。",
      "Take the catalogue of a node below; its signature is held to its root key, which stays that of the first import.",
      examples: "catalog level import county.json --root-key county-root.key --as data-bureau/chen")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("文件。", "The file.", "file")) var file: String
  @Option(help: hint("下级节点的根公钥文件。", "The file of that node's public root key.", "file"))
  var rootKey: String

  func call(_ session: Session) async throws {
    let key = String(decoding: try readBytes(rootKey), as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    var parts = try readBytes(file).split(separator: 0x0A).map {
      try CatalogV1.CataloguePart(jsonBytes: Array($0), limits: .standard)
    }
    guard !parts.isEmpty else {
      throw CommandFailure(.usage, spoken("\(file) 是空的。", "\(file) is empty."))
    }
    parts[0].rootKey = key
    parts[0].requestID = session.newRequest()
    let sent = parts
    try session.show(
      try await session.catalog.importLevelCatalogue(session.options) { writer in
        for part in sent { try await writer.write(part) }
      })
  }
}

struct CatalogResponsibilities: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "responsibilities", "采集责任清单：每个数据项由哪个部门负责。",
      "Who must collect and provide each datum, as the catalogue has it.",
      examples: "catalog responsibilities --department civil-affairs",
      "catalog responsibilities --as data-bureau/chen --version 3")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions
  @Option(help: hint("部门；默认为全部。", "The department; all unless given.", "code"))
  var department = ""
  @Option(help: hint("区域；默认为自己的。", "The region; one's own unless given.", "code")) var region = ""
  @Option(help: hint("目录版本；默认为最新。", "The catalogue's version; the newest unless given.", "number"))
  var version: Int32 = 0

  func call(_ session: Session) async throws {
    let items = try await session.list(limit) { size, token in
      let page = try await session.catalog.listResponsibilities(
        .init(
          department: resource("departments", department), region: region, version: version,
          pageSize: size, pageToken: token), session.options)
      return (page.items, page.nextPageToken)
    }
    try session.show(
      items, columns: ["department", "title", "entry", "entry_version", "assignment"])
  }
}
