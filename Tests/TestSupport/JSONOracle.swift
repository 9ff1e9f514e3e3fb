/// Judges JSON text in the plainest way: by recursion over an array, one byte at a time. It shares no code with the
/// scanner that it is held against.
package struct JSONOracle {
  /// The members of the outermost object, each as key and value as they are spelled; nil when the text is no JSON.
  package static func members(of text: [UInt8]) -> [(key: [UInt8], value: [UInt8])]? {
    guard String(validating: text, as: UTF8.self) != nil else { return nil }
    var oracle = JSONOracle(text)
    guard oracle.value(depth: 0), oracle.space(), oracle.index == text.count else { return nil }
    return oracle.outer
  }

  /// The value at a path of members in a JSON text, as it is spelled, the last one where a key stands twice; nil when there
  /// is none.
  package static func value(of text: String, _ path: String...) -> String? {
    var text = Array(text.utf8)
    for key in path {
      guard let found = members(of: text)?.last(where: { $0.key.elementsEqual(key.utf8) }) else { return nil }
      text = found.value
    }
    return String(decoding: text, as: UTF8.self)
  }

  private let text: [UInt8]
  private var index = 0
  private var outer: [(key: [UInt8], value: [UInt8])] = []

  private init(_ text: [UInt8]) { self.text = text }

  private var byte: UInt8? { index < text.count ? text[index] : nil }

  @discardableResult
  private mutating func space() -> Bool {
    while let byte, " \t\r\n".utf8.contains(byte) { index += 1 }
    return true
  }

  private mutating func take(_ word: String) -> Bool {
    guard text[index...].starts(with: word.utf8) else { return false }
    index += word.utf8.count
    return true
  }

  private mutating func value(depth: Int) -> Bool {
    space()
    switch byte {
    case UInt8(ascii: "{"): return object(depth: depth)
    case UInt8(ascii: "["): return array(depth: depth)
    case UInt8(ascii: "\""): return string()
    case UInt8(ascii: "t"): return take("true")
    case UInt8(ascii: "f"): return take("false")
    case UInt8(ascii: "n"): return take("null")
    default: return number()
    }
  }

  private mutating func object(depth: Int) -> Bool {
    index += 1
    space()
    if take("}") { return true }
    while true {
      space()
      let keyStart = index
      guard byte == UInt8(ascii: "\""), string() else { return false }
      let key = Array(text[(keyStart + 1)..<(index - 1)])
      space()
      guard take(":") else { return false }
      space()
      let valueStart = index
      guard value(depth: depth + 1) else { return false }
      if depth == 0 { outer.append((key, Array(text[valueStart..<index]))) }
      space()
      if take("}") { return true }
      guard take(",") else { return false }
    }
  }

  private mutating func array(depth: Int) -> Bool {
    index += 1
    space()
    if take("]") { return true }
    while true {
      guard value(depth: depth + 1) else { return false }
      space()
      if take("]") { return true }
      guard take(",") else { return false }
    }
  }

  private mutating func string() -> Bool {
    index += 1
    while let byte {
      index += 1
      switch byte {
      case UInt8(ascii: "\""): return true
      case 0..<0x20: return false
      case UInt8(ascii: "\\"):
        guard let escaped = self.byte else { return false }
        index += 1
        if escaped == UInt8(ascii: "u") {
          for _ in 0..<4 {
            guard let digit = self.byte, Character(Unicode.Scalar(digit)).isHexDigit, digit < 0x80 else { return false }
            index += 1
          }
        } else if !"\"\\/bfnrt".utf8.contains(escaped) {
          return false
        }
      default: break
      }
    }
    return false
  }

  private mutating func number() -> Bool {
    _ = take("-")
    if take("0") {} else if digits() == 0 { return false }
    if take("."), digits() == 0 { return false }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      if digits() == 0 { return false }
    }
    return true
  }

  private mutating func digits() -> Int {
    let start = index
    while let byte, (0x30...0x39).contains(byte) { index += 1 }
    return index - start
  }
}
