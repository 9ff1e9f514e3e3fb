import JSONRPC

/// One entry of a server's list: its bytes, and the one member in them that the gateway may rewrite.
package struct ListItem: Equatable, Sendable {
  /// The whole object as the server spelled it.
  package let bytes: [UInt8]
  /// Where the value of `name`, `uri` or `uriTemplate` lies, quotes included.
  package let keyRange: Range<Int>
  /// The decoded value of that member.
  package let key: String
  /// The bytes to leave out for clients of the other era: a tool's `execution`, and an `outputSchema` whose root is no
  /// object, each with a comma.
  package var legacyOnly: Range<Int>?
  package var modernOnly: Range<Int>?

  /// Where a tool names the resources of its app (MCP Apps), and their URIs.
  package private(set) var appLinks: [AppLink] = []

  package struct AppLink: Equatable, Sendable {
    package let range: Range<Int>
    package let uri: String
  }

  /// Whether it is a tool that models are not to see, but only the apps of a client that shows some (MCP Apps).
  package var isForAppsOnly = false

  /// Whether not all clients see it, or not all see it alike.
  package var differs: Bool { legacyOnly != nil || modernOnly != nil || isForAppsOnly }

  package enum Verdict: Equatable, Sendable {
    case good(ListItem)
    /// A client could refuse the whole list for it.
    case broken(name: String, reason: String)
  }

  /// Judges an element of a server's list by what the protocol's schema requires of it.
  package static func judge(
    _ element: UnsafeRawBufferPointer, kind: ListKind, era: Era = .legacy
  ) -> Verdict {
    let keyMember: StaticString =
      switch kind {
      case .tools, .prompts: "name"
      case .resources: "uri"
      case .resourceTemplates: "uriTemplate"
      }
    guard element.first == UInt8(ascii: "{") else { return .broken(name: "", reason: "it is not an object") }
    guard let range = JSONWalk.member(keyMember, of: element, in: 0..<element.count),
      let key = JSONText.string(UnsafeRawBufferPointer(rebasing: element[range])), !key.isEmpty
    else {
      return .broken(name: "", reason: "its \"\(keyMember)\" is not a string with something in it")
    }
    if let reason = fault(of: element, kind: kind, key: key, era: era) { return .broken(name: key, reason: reason) }
    var item = ListItem(bytes: Array(element), keyRange: range, key: key)
    if kind == .tools {
      item.isForAppsOnly = isHiddenFromModels(element)
      item.appLinks = appLinks(of: element)
      item.legacyOnly = cut("execution", from: element)
      if !hasObjectSchema("outputSchema", element) { item.modernOnly = cut("outputSchema", from: element) }
      // A schema that is `true` or `false` is good for no client's reader.
      if let schema = JSONWalk.member("outputSchema", of: element), schema.first != UInt8(ascii: "{") {
        item.legacyOnly = item.modernOnly
      }
    }
    return .good(item)
  }

  /// The link of a tool to its app, in the present form and in the older flat one.
  private static func appLinks(of element: UnsafeRawBufferPointer) -> [AppLink] {
    guard let meta = JSONWalk.member("_meta", of: element, in: 0..<element.count) else { return [] }
    let nested = JSONWalk.member("ui", of: element, in: meta).flatMap {
      JSONWalk.member("resourceUri", of: element, in: $0)
    }
    return [nested, JSONWalk.member("ui/resourceUri", of: element, in: meta)].compactMap { range in
      guard let range, let uri = JSONText.string(UnsafeRawBufferPointer(rebasing: element[range])) else { return nil }
      return AppLink(range: range, uri: uri)
    }
  }

  private static func isHiddenFromModels(_ element: UnsafeRawBufferPointer) -> Bool {
    guard let meta = JSONWalk.member("_meta", of: element), let apps = JSONWalk.member("ui", of: meta),
      let visibility = JSONWalk.member("visibility", of: apps), visibility.first == UInt8(ascii: "[")
    else { return false }
    var isForModels = false
    JSONWalk.elements(of: visibility, in: 0..<visibility.count) { range in
      if JSONText.equals(UnsafeRawBufferPointer(rebasing: visibility[range]), quoted: "model") { isForModels = true }
      return !isForModels
    }
    return !isForModels
  }

  /// Returns the bytes that go with a member: the comma behind it for the first one, the comma before it for others. Nil
  /// when there is no such member, or more than one.
  private static func cut(_ name: StaticString, from element: UnsafeRawBufferPointer) -> Range<Int>? {
    var found: Range<Int>?
    var count = 0
    var previousEnd: Int?
    var isOpen = false
    JSONWalk.members(of: element, in: 0..<element.count) { key, value in
      if isOpen, let start = found?.lowerBound { found = start..<(key.lowerBound - 1) }
      isOpen = false
      let hasEscape = element[key].contains(UInt8(ascii: "\\"))
      if JSONText.key(element, key, hasEscape: hasEscape, equals: name) {
        count += 1
        found = (previousEnd ?? key.lowerBound - 1)..<value.upperBound
        isOpen = previousEnd == nil
      }
      previousEnd = value.upperBound
      return true
    }
    return count == 1 ? found : nil
  }

  private static func hasObjectSchema(_ name: StaticString, _ element: UnsafeRawBufferPointer) -> Bool {
    guard let schema = JSONWalk.member(name, of: element) else { return true }
    return JSONWalk.member("type", of: schema).map { JSONText.string($0) == "object" } ?? false
  }

  private static func fault(
    of element: UnsafeRawBufferPointer, kind: ListKind, key: String, era: Era
  ) -> String? {
    var reason: String?
    func require(_ name: StaticString, _ first: Character, _ what: String, isRequired: Bool = false) {
      guard reason == nil else { return }
      guard let value = JSONWalk.member(name, of: element) else {
        if isRequired { reason = "it has no \"\(name)\"" }
        return
      }
      if value.first != first.asciiValue { reason = "its \"\(name)\" is not \(what)" }
    }
    require("description", "\"", "a string")
    require("title", "\"", "a string")
    require("_meta", "{", "an object")
    require("icons", "[", "an array")
    require("annotations", "{", "an object")
    switch kind {
    case .tools:
      require("inputSchema", "{", "an object", isRequired: true)
      if era == .legacy { require("outputSchema", "{", "an object") }
      if reason == nil, !hasObjectSchema("inputSchema", element) {
        reason = "the \"type\" of its \"inputSchema\" is not \"object\""
      }
      // Only the modern era knows others.
      if reason == nil, era == .legacy, !hasObjectSchema("outputSchema", element) {
        reason = "the \"type\" of its \"outputSchema\" is not \"object\""
      }
    case .prompts:
      require("arguments", "[", "an array")
    case .resources:
      require("name", "\"", "a string", isRequired: true)
      require("mimeType", "\"", "a string")
      if reason == nil, !ResourceURI.hasScheme(key) { reason = "its \"uri\" has no scheme" }
    case .resourceTemplates:
      require("name", "\"", "a string", isRequired: true)
      require("mimeType", "\"", "a string")
    }
    return reason
  }

  /// Whether a tool's annotations say that it changes nothing, or nothing more the second time (2025-03-26,
  /// server/tools).
  package var isRepeatable: Bool {
    bytes.withUnsafeBytes { bytes in
      guard let annotations = JSONWalk.member("annotations", of: bytes) else { return false }
      return ClientCapabilities.isTrue(JSONWalk.member("readOnlyHint", of: annotations))
        || ClientCapabilities.isTrue(JSONWalk.member("idempotentHint", of: annotations))
    }
  }

  /// Whether a tool can be called as a task only (2025-11-25, server/tools, execution).
  package var requiresTask: Bool {
    bytes.withUnsafeBytes { bytes in
      JSONWalk.member("execution", of: bytes).flatMap { JSONWalk.member("taskSupport", of: $0) }
        .flatMap { JSONText.string($0) } == "required"
    }
  }

  /// Returns the value of a string member of the item, for showing it to a person.
  package func string(_ name: StaticString) -> String? {
    bytes.withUnsafeBytes { bytes in JSONWalk.member(name, of: bytes).flatMap { JSONText.string($0) } }
  }
}
