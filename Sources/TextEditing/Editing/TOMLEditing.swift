/// Edits of a text of TOML.
struct TOMLEditing {
  let shape: TextShape
  private let statements: [TOMLFile.Statement]

  init(shape: TextShape, file: TOMLFile?) {
    self.shape = shape
    statements = file?.statements ?? []
  }

  private var flow: FlowEditing { FlowEditing(shape: shape, comments: .hashes, allowsLines: false) }

  // MARK: - Putting in

  /// Returns the edits that put a value at a path of which nothing stands there yet behind `depth` steps.
  ///
  /// An object becomes a table at the end of the text, any other value a line of the table that it belongs to; inside an
  /// inline table both stay in it.
  func set(_ value: DocumentValue, at path: [DocumentStep], below container: DocumentNode, depth: Int) -> [TextEdit] {
    if container.offset < container.end, shape.bytes[container.offset] == UInt8(ascii: "{") {
      let inner = DocumentStep.wrap(value, in: path[(depth + 1)...])
      return flow.append(
        "\(ValueText.tomlKey("\(path[depth])")) = \(ValueText.toml(inner))", to: .init(container), unit: "")
    }
    if case .object(let members) = value { return [table(path, members)] }
    let pair = "\(ValueText.tomlKey("\(path[path.count - 1])")) = \(ValueText.toml(value))"
    guard let last = lastStatement(ofTable: path.dropLast()) else {
      return [table(Array(path.dropLast()), [DocumentValue.Member("\(path[path.count - 1])", value)])]
    }
    return [.insert(shape.lineEnd + shape.indentation(of: last.offset) + pair, at: shape.lineEnd(of: last.end))]
  }

  private func table(_ path: [DocumentStep], _ members: [DocumentValue.Member]) -> TextEdit {
    let lineEnd = shape.lineEnd
    let header = "[" + path.map { ValueText.tomlKey("\($0)") }.joined(separator: ".") + "]"
    let lines = [header] + members.map { "\(ValueText.tomlKey($0.key)) = \(ValueText.toml($0.value))" }
    let text = lines.joined(separator: lineEnd)
    guard !shape.isBlank else { return .insert(text + lineEnd, at: shape.bytes.count) }
    // Whether the last line is ended stays as it is, so that removing the table leaves what was there.
    return .insert(shape.endsLine ? lineEnd + text + lineEnd : lineEnd + lineEnd + text, at: shape.bytes.count)
  }

  /// Returns the last statement of a table that a header opens.
  private func lastStatement(ofTable path: ArraySlice<DocumentStep>) -> TOMLFile.Statement? {
    var last: TOMLFile.Statement?
    var isInside = false
    for statement in statements {
      if case .header(let isElement) = statement.kind {
        isInside = !isElement && statement.keys.map { DocumentStep.key($0.name) }.elementsEqual(path)
      }
      if isInside { last = statement }
    }
    return last
  }

  // MARK: - Taking out

  /// Returns the edits that take out what stands at a path: its table with those below it, or its line.
  ///
  /// - Parameters:
  ///   - path: the way to it.
  ///   - index: its place among the items of the container.
  ///   - container: what it stands in.
  func remove(_ path: [DocumentStep], index: Int, from container: DocumentNode) -> [TextEdit] {
    if container.offset < container.end, shape.bytes[container.offset] == UInt8(ascii: "{") {
      return flow.remove(index, from: .init(container))
    }
    let names = path.map { "\($0)" }
    var edits: [TextEdit] = []
    var table: [String] = []
    var block: Range<Int>?
    for statement in statements {
      let own = statement.keys.map(\.name)
      if case .header = statement.kind {
        if let block { edits.append(removal(ofTable: block)) }
        table = own
        block = own.starts(with: names) ? statement.offset..<statement.end : nil
      } else if let start = block?.lowerBound {
        block = start..<statement.end
      } else if (table + own).starts(with: names) {
        edits.append(.delete(shape.lineStart(of: statement.offset)..<shape.nextLine(after: statement.end)))
      }
    }
    if let block { edits.append(removal(ofTable: block)) }
    // The blank line before a table may have gone with the one above.
    var end = 0
    return edits.map { edit in
      defer { end = edit.range.upperBound }
      return .delete(max(edit.range.lowerBound, end)..<edit.range.upperBound)
    }
  }

  /// Returns the edit that deletes a table's lines and the blank line before them.
  private func removal(ofTable block: Range<Int>) -> TextEdit {
    let end = shape.nextLine(after: block.upperBound)
    var start = shape.lineStart(of: block.lowerBound)
    if let previous = shape.previousLineEnd(of: block.lowerBound),
      shape.bytes[shape.lineStart(of: previous)..<previous].isEmpty
    {
      let isUnended = end == shape.bytes.count && !shape.endsLine
      start = isUnended ? shape.previousLineEnd(of: previous) ?? previous : shape.lineStart(of: previous)
    }
    return .delete(start..<end)
  }
}
