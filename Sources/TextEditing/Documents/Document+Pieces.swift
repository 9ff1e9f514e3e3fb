import JSONRPC

/// Pieces of one document that go into another.
extension Document {
  /// Returns a value of this document as JSON: from JSON as it is written, with its comments, else laid out anew. Lines
  /// after the first begin where the value's own line does.
  package func json(of node: DocumentNode) -> String {
    guard format == .json else {
      return ValueText.json(node.value, indentation: "", unit: "  ", lineEnd: "\n")
    }
    let indentation = TextShape(bytes: bytes).indentation(of: node.offset)
    let lines = String(decoding: bytes[node.offset..<node.end], as: UTF8.self).replacing("\r\n", with: "\n").split(
      separator: "\n", omittingEmptySubsequences: false)
    return lines.enumerated().map { index, line in
      index > 0 && line.hasPrefix(indentation) ? String(line.dropFirst(indentation.count)) : String(line)
    }.joined(separator: "\n")
  }

  /// Returns the comments in the lines above the one of an offset, as JSON writes them.
  package func comments(above offset: Int) -> [String] {
    let shape = TextShape(bytes: bytes)
    let mark = format == .json ? "//" : "#"
    var comments: [String] = []
    var place = offset
    while let end = shape.previousLineEnd(of: place) {
      place = shape.lineStart(of: end)
      let line = String(decoding: bytes[place..<end].drop(while: TextShape.isSpace), as: UTF8.self)
      guard line.hasPrefix(mark) else { break }
      comments.insert("//" + line.dropFirst(mark.count), at: 0)
    }
    return comments
  }

  /// Returns this document of JSON with other texts in its strings; keys stay. `change` returns nil for what stays.
  package func changingTexts(_ change: (String) -> String?) throws(DocumentProblem) -> Document {
    var edits: [TextEdit] = []
    func visit(_ node: DocumentNode) {
      switch node.content {
      case .object(let members): for member in members { visit(member.value) }
      case .array(let elements): for element in elements { visit(element) }
      case .string(let text):
        if let changed = change(text) {
          edits.append(TextEdit(range: node.offset..<node.end, replacement: JSONText.quote(changed)))
        }
      default: break
      }
    }
    visit(root)
    return try Document(TextEdit.apply(edits, to: bytes) ?? bytes, format: format)
  }

  /// Returns this document of JSON with other texts in the places of some.
  package func replacing(texts: [(node: DocumentNode, text: String)]) throws(DocumentProblem) -> Document {
    let edits = texts.sorted { $0.node.offset < $1.node.offset }.map { node, text in
      TextEdit(range: node.offset..<node.end, replacement: JSONText.quote(text))
    }
    return try Document(TextEdit.apply(edits, to: bytes) ?? bytes, format: format)
  }

  /// Returns this document of JSON with a member behind all others of an object, which is made where it is missing.
  ///
  /// - Parameters:
  ///   - json: the member's value as it is written; its further lines are moved to where it goes.
  ///   - key: the member's key, which is not there yet.
  ///   - comments: lines above it.
  ///   - path: the way to the object.
  package func adding(
    json: String, key: String, comments: [String], to path: [DocumentStep]
  ) throws(DocumentProblem) -> Document {
    guard let container = try node(at: path), container.kind == "an object", try node(at: path + [.key(key)]) == nil
    else {
      let bare = try setting(.object([]), at: path)
      if bare.bytes == bytes {
        throw DocumentProblem(
          at: root.offset, of: bytes, "'\(key)' stands there already, or where it goes is no object")
      }
      return try bare.adding(json: json, key: key, comments: comments, to: path)
    }
    let value = try Document(Array(json.utf8), format: .json).root.value
    let editing = JSONEditing(shape: TextShape(bytes: bytes), root: root)
    let edits = editing.append(json: json, key: key, comments: comments, to: container)
    return try checked(edits, root.value.setting(value, at: (path + [.key(key)])[...]))
  }
}
