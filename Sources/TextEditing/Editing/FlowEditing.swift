/// Edits what stands between braces or brackets: JSON, inline tables of TOML, flow collections of YAML.
///
/// What is put in can be taken out again with the same bytes left, except that an empty container of only white space
/// comes back without it.
struct FlowEditing {
  /// How comments begin there.
  enum Comments {
    case slashes, hashes
  }

  /// A container and where its items stand, members with their keys.
  struct Container {
    let offset: Int
    let end: Int
    let items: [Range<Int>]

    init(_ node: DocumentNode) {
      offset = node.offset
      end = node.end
      switch node.content {
      case .object(let members): items = members.map { $0.keyOffset..<$0.value.end }
      case .array(let elements): items = elements.map { $0.offset..<$0.end }
      default: items = []
      }
    }
  }

  let shape: TextShape
  let comments: Comments
  /// Whether items may have lines of their own.
  let allowsLines: Bool

  private var bytes: [UInt8] { shape.bytes }

  /// Whether a new item of a container gets a line of its own.
  func usesLines(_ container: Container) -> Bool {
    guard allowsLines else { return false }
    guard let last = container.items.last else { return true }
    return shape.beginsLine(last.lowerBound)
  }

  /// Returns the indentation of a new item of a container that has a line of its own.
  ///
  /// - Parameters:
  ///   - container: where it goes.
  ///   - unit: the indentation of one level.
  func indentation(in container: Container, unit: String) -> String {
    guard let last = container.items.last, shape.beginsLine(last.lowerBound) else {
      return shape.indentation(of: container.offset) + unit
    }
    return shape.indentation(of: last.lowerBound)
  }

  // MARK: - Putting in

  /// Returns the edits that put an item behind all others. It was written for the place that ``usesLines(_:)`` says.
  func append(_ item: String, to container: Container, unit: String) -> [TextEdit] {
    let indentation = indentation(in: container, unit: unit)
    guard let last = container.items.last else { return [fill(container, with: item, indentation)] }
    let comma = comma(after: last.upperBound)
    let anchor = comma.map { $0 + 1 } ?? last.upperBound
    guard usesLines(container) else {
      return [.insert(comma == nil ? ", \(item)" : " \(item),", at: anchor)]
    }
    let place = endOfRemark(after: anchor) ?? anchor
    let line = shape.lineEnd + indentation + item
    guard comma == nil else { return [.insert(line + ",", at: place)] }
    return [.insert(",", at: last.upperBound), .insert(line, at: place)]
  }

  private func fill(_ container: Container, with item: String, _ indentation: String) -> TextEdit {
    let inside = (container.offset + 1)..<(container.end - 1)
    guard allowsLines else { return TextEdit(range: inside, replacement: comments == .slashes ? " \(item) " : item) }
    let text = bytes[inside]
    guard let said = text.lastIndex(where: { !TextShape.isSpace($0) }) else {
      let end = shape.lineEnd + shape.indentation(of: container.offset)
      return TextEdit(range: inside, replacement: shape.lineEnd + indentation + item + end)
    }
    // Comments stand there, which stay in front. A line comment ends with its line.
    return .insert(shape.lineEnd + indentation + item, at: said + 1)
  }

  // MARK: - Taking out

  /// Returns the edits that take an item out, with the comma that it no longer needs and a remark behind it on its line.
  func remove(_ index: Int, from container: Container) -> [TextEdit] {
    let item = container.items[index]
    let comma = comma(after: item.upperBound)
    let end = comma.map { $0 + 1 } ?? item.upperBound
    if container.items.count == 1, let inside = emptied(container, without: item.lowerBound..<end) {
      return [.delete(inside)]
    }
    let before = index > 0 && comma == nil ? self.comma(after: container.items[index - 1].upperBound) : nil
    if allowsLines, shape.beginsLine(item.lowerBound), let start = shape.previousLineEnd(of: item.lowerBound) {
      let region = start..<(endOfRemark(after: end) ?? end)
      return (before.map { [.delete($0..<($0 + 1))] } ?? []) + [.delete(region)]
    }
    if let before {
      guard isBlank((before + 1)..<item.lowerBound) else {
        return [.delete(before..<(before + 1)), .delete(item.lowerBound..<end)]
      }
      return [.delete(before..<end)]
    }
    if index > 0, let earlier = self.comma(after: container.items[index - 1].upperBound),
      isBlank((earlier + 1)..<item.lowerBound)
    {
      return [.delete((earlier + 1)..<end)]
    }
    let spaces = bytes[end...].prefix { $0 == 0x20 || $0 == 0x09 }.count
    return [.delete(item.lowerBound..<(end + (index == 0 ? spaces : 0)))]
  }

  /// Returns the whole inside of a container in which only white space would be left.
  private func emptied(_ container: Container, without region: Range<Int>) -> Range<Int>? {
    let inside = (container.offset + 1)..<(container.end - 1)
    guard isBlank(inside.lowerBound..<region.lowerBound), isBlank(region.upperBound..<inside.upperBound) else {
      return nil
    }
    return inside
  }

  private func isBlank(_ range: Range<Int>) -> Bool { bytes[range].allSatisfy(TextShape.isSpace) }

  // MARK: - Between the items

  /// Returns the offset of the comma that follows an item.
  private func comma(after offset: Int) -> Int? {
    var position = offset
    while position < bytes.count {
      if TextShape.isSpace(bytes[position]) {
        position += 1
      } else if let end = endOfComment(at: position) {
        position = end
      } else {
        return bytes[position] == UInt8(ascii: ",") ? position : nil
      }
    }
    return nil
  }

  /// Returns where the remarks end that follow an offset on its line; nil when something else follows there.
  private func endOfRemark(after offset: Int) -> Int? {
    var position = offset
    var end = offset
    while position < bytes.count, bytes[position] != UInt8(ascii: "\n"), bytes[position] != UInt8(ascii: "\r") {
      if bytes[position] == 0x20 || bytes[position] == 0x09 {
        position += 1
      } else if let next = endOfComment(at: position), !bytes[position..<next].contains(UInt8(ascii: "\n")) {
        position = next
        end = next
      } else {
        return nil
      }
    }
    return end
  }

  /// Returns the offset after a comment, without the end of its line; nil when none begins there.
  private func endOfComment(at offset: Int) -> Int? {
    switch comments {
    case .hashes: return bytes[offset] == UInt8(ascii: "#") ? shape.lineEnd(of: offset) : nil
    case .slashes:
      guard bytes[offset] == UInt8(ascii: "/"), offset + 1 < bytes.count else { return nil }
      if bytes[offset + 1] == UInt8(ascii: "/") { return shape.lineEnd(of: offset) }
      guard bytes[offset + 1] == UInt8(ascii: "*") else { return nil }
      var position = offset + 2
      while position + 1 < bytes.count {
        if bytes[position] == UInt8(ascii: "*"), bytes[position + 1] == UInt8(ascii: "/") { return position + 2 }
        position += 1
      }
      return nil
    }
  }
}
