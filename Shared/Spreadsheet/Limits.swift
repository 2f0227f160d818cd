// What a spreadsheet may cost: a file comes from anywhere, and a few bytes of it can claim a great deal.

/// Limits on a file and on what becomes of it.
package struct SpreadsheetLimits: Sendable {
  /// The file as it lies on the disk.
  package var fileBytes = 64 << 20
  /// Files inside it.
  package var parts = 2_000
  /// One of them, unpacked; and all together.
  package var partBytes = 192 << 20
  package var totalBytes = 320 << 20
  /// Past the first mebibyte, how many times as large a part may become; sheets of equal rows reach 60.
  package var ratio = 200
  /// Elements inside one another; the deepest of the format is below 20.
  package var depth = 32
  package var attributes = 64
  package var sheets = 64
  package var columns = 256
  package var cells = 6_000_000
  package var sharedStrings = 3_000_000
  /// Of one cell, in bytes; the format's own limit is 32,767 characters.
  package var textBytes = 4 * 32_767
  /// Columns of all merged areas together.
  package var mergedColumns = 2_000_000

  package init() {}
}
