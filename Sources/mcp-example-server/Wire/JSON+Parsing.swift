import JSONRPC

extension JSON {
  /// Containers inside containers beyond which a message is refused: all functions that walk a value are recursive.
  static let nestingLimit = 512

  /// Reads one value.
  init(parsing bytes: UnsafeRawBufferPointer) throws(JSONSyntaxError) {
    var parser = Parser(text: bytes)
    self = try parser.parse()
  }

  private struct Parser {
    let text: UnsafeRawBufferPointer
    var scanner = JSONScanner()

    mutating func parse() throws(JSONSyntaxError) -> JSON {
      let value = try value(try next())
      guard try next() == .end else { throw JSONSyntaxError(offset: scanner.position, reason: .trailingBytes) }
      return value
    }

    private mutating func next() throws(JSONSyntaxError) -> JSONScanner.Token {
      let token = try scanner.next(in: text)
      return token == .incomplete ? try scanner.finish() : token
    }

    private mutating func value(_ token: JSONScanner.Token) throws(JSONSyntaxError) -> JSON {
      guard scanner.depth <= JSON.nestingLimit else {
        throw JSONSyntaxError(offset: scanner.tokenStart, reason: .nestedTooDeep(limit: JSON.nestingLimit))
      }
      switch token {
      case .objectStart:
        var members: [Member] = []
        while case let token = try next(), token == .key {
          let key = string
          members.append(Member(key: key, value: try value(try next())))
        }
        return .object(members)
      case .arrayStart:
        var elements: [JSON] = []
        while case let token = try next(), token != .arrayEnd { elements.append(try value(token)) }
        return .array(elements)
      case .string, .key: return .string(string)
      case .number: return .number(String(decoding: bytes, as: UTF8.self))
      case .true: return .boolean(true)
      case .false: return .boolean(false)
      case .null, .objectEnd, .arrayEnd, .incomplete, .end: return .null
      }
    }

    private var bytes: UnsafeRawBufferPointer {
      UnsafeRawBufferPointer(rebasing: text[scanner.tokenStart..<scanner.position])
    }

    private var string: String { JSONText.string(bytes) ?? "" }
  }
}
