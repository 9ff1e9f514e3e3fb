/// Edits of a text of YAML.
struct YAMLEditing {
  let shape: TextShape

  private var flow: FlowEditing { FlowEditing(shape: shape, comments: .hashes, allowsLines: false) }

  private func isFlow(_ node: DocumentNode) -> Bool {
    node.offset < node.end && [UInt8(ascii: "{"), UInt8(ascii: "[")].contains(shape.bytes[node.offset])
  }

  /// Returns the edits that put a value behind what a container holds, under a key where that is a mapping.
  ///
  /// - Parameters:
  ///   - value: what is put in.
  ///   - key: its key; nil in a sequence.
  ///   - container: where it goes; one that is empty, or that nothing stands for yet, is filled.
  func append(_ value: DocumentValue, key: String?, to container: DocumentNode) -> [TextEdit] {
    if isFlow(container) {
      let item =
        key.map { key in
          String(ValueText.yamlFlow(.object([DocumentValue.Member(key, value)])).dropFirst().dropLast())
        } ?? ValueText.yamlFlow(value)
      return flow.append(item, to: .init(container), unit: "")
    }
    let indentation = indentation(in: container)
    let lines =
      key.map { ValueText.yaml([DocumentValue.Member($0, value)], indentation: indentation) }
      ?? ValueText.yamlElement(value, indentation: indentation)
    let text = lines.joined(separator: shape.lineEnd)
    if shape.isBlank { return [.insert(text + shape.lineEnd, at: shape.bytes.count)] }
    let isDocument = container.offset == container.end && container.offset == shape.bytes.count
    // Only comments stand in a text without a value.
    if isDocument {
      return [.insert(shape.endsLine ? text + shape.lineEnd : shape.lineEnd + text, at: shape.bytes.count)]
    }
    return [.insert(shape.lineEnd + text, at: shape.lineEnd(of: max(container.end, 0)))]
  }

  /// Returns the edits that take an item out, with its lines.
  func remove(_ index: Int, from container: DocumentNode) -> [TextEdit] {
    if isFlow(container) { return flow.remove(index, from: .init(container)) }
    let item = FlowEditing.Container(container).items[index]
    let start = start(of: item, in: container)
    let end = shape.lineEnd(of: item.upperBound)
    guard shape.beginsLine(start), let previous = shape.previousLineEnd(of: start) else {
      // The first item of an element begins behind the dash; what follows takes its place.
      let next = FlowEditing.Container(container).items.dropFirst(index + 1).first?.lowerBound
      return [.delete(start..<(next ?? shape.nextLine(after: item.upperBound)))]
    }
    return [.delete(previous..<end)]
  }

  /// Returns where an item begins, with the dash of a sequence.
  private func start(of item: Range<Int>, in container: DocumentNode) -> Int {
    guard case .array = container.content else { return item.lowerBound }
    return shape.bytes[..<item.lowerBound].lastIndex(of: UInt8(ascii: "-")) ?? item.lowerBound
  }

  private func indentation(in container: DocumentNode) -> String {
    let spaces = { (count: Int) in String(repeating: " ", count: count) }
    switch container.content {
    case .object(let members) where !members.isEmpty:
      return spaces(members[0].keyOffset - shape.lineStart(of: members[0].keyOffset))
    case .array(let elements) where !elements.isEmpty:
      let dash = start(of: elements[0].offset..<elements[0].end, in: container)
      return spaces(dash - shape.lineStart(of: dash))
    default:
      return container.offset == shape.bytes.count && shape.beginsLine(container.offset)
        ? "" : shape.indentation(of: container.offset) + "  "
    }
  }
}
