// The programs of this package, as they were built for the tests.

import Foundation

/// The path of a program that was built together with the tests.
package func builtProgram(_ name: String) -> String {
  // The test bundle lies beside the programs.
  let bundle = CommandLine.arguments.first ?? ""
  return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent(name).path
}
