/// A resumable, validating JSON tokenizer over a growing run of bytes.
///
/// It is handed the same text again and again, each time with more of it, and never looks at a byte twice: a 64 MiB
/// frame that arrives in a thousand reads costs one pass. It checks the whole grammar of RFC 8259 and the UTF-8 inside
/// strings, decodes nothing and allocates nothing below 64 levels of nesting. Lone surrogate escapes and numbers of any size are legal
/// JSON text and pass.
package struct JSONScanner {
  package enum Token: UInt8, Sendable {
    case objectStart, objectEnd, arrayStart, arrayEnd, key, string, number, `true`, `false`, null
    /// Everything so far is right; more bytes are needed.
    case incomplete
    /// The value is complete and only white space followed.
    case end
  }

  /// What is allowed beyond RFC 8259.
  package struct Leniency: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    package static let comments = Leniency(rawValue: 1)
    package static let trailingCommas = Leniency(rawValue: 2)
  }

  private enum Expectation: UInt8 {
    case value, valueOrArrayEnd, key, keyOrObjectEnd, colon, commaOrEnd, end
  }

  /// What the last byte handed in cut in two.
  private enum Partial: UInt8 {
    case nothing, string, lineComment, blockComment
    case minus, zero, integer, point, fraction, exponent, exponentSign, exponentDigits

    /// Whether a number may end in this state.
    var isCompleteNumber: Bool {
      switch self {
      case .zero, .integer, .fraction, .exponentDigits: true
      default: false
      }
    }
  }

  /// Containers inside containers beyond which text is refused: deeper than any real message, shallow enough for
  /// every recursive parser behind us.
  package static let nestingLimit = 10_000

  /// Offset of the next byte to look at.
  package private(set) var position = 0
  /// Offset of the first byte of the last token.
  package private(set) var tokenStart = 0
  /// How many containers are open.
  package private(set) var depth = 0
  /// Whether the last string or key token has an escape in it.
  package private(set) var hasEscape = false

  private let leniency: Leniency
  private var expectation = Expectation.value
  private var partial = Partial.nothing
  private var isKey = false
  /// One bit per open container, innermost lowest: 1 for an object. Older levels are moved to `outer`, 64 at a time.
  private var containers: UInt64 = 0
  private var outer: [UInt64] = []

  package init(leniency: Leniency = []) { self.leniency = leniency }

  /// Starts over on new text.
  package mutating func reset() {
    position = 0
    tokenStart = 0
    depth = 0
    hasEscape = false
    expectation = .value
    partial = .nothing
    containers = 0
    outer.removeAll(keepingCapacity: true)
  }

  /// Returns the next token whose level is at most `level`, passing over (and checking) everything deeper.
  ///
  /// The outermost value is at level 0, the members of an outermost object at level 1. `text` starts where it started
  /// in the calls before and may have grown.
  package mutating func next(
    in text: UnsafeRawBufferPointer, level: Int = .max
  ) throws(JSONSyntaxError) -> Token {
    while true {
      if partial != .nothing {
        guard let token = try resume(in: text) else { return .incomplete }
        if let token, depth <= level { return token }
      }
      guard position < text.count else { return expectation == .end ? .end : .incomplete }
      let byte = text[position]
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        position &+= 1
      case UInt8(ascii: "\""):
        beginToken()
        switch expectation {
        case .value, .valueOrArrayEnd: isKey = false
        case .key, .keyOrObjectEnd: isKey = true
        default: throw unexpected(byte)
        }
        position &+= 1
        hasEscape = false
        guard try string(in: text) else {
          partial = .string
          return .incomplete
        }
        let token = endString()
        if depth <= level { return token }
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        guard expectation == .value || expectation == .valueOrArrayEnd else { throw unexpected(byte) }
        beginToken()
        position &+= 1
        try open(isObject: byte == UInt8(ascii: "{"))
        if depth &- 1 <= level { return byte == UInt8(ascii: "{") ? .objectStart : .arrayStart }
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        let isObject = byte == UInt8(ascii: "}")
        guard mayClose(isObject: isObject) else { throw unexpected(byte) }
        beginToken()
        position &+= 1
        close()
        if depth <= level { return isObject ? .objectEnd : .arrayEnd }
      case UInt8(ascii: ","):
        guard expectation == .commaOrEnd else { throw unexpected(byte) }
        position &+= 1
        if leniency.contains(.trailingCommas) {
          expectation = isInObject ? .keyOrObjectEnd : .valueOrArrayEnd
        } else {
          expectation = isInObject ? .key : .value
        }
      case UInt8(ascii: ":"):
        guard expectation == .colon else { throw unexpected(byte) }
        position &+= 1
        expectation = .value
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        guard expectation == .value || expectation == .valueOrArrayEnd else { throw unexpected(byte) }
        beginToken()
        position &+= 1
        partial = byte == UInt8(ascii: "-") ? .minus : byte == UInt8(ascii: "0") ? .zero : .integer
      case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"):
        guard expectation == .value || expectation == .valueOrArrayEnd else { throw unexpected(byte) }
        guard let token = try literal(in: text) else { return .incomplete }
        if depth <= level { return token }
      case UInt8(ascii: "/") where leniency.contains(.comments):
        guard position &+ 1 < text.count else { return .incomplete }
        switch text[position &+ 1] {
        case UInt8(ascii: "/"): partial = .lineComment
        case UInt8(ascii: "*"): partial = .blockComment
        default: throw unexpected(byte)
        }
        position &+= 2
      default:
        throw unexpected(byte)
      }
    }
  }

  /// Completes a number that ends where the text ends, or says what is missing at the end of the text.
  package mutating func finish() throws(JSONSyntaxError) -> Token {
    if partial.isCompleteNumber, depth == 0 {
      partial = .nothing
      expectation = .end
      return .number
    }
    if partial == .lineComment { partial = .nothing }
    guard expectation == .end, partial == .nothing else {
      throw JSONSyntaxError(offset: position, reason: .endOfInput(wanted: wanted))
    }
    return .end
  }

  // MARK: - Containers

  private var isInObject: Bool { containers & 1 == 1 }

  private mutating func open(isObject: Bool) throws(JSONSyntaxError) {
    guard depth < Self.nestingLimit else {
      throw JSONSyntaxError(offset: tokenStart, reason: .nestedTooDeep(limit: Self.nestingLimit))
    }
    if depth > 0, depth & 63 == 0 {
      outer.append(containers)
      containers = 0
    }
    containers = containers << 1 | (isObject ? 1 : 0)
    depth &+= 1
    expectation = isObject ? .keyOrObjectEnd : .valueOrArrayEnd
  }

  private func mayClose(isObject: Bool) -> Bool {
    guard depth > 0, isInObject == isObject else { return false }
    return switch expectation {
    case .commaOrEnd: true
    case .keyOrObjectEnd: isObject
    case .valueOrArrayEnd: !isObject
    default: false
    }
  }

  private mutating func close() {
    depth &-= 1
    containers >>= 1
    if depth > 0, depth & 63 == 0, let last = outer.popLast() { containers = last }
    endValue()
  }

  private mutating func endValue() { expectation = depth == 0 ? .end : .commaOrEnd }

  // MARK: - Scalars

  @inline(__always)
  private mutating func beginToken() { tokenStart = position }

  private mutating func literal(in text: UnsafeRawBufferPointer) throws(JSONSyntaxError) -> Token? {
    let (spelling, token): (StaticString, Token) =
      switch text[position] {
      case UInt8(ascii: "t"): ("true", .true)
      case UInt8(ascii: "f"): ("false", .false)
      default: ("null", .null)
      }
    let length = spelling.utf8CodeUnitCount
    for index in 0..<length {
      guard position &+ index < text.count else { return nil }
      guard text[position &+ index] == spelling.utf8Start[index] else {
        throw unexpected(text[position &+ index], at: position &+ index)
      }
    }
    beginToken()
    position &+= length
    endValue()
    return token
  }

  /// Goes on with what was cut in two. Returns nil when more bytes are needed, and `.some(nil)` after a comment.
  private mutating func resume(in text: UnsafeRawBufferPointer) throws(JSONSyntaxError) -> Token?? {
    switch partial {
    case .nothing: return .some(nil)
    case .string:
      guard try string(in: text) else { return nil }
      partial = .nothing
      return endString()
    case .lineComment:
      guard let end = ByteScan.firstIndex(of: UInt8(ascii: "\n"), in: text, from: position) else {
        position = text.count
        return nil
      }
      position = end &+ 1
      partial = .nothing
      return .some(nil)
    case .blockComment:
      while let star = ByteScan.firstIndex(of: UInt8(ascii: "*"), in: text, from: position) {
        position = star
        guard star &+ 1 < text.count else { return nil }
        position = star &+ 1
        if text[star &+ 1] == UInt8(ascii: "/") {
          position = star &+ 2
          partial = .nothing
          return .some(nil)
        }
      }
      position = text.count
      return nil
    default:
      guard try number(in: text) else { return nil }
      partial = .nothing
      endValue()
      return .number
    }
  }

  @inline(__always)
  private mutating func endString() -> Token {
    if isKey {
      expectation = .colon
      return .key
    }
    endValue()
    return .string
  }

  /// Scans the rest of a string. Returns false when more bytes are needed.
  @inline(__always)
  private mutating func string(in text: UnsafeRawBufferPointer) throws(JSONSyntaxError) -> Bool {
    while true {
      position = ByteScan.endOfPlainText(in: text, from: position)
      guard position < text.count else { return false }
      if text[position] == UInt8(ascii: "\"") {
        position &+= 1
        return true
      }
      guard try special(in: text) else { return false }
    }
  }

  /// Passes over what is neither plain text nor the end of a string. Returns false when more bytes are needed.
  private mutating func special(in text: UnsafeRawBufferPointer) throws(JSONSyntaxError) -> Bool {
    guard let length = try JSONString.lengthOfSpecial(in: text, at: position) else { return false }
    if text[position] == UInt8(ascii: "\\") { hasEscape = true }
    position &+= length
    return true
  }

  /// Scans the rest of a number up to the byte after it. Returns false when the text ends before that byte.
  private mutating func number(in text: UnsafeRawBufferPointer) throws(JSONSyntaxError) -> Bool {
    while position < text.count {
      let byte = text[position]
      let isDigit = byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
      switch (partial, byte) {
      case (.minus, UInt8(ascii: "0")): partial = .zero
      case (.minus, _) where isDigit: partial = .integer
      case (.integer, _) where isDigit, (.fraction, _) where isDigit, (.exponentDigits, _) where isDigit: break
      case (.zero, UInt8(ascii: ".")), (.integer, UInt8(ascii: ".")): partial = .point
      case (.point, _) where isDigit: partial = .fraction
      case (.zero, UInt8(ascii: "e")), (.integer, UInt8(ascii: "e")), (.fraction, UInt8(ascii: "e")),
        (.zero, UInt8(ascii: "E")), (.integer, UInt8(ascii: "E")), (.fraction, UInt8(ascii: "E")):
        partial = .exponent
      case (.exponent, UInt8(ascii: "+")), (.exponent, UInt8(ascii: "-")): partial = .exponentSign
      case (.exponent, _) where isDigit, (.exponentSign, _) where isDigit: partial = .exponentDigits
      default:
        guard partial.isCompleteNumber, !isDigit else {
          throw JSONSyntaxError(offset: position, reason: .invalidNumber)
        }
        return true
      }
      position &+= 1
    }
    return false
  }

  // MARK: - Errors

  private var wanted: String {
    switch expectation {
    case .value: "a value"
    case .valueOrArrayEnd: "a value or ']'"
    case .key: "a key in quotes"
    case .keyOrObjectEnd: "a key in quotes or '}'"
    case .colon: "':'"
    case .commaOrEnd: isInObject ? "',' or '}'" : "',' or ']'"
    case .end: "nothing more"
    }
  }

  private func unexpected(_ byte: UInt8, at offset: Int? = nil) -> JSONSyntaxError {
    if expectation == .end { return JSONSyntaxError(offset: offset ?? position, reason: .trailingBytes) }
    return JSONSyntaxError(offset: offset ?? position, reason: .unexpectedByte(byte, wanted: wanted))
  }
}
