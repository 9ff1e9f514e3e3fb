extension UInt8 {
  /// Whether the byte is `A` to `Z` or `a` to `z`.
  package var isASCIILetter: Bool { (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) }

  /// Whether the byte is `0` to `9`.
  package var isASCIIDigit: Bool { (0x30...0x39).contains(self) }
}
