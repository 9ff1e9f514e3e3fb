/// Reads a text of YAML as programs' settings are written: mappings and sequences in blocks or braces, scalars of every
/// style, comments, anchors. Complex keys and several documents in one file are refused.
struct YAMLParser {
  /// Blocks inside blocks beyond which a text is refused.
  private static let nestingLimit = 100

  var cursor: YAMLCursor
  private var anchors: [String: DocumentNode] = [:]
  private var depth = 0

  /// Returns what a text says; an empty object when it says nothing.
  static func parse(_ bytes: [UInt8]) throws(DocumentProblem) -> DocumentNode {
    var parser = YAMLParser(cursor: YAMLCursor(bytes))
    return try parser.document()
  }

  private init(cursor: YAMLCursor) { self.cursor = cursor }

  private mutating func document() throws(DocumentProblem) -> DocumentNode {
    try cursor.skipToContent()
    while cursor.byte == UInt8(ascii: "%") {
      cursor.skipLine()
      try cursor.skipToContent()
    }
    if cursor.isAtMarker, cursor.starts("---") {
      cursor.position += 3
      try cursor.skipToContent()
    }
    guard !cursor.isAtEnd, !cursor.isAtMarker else {
      return DocumentNode(offset: cursor.bytes.count, end: cursor.bytes.count, content: .object([]))
    }
    let root = try block(below: -1)
    try cursor.skipToContent()
    if cursor.isAtMarker { throw cursor.problem("the file holds several documents; only one is read") }
    guard cursor.isAtEnd else { throw cursor.problem("this line does not belong to what stands above it") }
    return root
  }

  // MARK: - Blocks

  /// Reads what begins at the cursor, which stands deeper than `column`.
  private mutating func block(below column: Int) throws(DocumentProblem) -> DocumentNode {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.nestingLimit else { throw cursor.problem("nesting deeper than \(Self.nestingLimit) levels") }
    if cursor.isAtDash { return try sequence(at: cursor.column) }
    if cursor.isAtComplexKey { throw cursor.problem("keys with '?' are not read") }
    if cursor.isAtKey { return try mapping(at: cursor.column) }
    return try scalar(below: column)
  }

  private mutating func mapping(at column: Int) throws(DocumentProblem) -> DocumentNode {
    let offset = cursor.position
    var members: [DocumentNode.Member] = []
    while !cursor.isAtEnd, !cursor.isAtMarker, cursor.column == column, !cursor.isAtDash {
      let keyOffset = cursor.position
      guard cursor.isAtKey else { throw cursor.problem("a key with ':' was expected") }
      let key = try cursor.key()
      members.append(.init(key: key, keyOffset: keyOffset, value: try value(below: column, mayHaveDashes: true)))
      try cursor.skipToContent()
    }
    if !cursor.isAtEnd, cursor.column > column { throw cursor.problem("this line is indented too far") }
    return DocumentNode(offset: offset, end: members.last?.value.end ?? offset, content: .object(members))
  }

  private mutating func sequence(at column: Int) throws(DocumentProblem) -> DocumentNode {
    let offset = cursor.position
    var elements: [DocumentNode] = []
    while !cursor.isAtEnd, !cursor.isAtMarker, cursor.column == column, cursor.isAtDash {
      cursor.position += 1
      elements.append(try value(below: column, mayHaveDashes: false, isElement: true))
      try cursor.skipToContent()
    }
    if !cursor.isAtEnd, cursor.column > column { throw cursor.problem("this line is indented too far") }
    return DocumentNode(offset: offset, end: elements.last?.end ?? offset, content: .array(elements))
  }

