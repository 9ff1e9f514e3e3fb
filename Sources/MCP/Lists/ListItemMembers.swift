import JSONRPC

/// Where the members of a list entry lie that the gateway looks at, found in one pass; of duplicates the last one counts.
struct ListItemMembers {
  enum Name: Int, CaseIterable, CustomStringConvertible {
    case name, title, description, icons, annotations, _meta
    case inputSchema, outputSchema, execution
    case arguments, uri, uriTemplate, mimeType

    var spelling: StaticString {
      switch self {
      case .name: "name"
      case .title: "title"
      case .description: "description"
      case .icons: "icons"
      case .annotations: "annotations"
      case ._meta: "_meta"
      case .inputSchema: "inputSchema"
      case .outputSchema: "outputSchema"
      case .execution: "execution"
      case .arguments: "arguments"
      case .uri: "uri"
      case .uriTemplate: "uriTemplate"
      case .mimeType: "mimeType"
      }
    }

    var description: String { spelling.description }
  }

  /// The entry, an object.
  let element: UnsafeRawBufferPointer
  private var ranges = [Range<Int>?](repeating: nil, count: Name.allCases.count)

  init(of element: UnsafeRawBufferPointer) {
    self.element = element
    var found = ranges
    JSONWalk.members(of: element, in: 0..<element.count) { key, value in
      if let name = Self.name(of: element, key) { found[name.rawValue] = value }
      return true
    }
    ranges = found
  }

  private static func name(of element: UnsafeRawBufferPointer, _ key: Range<Int>) -> Name? {
    let hasEscape = JSONWalk.hasEscape(element, key)
    return Name.allCases.first { JSONText.key(element, key, hasEscape: hasEscape, equals: $0.spelling) }
  }

  func range(_ name: Name) -> Range<Int>? { ranges[name.rawValue] }

  subscript(_ name: Name) -> UnsafeRawBufferPointer? {
    ranges[name.rawValue].map { UnsafeRawBufferPointer(rebasing: element[$0]) }
  }
}
