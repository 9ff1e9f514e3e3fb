import JSONRPC

/// The arguments of a tool that its schema wants to be repeated in header fields (2026-07-28, basic/transports,
/// `x-mcp-header`), and whether it may want that.
package struct HeaderAnnotations: Equatable, Sendable {
  package struct Annotation: Equatable, Sendable {
    /// The keys that lead to the argument.
    package let path: [String]
    /// What stands behind `Mcp-Param-`.
    package let header: String
  }

  private static let name: StaticString = "x-mcp-header"
  /// Schemas that lie deeper are not looked at.
  private static let depthLimit = 32
  /// Keywords (JSON Schema 2020-12, core) whose value is a schema or a list of schemas, and those with schemas by name. What
  /// lies below them cannot be found in the arguments by going from key to key. Keywords whose value is data are not here.
  private static let schemaKeywords: Set<String> = [
    "items", "additionalItems", "prefixItems", "contains", "unevaluatedItems", "additionalProperties", "propertyNames",
    "unevaluatedProperties", "not", "if", "then", "else", "allOf", "anyOf", "oneOf", "contentSchema",
  ]
  private static let tableKeywords: Set<String> = ["patternProperties", "dependentSchemas", "$defs", "definitions"]

  package private(set) var annotations: [Annotation] = []
  /// Why one of them is illegal, for which a client over HTTP must leave out the tool; nil when all are legal.
  package private(set) var fault: String?

  /// Reads a tool's `inputSchema`.
  package init(of schema: UnsafeRawBufferPointer) {
    look(into: schema, at: [], depth: 0)
    if fault != nil { annotations = [] }
  }

  /// The path is nil where no keys of the arguments lead to what the schema describes.
  private mutating func look(into schema: UnsafeRawBufferPointer, at path: [String]?, depth: Int) {
    guard depth < Self.depthLimit, fault == nil else { return }
    if let header = JSONWalk.member(Self.name, of: schema) { take(header, of: schema, at: path) }
    for (keyword, value) in Self.members(of: schema) {
      if keyword == "properties" {
        for (key, property) in Self.members(of: value) {
          look(into: property, at: path.map { $0 + [key] }, depth: depth + 1)
        }
      } else if Self.tableKeywords.contains(keyword) {
        for (_, element) in Self.members(of: value) { look(into: element, at: nil, depth: depth + 1) }
      } else if Self.schemaKeywords.contains(keyword) {
        for schema in Self.schemas(in: value) { look(into: schema, at: nil, depth: depth + 1) }
      }
    }
  }

  private mutating func take(_ raw: UnsafeRawBufferPointer, of schema: UnsafeRawBufferPointer, at path: [String]?) {
    guard let path, let last = path.last else {
      fault = "its x-mcp-header is where no property of the arguments is"
      return
    }
    let place = "its property \"\(last.prefix(64))\""
    guard let header = JSONText.string(raw), Self.isToken(header) else {
      fault = "\(place) has an x-mcp-header that no header field can be named by"
      return
    }
    let type = JSONWalk.member("type", of: schema).flatMap { JSONText.string($0) }
    guard let type, ["string", "integer", "boolean"].contains(type) else {
      fault = "\(place) has an x-mcp-header and is neither a string, an integer nor a boolean"
      return
    }
    guard !annotations.contains(where: { $0.header.lowercased() == header.lowercased() }) else {
      fault = "it has the x-mcp-header \"\(header.prefix(64))\" twice"
      return
    }
    annotations.append(Annotation(path: path, header: header))
  }

  /// Whether it can be part of a field's name (RFC 9110, section 5.6.2).
  private static func isToken(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"(),/:;<=>?@[\\]{}".utf8.contains($0) }
  }

  private static func members(of object: UnsafeRawBufferPointer) -> [(key: String, value: UnsafeRawBufferPointer)] {
    var found: [(String, UnsafeRawBufferPointer)] = []
    JSONWalk.members(of: object, in: 0..<object.count) { key, value in
      let quoted = UnsafeRawBufferPointer(rebasing: object[(key.lowerBound - 1)..<(key.upperBound + 1)])
      if let key = JSONText.string(quoted) { found.append((key, UnsafeRawBufferPointer(rebasing: object[value]))) }
      return true
    }
    return found
  }

  /// The elements of a list, or the one schema that is no list.
  private static func schemas(in value: UnsafeRawBufferPointer) -> [UnsafeRawBufferPointer] {
    guard value.first == UInt8(ascii: "[") else { return [value] }
    var found: [UnsafeRawBufferPointer] = []
    JSONWalk.elements(of: value, in: 0..<value.count) {
      found.append(UnsafeRawBufferPointer(rebasing: value[$0]))
      return true
    }
    return found
  }
}