  /// Reads the value behind a key or a dash.
  ///
  /// - Parameters:
  ///   - column: where the key or the dash stands; what is not deeper belongs to something else.
  ///   - mayHaveDashes: whether a sequence may stand in the same column.
  ///   - isElement: whether a block may begin on the same line.
  private mutating func value(
    below column: Int, mayHaveDashes: Bool, isElement: Bool = false
  ) throws(DocumentProblem) -> DocumentNode {
    let empty = cursor.position
    cursor.skipSpaces()
    let anchor = cursor.properties()
    let node: DocumentNode
    if cursor.isAtLineEnd {
      try cursor.skipToContent()
      let isDeeper = cursor.column > column || mayHaveDashes && cursor.column == column && cursor.isAtDash
      if cursor.isAtEnd || cursor.isAtMarker || !isDeeper {
        node = DocumentNode(offset: empty, end: empty, content: .null)
      } else {
        node = try block(below: column)
      }
    } else if isElement {
      node = try block(below: column)
    } else {
      node = try scalar(below: column)
    }
    if let anchor { anchors[anchor] = node }
    return node
  }

  /// Reads what is no block: a scalar of any style, a flow collection, an alias.
  private mutating func scalar(below column: Int) throws(DocumentProblem) -> DocumentNode {
    let offset = cursor.position
    let content: DocumentNode.Content
    switch cursor.byte {
    case UInt8(ascii: "|"), UInt8(ascii: ">"):
      let (text, end) = try cursor.blockScalar(below: column)
      return DocumentNode(offset: offset, end: end, content: .string(text))
    case UInt8(ascii: "*"): content = try alias()
    case UInt8(ascii: "\""), UInt8(ascii: "'"): content = .string(try cursor.quoted())
    case UInt8(ascii: "{"), UInt8(ascii: "["): content = try flow()
    default: return cursor.plain(below: column)
    }
    let end = cursor.position
    cursor.skipSpaces()
    guard cursor.isAtLineEnd else { throw cursor.problem("more text where the line should end") }
    return DocumentNode(offset: offset, end: end, content: content)
  }

  private mutating func alias() throws(DocumentProblem) -> DocumentNode.Content {
    let start = cursor.position
    let name = String(cursor.word().dropFirst())
    guard let node = anchors[name] else {
      cursor.position = start
      throw cursor.problem("no anchor is called '\(name)'")
    }
    return node.content
  }

  // MARK: - Flow

  private mutating func flow() throws(DocumentProblem) -> DocumentNode.Content {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.nestingLimit else { throw cursor.problem("nesting deeper than \(Self.nestingLimit) levels") }
    let isObject = cursor.byte == UInt8(ascii: "{")
    cursor.position += 1
    var members: [DocumentNode.Member] = []
    var elements: [DocumentNode] = []
    while true {
      try cursor.skipToContent(inFlow: true)
      if cursor.take(isObject ? "}" : "]") { return isObject ? .object(members) : .array(elements) }
      let item = try flowItem()
      try cursor.skipToContent(inFlow: true)
      if isObject {
        var value = DocumentNode(offset: item.end, end: item.end, content: .null)
        if cursor.take(":") {
          try cursor.skipToContent(inFlow: true)
          if !cursor.isAtFlowEnd { value = try flowItem() }
          try cursor.skipToContent(inFlow: true)
        }
        let key = item.text ?? String(decoding: cursor.bytes[item.offset..<item.end], as: UTF8.self)
        members.append(.init(key: key, keyOffset: item.offset, value: value))
      } else {
        elements.append(item)
      }
      guard cursor.take(",") || cursor.byte == UInt8(ascii: isObject ? "}" : "]") else {
        throw cursor.problem("',' or '\(isObject ? "}" : "]")' was expected")
      }
    }
  }

  private mutating func flowItem() throws(DocumentProblem) -> DocumentNode {
    _ = cursor.properties()
    let offset = cursor.position
    let content: DocumentNode.Content
    switch cursor.byte {
    case UInt8(ascii: "*"): content = try alias()
    case UInt8(ascii: "\""), UInt8(ascii: "'"): content = .string(try cursor.quoted())
    case UInt8(ascii: "{"), UInt8(ascii: "["): content = try flow()
    default:
      let node = cursor.plainInFlow()
      guard node.end > node.offset else { throw cursor.problem("a value was expected") }
      return node
    }
    return DocumentNode(offset: offset, end: cursor.position, content: content)
  }
}
