// Package.swift as SwiftPM itself understands it: targets, their dependencies and settings.

import Foundation
import SourceReading
import TestSupport

/// A target as declared, not as hoped for.
struct ManifestTarget {
  /// Targets of C, which have no Swift sources.
  static let inC: Set<String> = ["CContracts", "CDescriptors", "CSanitizers"]

  let name: String
  let type: String
  let path: String
  /// Modules that the declared dependencies provide.
  let modules: Set<String>
  /// Swift settings such as `enableUpcomingFeature:ExistentialAny`.
  let swiftSettings: Set<String>
}

enum ManifestError: Error {
  case swiftFailed(status: Int32, message: String)
  case unexpectedShape(String)
}

struct Manifest {
  /// Read once for all suites.
  static let shared = Result { try Manifest.read(root: SourceTree.root) }

  let targets: [ManifestTarget]

  /// The target whose folder holds the file.
  func target(of path: String) -> ManifestTarget? {
    targets.filter { path.hasPrefix($0.path + "/") }.max { $0.path.count < $1.path.count }
  }

  /// Asks SwiftPM, in a scratch folder of its own: the one of the package is locked while its tests run.
  static func read(root: URL) throws -> Manifest {
    let scratch = FileManager.default.temporaryDirectory
      .appending(path: "weir-manifest-\(ProcessInfo.processInfo.processIdentifier)")
    defer { try? FileManager.default.removeItem(at: scratch) }
    let end = try runBlocking(
      "swift",
      [
        "package", "--package-path", root.path, "--scratch-path", scratch.path, "dump-package",
      ],
      // As it is without a sanitizer.
      environment: ["WEIR_SANITIZE": ""])
    guard end.status == 0 else {
      throw ManifestError.swiftFailed(
        status: end.status, message: String(decoding: end.errors, as: UTF8.self))
    }
    let data = Data(end.output)
    return try Manifest(dump: data)
  }

  init(dump: Data) throws {
    guard let object = try JSONSerialization.jsonObject(with: dump) as? [String: Any],
      let targets = object["targets"] as? [[String: Any]]
    else { throw ManifestError.unexpectedShape("targets") }
    self.targets = try targets.map(ManifestTarget.init(dump:))
  }
}

extension ManifestTarget {
  /// A product whose modules are not named like it.
  private static let modulesOfProduct = ["Metrics": ["Metrics", "CoreMetrics"]]

  init(dump: [String: Any]) throws {
    guard let name = dump["name"] as? String, let type = dump["type"] as? String,
      let path = dump["path"] as? String
    else { throw ManifestError.unexpectedShape("target") }
    self.name = name
    self.type = type
    self.path = path
    let dependencies = dump["dependencies"] as? [[String: Any]] ?? []
    modules = Set(
      dependencies.flatMap { dependency -> [String] in
        guard let value = dependency.values.first as? [Any], let first = value.first as? String
        else { return [] }
        return Self.modulesOfProduct[first] ?? [first]
      })
    let settings = dump["settings"] as? [[String: Any]] ?? []
    swiftSettings = Set(
      settings.filter { $0["tool"] as? String == "swift" }.compactMap { setting in
        guard let kind = setting["kind"] as? [String: [String: Any]], let (key, value) = kind.first
        else { return nil }
        return (value["_0"] as? String).map { "\(key):\($0)" } ?? key
      })
  }
}
