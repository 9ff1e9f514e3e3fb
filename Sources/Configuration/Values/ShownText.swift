/// Text that others have written, made fit to be shown among our own: in logs, lists, errors and on terminals.
///
/// Whatever moves a cursor, ends a line that is one line, or turns the direction of what stands beside it is taken away.
package enum ShownText {
  /// Returns a text as one line: a space stands for each character that is no harmless one.
  package static func line(_ text: String) -> String {
    guard !isPlain(text) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.map { isHarmless($0) ? $0 : " " }))
  }

  /// Returns a text of several lines without terminals' sequences and everything else that is harmful; tabs stay.
  package static func lines(_ text: String) -> String {
    guard !isPlain(text) else { return text }
    var result = String.UnicodeScalarView()
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\n", "\t": result.append(scalar)
      case "\u{2028}", "\u{2029}": result.append("\n")
      case "\u{1B}", "\u{90}", "\u{98}", "\u{9B}", "\u{9D}", "\u{9E}", "\u{9F}": skipSequence(after: scalar, &rest)
      default: if isHarmless(scalar) { result.append(scalar) }
      }
    }
    return String(result)
  }

  /// Returns JSON with harmful characters as escapes: outside strings it has none.
  package static func json(_ text: String) -> String {
    guard !isPlain(text) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if isHarmless(scalar) || scalar == "\n" {
        result.append(scalar)
      } else {
        let digits = String(scalar.value, radix: 16)
        result.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).unicodeScalars)
      }
    }
    return String(result)
  }

  /// Whether a character only shows itself: no control character (C0, C1), no separator of lines, and no control of the
  /// direction of text (Unicode Standard Annex 9).
  package static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x61C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: false
    default: true
    }
  }

  private static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { (0x20..<0x7F).contains($0) } }

  /// Passes over what belongs to an escape sequence (ECMA-48): up to its final byte, or to the end of its text.
  private static func skipSequence(after introducer: Unicode.Scalar, _ rest: inout Substring.UnicodeScalarView) {
    var kind = introducer.value
    if introducer == "\u{1B}" {
      guard let next = rest.popFirst() else { return }
      switch next {
      // The two-character forms of the C1 introducers.
      case "[", "]", "P", "X", "^", "_": kind = next.value + 0x40
      case " "..."/":
        while let scalar = rest.first, (0x20...0x2F).contains(scalar.value) { rest.removeFirst() }
        rest = rest.dropFirst()
        return
      default: return
      }
    }
    if kind == 0x9B {
      while let scalar = rest.first, (0x20...0x3F).contains(scalar.value) { rest.removeFirst() }
      if let final = rest.first, (0x40...0x7E).contains(final.value) { rest.removeFirst() }
      return
    }
    // A text for the terminal; one without an end ends with its line, so that it cannot swallow the rest.
    while let scalar = rest.first, scalar != "\n" {
      rest.removeFirst()
      if scalar == "\u{07}" || scalar == "\u{9C}" { return }
      if scalar == "\u{1B}" {
        if rest.first == "\\" { rest.removeFirst() }
        return
      }
    }
  }
}
