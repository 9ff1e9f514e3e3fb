/// Reads and writes JSON scalars as text. Ranges and bytes handed in were checked by ``JSONScanner`` before.
package enum JSONText {
  // MARK: - Reading

  /// Whether the key at `range` (without its quotes) spells `name`, escapes resolved.
  package static func key(
    _ text: UnsafeRawBufferPointer, _ range: Range<Int>, hasEscape: Bool, equals name: StaticString
  ) -> Bool {
    guard let base = text.baseAddress, !hasEscape else { return escapedKey(text, range, equals: name) }
    return range.count == name.utf8CodeUnitCount
      && ByteScan.areEqual(base + range.lowerBound, name.utf8Start, range.count)
  }

  @inline(never)
  private static func escapedKey(
    _ text: UnsafeRawBufferPointer, _ range: Range<Int>, equals name: StaticString
  ) -> Bool {
    string(UnsafeRawBufferPointer(rebasing: text[(range.lowerBound - 1)..<(range.upperBound + 1)])) == name.description
  }

  /// Whether the raw value `bytes` is the string `name`, when it is spelled without escapes.
  package static func equals(_ bytes: UnsafeRawBufferPointer, quoted name: StaticString) -> Bool {
    bytes.count == name.utf8CodeUnitCount + 2 && bytes.first == UInt8(ascii: "\"")
      && key(bytes, 1..<(bytes.count - 1), hasEscape: false, equals: name)
  }

  /// Returns the text of a string value given with its quotes; nil when the value is no string. A lone surrogate
  /// becomes U+FFFD, so the result is for reading and comparing, never for passing on.
  package static func string(_ quoted: UnsafeRawBufferPointer) -> String? {
    guard quoted.count >= 2, quoted.first == UInt8(ascii: "\"") else { return nil }
    let inner = UnsafeRawBufferPointer(rebasing: quoted[1..<(quoted.count - 1)])
    guard ByteScan.firstIndex(of: UInt8(ascii: "\\"), in: inner, from: 0) != nil else {
      return String(decoding: inner, as: UTF8.self)
    }
    return unescape(inner)
  }

  private static func unescape(_ inner: UnsafeRawBufferPointer) -> String {
    var units: [UInt16] = []
    var result = ""
    var index = 0
    var plain = 0
    func flush(_ end: Int) {
      if plain < end { result += String(decoding: inner[plain..<end], as: UTF8.self) }
    }
    while index < inner.count {
      guard inner[index] == UInt8(ascii: "\\") else {
        index += 1
        continue
      }
      flush(index)
      units.removeAll(keepingCapacity: true)
      // Neighbouring escapes are decoded together, so that surrogate pairs meet.
      while index + 1 < inner.count, inner[index] == UInt8(ascii: "\\") {
        switch inner[index + 1] {
        case UInt8(ascii: "u"):
          units.append(hexadecimal(inner, index + 2))
          index += 6
          continue
        case UInt8(ascii: "b"): units.append(8)
        case UInt8(ascii: "f"): units.append(12)
        case UInt8(ascii: "n"): units.append(10)
        case UInt8(ascii: "r"): units.append(13)
        case UInt8(ascii: "t"): units.append(9)
        default: units.append(UInt16(inner[index + 1]))
        }
        index += 2
      }
      result += String(decoding: units, as: UTF16.self)
      plain = index
    }
    flush(inner.count)
    return result
  }

  private static func hexadecimal(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> UInt16 {
    var value: UInt16 = 0
    for byte in bytes[start..<min(start + 4, bytes.count)] {
      let digit =
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: byte &- UInt8(ascii: "A") &+ 10
        }
      value = value << 4 | UInt16(digit & 15)
    }
    return value
  }

  /// Returns an unsigned integer spelled with digits only; nil for everything else or more than 64 bits.
  package static func unsigned(_ bytes: UnsafeRawBufferPointer) -> UInt64? {
    guard !bytes.isEmpty, bytes.count <= 20 else { return nil }
    var value: UInt64 = 0
    for byte in bytes {
      let digit = byte &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      // Nineteen digits always fit.
      if bytes.count == 20, value > (.max - UInt64(digit)) / 10 { return nil }
      value = value &* 10 &+ UInt64(digit)
    }
    return value
  }

  /// Returns the number that a peer means by an id or a token which the gateway has given it: spelled as it was, or as text
  /// (`"7"`), or as a number with a fraction or an exponent of nothing (`7.0`, `7e0`). Some peers' JSON readers know no
  /// others.
  package static func minted(_ bytes: UnsafeRawBufferPointer) -> UInt64? { unsigned(bytes) ?? respelled(bytes) }

  @inline(never)
  private static func respelled(_ bytes: UnsafeRawBufferPointer) -> UInt64? {
    if bytes.count > 2, bytes.first == UInt8(ascii: "\"") {
      let inner = UnsafeRawBufferPointer(rebasing: bytes[1..<(bytes.count - 1)])
      return inner.first == UInt8(ascii: "0") && inner.count > 1 ? nil : unsigned(inner)
    }
    var rest = bytes[...]
    let digits = rest.prefix { (0x30...0x39).contains($0) }
    rest = rest[digits.endIndex...]
    func dropZeros() { rest = rest.drop { $0 == UInt8(ascii: "0") } }
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      dropZeros()
    }
    if let exponent = rest.first, exponent | 0x20 == UInt8(ascii: "e") {
      rest = rest.dropFirst()
      if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
      dropZeros()
    }
    return rest.isEmpty ? unsigned(UnsafeRawBufferPointer(rebasing: digits)) : nil
  }

  /// Returns a number as the nearest double; nil when the value is no number.
  package static func number(_ bytes: UnsafeRawBufferPointer) -> Double? {
    guard let first = bytes.first, first == UInt8(ascii: "-") || (0x30...0x39).contains(first) else { return nil }
    return Double(String(decoding: bytes, as: UTF8.self))
  }

  // MARK: - Writing

  /// Returns the JSON string for `text`, quotes included.
  package static func quote(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
    if isPlain { return "\"" + text + "\"" }
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        if scalar.value < 0x20 {
          let hexadecimal = String(scalar.value, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - hexadecimal.count) + hexadecimal
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }

  /// Returns the decimal digits of a number written into `scratch`, without allocating.
  package static func withDecimal<Result>(
    _ value: UInt64, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var rest = value
      var start = 20
      repeat {
        start -= 1
        digits[start] = UInt8(ascii: "0") + UInt8(rest % 10)
        rest /= 10
      } while rest != 0
      return try body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(digits)[start..<20]))
    }
  }
}
