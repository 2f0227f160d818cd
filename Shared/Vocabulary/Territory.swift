// Countries and regions by ISO 3166-1, to tell what lies abroad (境外): whatever is not the mainland (hebi-2021/27.i9).

/// Whether a text is a country or region by its two capital letters: `CN`, `HK`, `SG`.
package func isTerritory(_ text: String) -> Bool {
  text.utf8.count == 2
    && text.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
}

/// Whether a country or region lies outside the mainland; empty stands for the mainland.
package func isAbroad(_ territory: String) -> Bool { !territory.isEmpty && territory != "CN" }
