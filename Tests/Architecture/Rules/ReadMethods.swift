// What the protos say of methods that only read, held on their handlers: such a call may be carried out twice.

import SourceReading

/// The methods marked `idempotency_level = NO_SIDE_EFFECTS`, as `share GetGrant`: the service's package and the name.
func readMethods(in protos: [SourceFile]) -> [(service: String, method: String)] {
  protos.flatMap { file -> [(String, String)] in
    let parts = file.path.split(separator: "/")
    guard parts.count > 2, parts[0] == "proto", parts[1] == "weir" else { return [] }
    var found: [(String, String)] = []
    var method = ""
    for line in file.lines {
      if let match = line.firstMatch(of: /^  rpc (\w+)\(/) { method = String(match.output.1) }
      if line.contains("idempotency_level = NO_SIDE_EFFECTS") {
        found.append((String(parts[2]), method))
      }
    }
    return found
  }
}

/// Handlers of such methods that write: into the store, or an entry into the outbox.
func writingReaders(in tree: SourceTree) -> [Violation] {
  let folders = ["registry": "Gateway"]
  return readMethods(in: tree.files).flatMap { service, method -> [Violation] in
    let folder =
      "Services/\(folders[service] ?? service.prefix(1).uppercased() + service.dropFirst())/Handlers/"
    let name = method.prefix(1).lowercased() + method.dropFirst()
    let place = "proto/weir/\(service)/v1/\(service).proto"
    for file in tree.product where file.path.hasPrefix(folder) {
      // A handler takes the request and the call; others may bear its name.
      for function in FunctionReader(code: file.blanked).functions()
      where function.name == "func \(name)" {
        let body = file.code[(function.line - 1)..<(function.line - 1 + function.lines)]
        guard body.prefix(3).joined().contains("call: CallContext") else { continue }
        return body.enumerated().filter {
          $0.element.contains(".write") || $0.element.contains(".append(topic")
        }.map {
          Violation(
            path: file.path, line: function.line + $0.offset,
            rule: "\(method) writes, but \(place) says that it only reads (NO_SIDE_EFFECTS)")
        }
      }
    }
    return [Violation(path: place, line: 1, rule: "no handler of \(method) was found in \(folder)")]
  }
}
