/// A URI template (RFC 6570) as far as routing needs it: does a URI fit, and how much of it is literal.
package struct URITemplate: Sendable {
  private enum Part: Sendable {
    case literal([UInt8])
    /// One expression; some operators let slashes through.
    case expression(allowsSlash: Bool)
  }

  private let parts: [Part]
  /// Bytes that stand literally in the template: the more, the better a match says whose it is.
  package let literalLength: Int

  package init(_ template: String) {
    var parts: [Part] = []
    var literal: [UInt8] = []
    var expression: [UInt8]?
    for byte in template.utf8 {
      switch (byte, expression) {
      case (UInt8(ascii: "{"), nil):
        if !literal.isEmpty { parts.append(.literal(literal)) }
        literal = []
        expression = []
      case (UInt8(ascii: "}"), let inner?):
        parts.append(
          .expression(
            allowsSlash: inner.first.map { "+#/?&".utf8.contains($0) } ?? false || inner.last == UInt8(ascii: "*")))
        expression = nil
      case (_, .some): expression?.append(byte)
      default: literal.append(byte)
      }
    }
    if !literal.isEmpty { parts.append(.literal(literal)) }
    self.parts = parts
    literalLength = parts.reduce(0) { if case .literal(let bytes) = $1 { $0 + bytes.count } else { $0 } }
  }

  /// Parts of a template times bytes of a URI beyond which they are not compared: far more than real ones have.
  private static let mostSteps = 1 << 15

  /// Whether some values of the variables give `uri`.
  package func matches(_ uri: String) -> Bool { matches(Array(uri.utf8)) }

  func matches(_ text: [UInt8]) -> Bool {
    if case .literal(let start)? = parts.first, !text.starts(with: start) { return false }
    guard parts.count * text.count <= Self.mostSteps else { return false }
    // Whether the parts so far can have reached a position in the text.
    var isReached = [Bool](repeating: false, count: text.count + 1)
    isReached[0] = true
    for part in parts {
      switch part {
      case .literal(let literal): isReached = Self.positions(behind: literal, in: text, from: isReached)
      case .expression(let allowsSlash):
        var isOpen = false
        for position in isReached.indices {
          isOpen = isOpen || isReached[position]
          isReached[position] = isOpen
          if position < text.count, text[position] == UInt8(ascii: "/"), !allowsSlash { isOpen = false }
        }
      }
    }
    return isReached[text.count]
  }

  private static func positions(behind literal: [UInt8], in text: [UInt8], from starts: [Bool]) -> [Bool] {
    var ends = [Bool](repeating: false, count: starts.count)
    for start in starts.indices where starts[start] && start + literal.count <= text.count {
      let isThere = text[start] == literal[0] && text[start...].starts(with: literal)
      if isThere { ends[start + literal.count] = true }
    }
    return ends
  }
}
