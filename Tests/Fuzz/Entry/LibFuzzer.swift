// The door for libFuzzer, which brings its own main: WEIR_FUZZ_TARGET names what is fuzzed.

import Foundation

private let target: FuzzTarget = {
  let name = ProcessInfo.processInfo.environment["WEIR_FUZZ_TARGET"] ?? ""
  guard let target = FuzzTarget(rawValue: name) else {
    let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
    fatalError("WEIR_FUZZ_TARGET is one of \(names)")
  }
  return target
}()

/// Called by libFuzzer once for each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // libFuzzer lends the bytes for the call; they are copied here.
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do { try target.run(bytes) } catch { fatalError("\(error)") }
  return 0
}
