import JSONRPC

/// A file of another program as text that can be edited in one place, every byte outside of which is kept.
///
/// Each edit is checked by reading its result: what it says must be what was said before, with the one change. If it is
/// not, the edit is refused, so that a text that is understood wrongly is never written.
package struct Document: Sendable {
  package let format: DocumentFormat
  package let bytes: [UInt8]
  /// What it says; an empty object for a file that says nothing.
  package let root: DocumentNode
  private let tables: TOMLFile?

  /// Reads a text. Throws where and why it cannot be read.
  package init(_ bytes: [UInt8], format: DocumentFormat) throws(DocumentProblem) {
    self.format = format
    self.bytes = bytes
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw DocumentProblem(at: 0, of: bytes, "the file is UTF-16 text; save it as UTF-8")
    }
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw DocumentProblem(at: 0, of: bytes, "the file is no UTF-8 text; save it as UTF-8")
    }
    switch format {
    case .json:
      tables = nil
      do {
        root =
          TextShape(bytes: bytes).isBlank
          ? DocumentNode(offset: bytes.count, end: bytes.count, content: .object([])) : try DocumentNode(json: bytes)
      } catch {
        throw DocumentProblem(at: error.offset, of: bytes, error.description)
      }
    case .toml:
      let file = try TOMLFile(bytes)
      root = try file.tree()
      tables = file
    case .yaml:
      tables = nil
      root = try YAMLParser.parse(bytes)
    }
  }

  // MARK: - Finding

  /// Returns what stands at a path; nil when nothing does. Throws when a key on the way stands twice, since nobody can say
  /// which one counts.
  package func node(at path: [DocumentStep]) throws(DocumentProblem) -> DocumentNode? {
    var node = root
    for step in path {
      guard let index = try index(of: step, in: node) else { return nil }
      node = Self.item(index, of: node)
    }
    return node
  }

  /// Returns the place of a step among the items of a container.
  private func index(of step: DocumentStep, in node: DocumentNode) throws(DocumentProblem) -> Int? {
    switch (step, node.content) {
    case (.key(let key), .object(let members)):
      let places = members.indices.filter { members[$0].key == key }
      if places.count > 1 {
        let first = DocumentProblem(at: members[places[0]].keyOffset, of: bytes, "").line
        throw DocumentProblem(
          at: members[places[1]].keyOffset, of: bytes,
          "the key '\(key)' stands twice, first in line \(first); remove one of them first")
      }
      return places.first
    case (.element(let name), .array(let elements)):
      let places = elements.indices.filter { step.matches(elements[$0]) }
      if places.count > 1 {
        throw DocumentProblem(
          at: elements[places[1]].offset, of: bytes, "the name '\(name)' stands twice; remove one of them first")
      }
      return places.first
    case (_, .null): return nil
    default:
      throw DocumentProblem(
        at: node.offset, of: bytes,
        "\(node.kind) stands where \(step == .key("\(step)") ? "an object" : "an array") with '\(step)' is looked for")
    }
  }

  private static func item(_ index: Int, of node: DocumentNode) -> DocumentNode {
    switch node.content {
    case .object(let members): members[index].value
    case .array(let elements): elements[index]
    default: node
    }
  }

  // MARK: - Editing

  /// Returns the document with a value at a path. What is missing on the way is made; what stood there is replaced.
  package func setting(_ value: DocumentValue, at path: [DocumentStep]) throws(DocumentProblem) -> Document {
    if let node = try node(at: path) {
      if node.value.means(value) { return self }
      if format == .json || !(node.value.isContainer || value.isContainer) {
        return try checked(replace(node, with: value), root.value.setting(value, at: path[...]))
      }
      return try removing(at: path).setting(value, at: path)
    }
    var depth = 0
    var container = root
    while depth < path.count, let index = try index(of: path[depth], in: container) {
      container = Self.item(index, of: container)
      depth += 1
    }
    let edits = append(value, path, below: container, depth: depth)
    return try checked(edits, root.value.setting(value, at: path[...]))
  }

  /// Returns the document without what stands at a path; itself when nothing does.
  ///
  /// - Parameters:
  ///   - path: the way to what is removed.
  ///   - kept: how many steps of the way stay even when they lead to nothing else; the rest goes as well.
  package func removing(at path: [DocumentStep], keeping kept: Int? = nil) throws(DocumentProblem) -> Document {
    guard try node(at: path) != nil else { return self }
    var depth = path.count - 1
    while depth > (kept ?? depth), let outer = try node(at: Array(path[..<depth])), outer.count == 1 { depth -= 1 }
    let shortened = Array(path[...depth])
    guard let container = try node(at: Array(path[..<depth])),
      let index = try index(of: path[depth], in: container)
    else { return self }
    return try checked(remove(index, from: container, at: shortened), root.value.removing(at: shortened[...]))
  }

  private func append(
    _ value: DocumentValue, _ path: [DocumentStep], below container: DocumentNode, depth: Int
  ) -> [TextEdit] {
    let shape = TextShape(bytes: bytes)
    let inner = DocumentStep.wrap(value, in: path[(depth + 1)...])
    let key: String? = if case .key(let key) = path[depth] { key } else { nil }
    switch format {
    case .json:
      let editing = JSONEditing(shape: shape, root: root)
      if case .null = container.content {
        return editing.replace(container, with: DocumentStep.wrap(value, in: path[depth...]))
      }
      return editing.append(inner, key: key, to: container)
    case .toml: return TOMLEditing(shape: shape, file: tables).set(value, at: path, below: container, depth: depth)
    case .yaml: return YAMLEditing(shape: shape).append(inner, key: key, to: container)
    }
  }

  private func replace(_ node: DocumentNode, with value: DocumentValue) -> [TextEdit] {
    switch format {
    case .json: JSONEditing(shape: TextShape(bytes: bytes), root: root).replace(node, with: value)
    case .toml: [TextEdit(range: node.offset..<node.end, replacement: ValueText.toml(value))]
    case .yaml:
      [
        TextEdit(
          range: node.offset..<node.end, replacement: (node.offset == node.end ? " " : "") + ValueText.yamlFlow(value))
      ]
    }
  }

  private func remove(_ index: Int, from container: DocumentNode, at path: [DocumentStep]) -> [TextEdit] {
    let shape = TextShape(bytes: bytes)
    switch format {
    case .json: return JSONEditing(shape: shape, root: root).remove(index, from: container)
    case .toml: return TOMLEditing(shape: shape, file: tables).remove(path, index: index, from: container)
    case .yaml: return YAMLEditing(shape: shape).remove(index, from: container)
    }
  }

  /// Makes edits, and holds what came of them against what was meant.
  func checked(_ edits: [TextEdit], _ meant: DocumentValue?) throws(DocumentProblem) -> Document {
    let place = edits.first?.range.lowerBound ?? 0
    guard let meant, let result = TextEdit.apply(edits, to: bytes),
      let edited = try? Document(result, format: format), edited.root.value.means(meant)
    else { throw DocumentProblem(at: place, of: bytes, "this place cannot be edited safely; edit it by hand") }
    return edited
  }
}

extension DocumentNode {
  /// How many items a container has.
  fileprivate var count: Int {
    switch content {
    case .object(let members): members.count
    case .array(let elements): elements.count
    default: 0
    }
  }
}
