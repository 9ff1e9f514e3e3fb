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

  /// Whether some values of the variables give `uri`.
  package func matches(_ uri: String) -> Bool {
    let text = Array(uri.utf8)
    // The positions in the text that the parts so far can have reached.
    var reachable: Set<Int> = [0]
    for part in parts {
      var next: Set<Int> = []
      switch part {
      case .literal(let literal):
        for start in reachable where text[start...].starts(with: literal) { next.insert(start + literal.count) }
      case .expression(let allowsSlash):
        guard let first = reachable.min() else { return false }
        var isOpen = false
        for position in first...text.count {
          if reachable.contains(position) { isOpen = true }
          if isOpen { next.insert(position) }
          if position < text.count, text[position] == UInt8(ascii: "/"), !allowsSlash { isOpen = false }
        }
      }
      reachable = next
    }
    return reachable.contains(text.count)
  }
}
