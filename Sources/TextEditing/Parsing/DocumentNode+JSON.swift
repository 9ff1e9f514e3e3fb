package import JSONRPC

extension DocumentNode {
  /// Containers inside containers beyond which a configuration is refused; what is above can be walked by recursion.
  static let nestingLimit = 100

  /// Parses JSON with comments and trailing commas; a byte order mark in front is passed over.
  package init(json bytes: [UInt8]) throws(JSONSyntaxError) {
    let skipped = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    do {
      self = try bytes.withUnsafeBufferPointer { bytes throws(JSONSyntaxError) in
        let text = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[skipped...]))
        var parser = Parser(text: text, skipped: skipped)
        return try parser.parse()
      }
    } catch {
      throw JSONSyntaxError(offset: error.offset + skipped, reason: error.reason)
    }
  }

  private struct Parser {
    let text: UnsafeRawBufferPointer
    let skipped: Int
    var scanner = JSONScanner(leniency: [.comments, .trailingCommas])

    mutating func parse() throws(JSONSyntaxError) -> DocumentNode {
      let root = try value(try next())
      guard try next() == .end else {
        throw JSONSyntaxError(offset: scanner.position, reason: .trailingBytes)
      }
      return root
    }

    private mutating func next() throws(JSONSyntaxError) -> JSONScanner.Token {
      let token = try scanner.next(in: text)
      return token == .incomplete ? try scanner.finish() : token
    }

    private mutating func value(_ token: JSONScanner.Token) throws(JSONSyntaxError) -> DocumentNode {
      let offset = scanner.tokenStart
      guard scanner.depth <= DocumentNode.nestingLimit else {
        throw JSONSyntaxError(offset: offset, reason: .nestedTooDeep(limit: DocumentNode.nestingLimit))
      }
      let content: Content
      switch token {
      case .objectStart:
        var members: [Member] = []
        while case let token = try next(), token == .key {
          let keyOffset = scanner.tokenStart + skipped
          let key = string()
          members.append(Member(key: key, keyOffset: keyOffset, value: try value(try next())))
        }
        content = .object(members)
      case .arrayStart:
        var elements: [DocumentNode] = []
        while case let token = try next(), token != .arrayEnd { elements.append(try value(token)) }
        content = .array(elements)
      case .string, .key: content = .string(string())
      case .number:
        content = .number(String(decoding: text[scanner.tokenStart..<scanner.position], as: UTF8.self))
      case .true: content = .boolean(true)
      case .false: content = .boolean(false)
      case .null, .objectEnd, .arrayEnd, .incomplete, .end: content = .null
      }
      // The last token taken was the value's last: itself, or what closes it.
      return DocumentNode(offset: offset + skipped, end: scanner.position + skipped, content: content)
    }

    private func string() -> String {
      JSONText.string(UnsafeRawBufferPointer(rebasing: text[scanner.tokenStart..<scanner.position])) ?? ""
    }
  }
}
