import JSONRPC

/// Edits of a JSON text.
struct JSONEditing {
  let shape: TextShape
  let root: DocumentNode

  private var flow: FlowEditing { FlowEditing(shape: shape, comments: .slashes, allowsLines: true) }

  /// Returns the edits that put a value behind what a container holds, under a key where that is an object.
  ///
  /// - Parameters:
  ///   - value: what is put in.
  ///   - key: its key; nil in an array.
  ///   - container: where it goes.
  func append(_ value: DocumentValue, key: String?, to container: DocumentNode) -> [TextEdit] {
    let place = FlowEditing.Container(container)
    let unit = unit
    guard shape.isBlank else {
      let lineEnd = flow.usesLines(place) ? shape.lineEnd : nil
      let indentation = flow.indentation(in: place, unit: unit)
      return flow.append(item(value, key, indentation, unit, lineEnd), to: place, unit: unit)
    }
    let item = item(value, key, unit, unit, "\n")
    return [TextEdit(range: shape.markLength..<shape.bytes.count, replacement: "{\n\(unit)\(item)\n}\n")]
  }

  /// Returns the edits that put a member behind all others of an object, as it is written elsewhere, with comments above.
  func append(json: String, key: String, comments: [String], to container: DocumentNode) -> [TextEdit] {
    let place = FlowEditing.Container(container)
    let unit = unit
    let indentation = flow.indentation(in: place, unit: unit)
    let lines = json.split(separator: "\n", omittingEmptySubsequences: false)
    let lineEnd = shape.lineEnd + indentation
    let value = lines.joined(separator: lineEnd)
    let item = JSONText.quote(key) + ": " + value
    guard flow.usesLines(place) else {
      // On one line a comment would swallow what follows.
      let parsed = (try? DocumentNode(json: Array(json.utf8)))?.value ?? .null
      return append(parsed, key: key, to: container)
    }
    return flow.append((comments + [item]).joined(separator: lineEnd), to: place, unit: unit)
  }

  /// Returns the edit that puts a value in the place of another.
  func replace(_ node: DocumentNode, with value: DocumentValue) -> [TextEdit] {
    // What stands beside others on one line stays on one.
    let isOnLine = node.isOnLineOfItsOwn(in: shape) || !value.isContainer
    let text = ValueText.json(
      value, indentation: shape.indentation(of: node.offset), unit: unit, lineEnd: isOnLine ? shape.lineEnd : nil)
    return [TextEdit(range: node.offset..<node.end, replacement: text)]
  }

  func remove(_ index: Int, from container: DocumentNode) -> [TextEdit] {
    flow.remove(index, from: FlowEditing.Container(container))
  }

  private func item(
    _ value: DocumentValue, _ key: String?, _ indentation: String, _ unit: String, _ lineEnd: String?
  ) -> String {
    (key.map { JSONText.quote($0) + ": " } ?? "")
      + ValueText.json(value, indentation: indentation, unit: unit, lineEnd: lineEnd)
  }

  /// The indentation of one level: what the first member has more than what it stands in.
  private var unit: String {
    var node = root
    while case .object(let members) = node.content, let first = members.first {
      if shape.beginsLine(first.keyOffset) {
        let outer = shape.indentation(of: node.offset)
        let inner = shape.indentation(of: first.keyOffset)
        if inner.count > outer.count, inner.hasPrefix(outer) { return String(inner.dropFirst(outer.count)) }
      }
      node = first.value
    }
    return "  "
  }
}

extension DocumentNode {
  /// Whether the line on which it begins has nothing else before it but a key.
  fileprivate func isOnLineOfItsOwn(in shape: TextShape) -> Bool {
    !shape.bytes[shape.lineStart(of: offset)..<offset].contains { [UInt8(ascii: "{"), UInt8(ascii: ",")].contains($0) }
  }
}
