// What can be wrong with a copy of the log, in words for the person who checks it.

package import Vocabulary

/// What is wrong with a log. Each is evidence broken: exit code 7 of the command line.
package enum LogFinding: Error, Equatable, Sendable {
  case keysMissing
  /// The key list is another domain's: this is not the log whose root the verifier holds.
  case keysForeign(domain: String)
  /// The key list is not signed by the root that the verifier holds.
  case keysForged(SignedNoteError)
  /// The list is older than one that the verifier has seen.
  case keysOutdated(number: UInt64, held: UInt64)
  case checkpointMissing
  /// The checkpoint is not signed by a listed key of the log.
  case checkpointForged(SignedNoteError)
  case fileMissing(path: String)
  case fileMalformed(path: String)
  /// A tile holds other hashes than the entries below it make, the first at this place of its level: at level 0, this entry.
  case tileWrong(path: String, first: UInt64)
  /// The entries do not make the root that the checkpoint states; the first that its tile contradicts, where there is one.
  case rootWrong(size: UInt64, entry: UInt64?)
  /// The verifier has seen a larger log under the same name: this one was cut, or is an old copy.
  case shorterThanHeld(size: UInt64, held: UInt64)
  /// The first entries are not those that the verifier saw before: **the log was rewritten**, whoever signed it.
  case rewritten(held: UInt64)
  /// The checkpoint that the verifier kept is of another log.
  case heldForeign(origin: String)
  /// The checkpoint that the verifier kept is not signed by a listed key.
  case heldForged
  /// The receipt's entry is not in this log.
  case entryMissing
  /// Too few of the witnesses whom the verifier's policy asks for have signed the checkpoint; those who have.
  case notWitnessed(by: [String])

  /// The entry at which a tile of leaves differs.
  var entry: UInt64? {
    guard case .tileWrong(let path, let first) = self,
      case .hashes(level: 0)? = Tile(path: path)?.kind
    else { return nil }
    return first
  }

  /// For the person who must act.
  package var sentence: BilingualText {
    switch self {
    case .keysMissing: BilingualText("缺少密钥清单 keys。", "The key list, keys, is missing.")
    case .keysForeign(let domain):
      BilingualText(
        "这是 \(domain) 的日志，与您持有的根密钥不属同一信任域。",
        "This is the log of \(domain), not of the domain whose root key you hold.")
    case .keysForged:
      BilingualText(
        "密钥清单不是由您持有的根密钥签发。", "The key list is not signed by the root key that you hold.")
    case .keysOutdated(let number, let held):
      BilingualText(
        "密钥清单第 \(number) 号早于您见过的第 \(held) 号。",
        "Key list \(number) is older than number \(held), which you have seen.")
    case .checkpointMissing: BilingualText("缺少检查点。", "The checkpoint is missing.")
    case .checkpointForged:
      BilingualText("检查点不是由日志密钥签署。", "The checkpoint is not signed by the log's key.")
    case .fileMissing(let path): BilingualText("缺少文件 \(path)。", "The file \(path) is missing.")
    case .fileMalformed(let path):
      BilingualText("文件 \(path) 已损坏。", "The file \(path) is damaged.")
    case .tileWrong(let path, let first):
      BilingualText(
        "瓦片 \(path) 自第 \(first) 个散列起与日志条目不符。",
        "The tile \(path) does not match the entries, from its level's hash \(first) on.")
    case .rootWrong(let size, nil):
      BilingualText(
        "\(size) 条日志与检查点的根不符：日志被改动。",
        "The \(size) entries do not make the checkpoint's root: the log was changed.")
    case .rootWrong(let size, let entry?):
      BilingualText(
        "\(size) 条日志与检查点的根不符：日志自第 \(entry) 条（从 0 起）被改动。",
        "The \(size) entries do not make the checkpoint's root: the log was changed, first at entry \(entry), counted from 0."
      )
    case .shorterThanHeld(let size, let held):
      BilingualText(
        "日志只有 \(size) 条，而您见过 \(held) 条：日志被截短。",
        "The log has \(size) entries, and you have seen \(held): it was cut short.")
    case .rewritten(let held):
      BilingualText(
        "前 \(held) 条日志已不是您此前核验的内容：日志被改写并重新签名。",
        "The first \(held) entries are not those that you verified before: the log was rewritten and signed again."
      )
    case .heldForeign(let origin):
      BilingualText(
        "您留存的检查点属于另一日志 \(origin)。", "The checkpoint that you kept is of another log, \(origin).")
    case .heldForged:
      BilingualText("您留存的检查点签名无效。", "The checkpoint that you kept is not signed by the log's key.")
    case .notWitnessed(let names):
      BilingualText(
        "见证者会签不足：只有 \(names.isEmpty ? "零个" : names.joined(separator: "、")) 会签了检查点。",
        "Too few witnesses signed the checkpoint: \(names.isEmpty ? "none" : names.joined(separator: ", "))."
      )
    case .entryMissing: BilingualText("日志中没有这张回执的条目。", "The receipt's entry is not in the log.")
    }
  }
}
