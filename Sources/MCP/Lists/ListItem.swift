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

  /// Whether a tool's annotations say that it changes nothing, or nothing more the second time (2025-03-26,
  /// server/tools).
  package private(set) var isRepeatable = false

  /// Whether a tool can be called as a task only (2025-11-25, server/tools, execution).
  package private(set) var requiresTask = false

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
    let keyMember: ListItemMembers.Name =
      switch kind {
      case .tools, .prompts: .name
      case .resources: .uri
      case .resourceTemplates: .uriTemplate
      }
    guard element.first == UInt8(ascii: "{") else { return .broken(name: "", reason: "it is not an object") }
    let members = ListItemMembers(of: element)
    guard let range = members.range(keyMember), let key = members[keyMember].flatMap(JSONText.string), !key.isEmpty
    else {
      return .broken(name: "", reason: "its \"\(keyMember)\" is not a string with something in it")
    }
    if let reason = fault(of: members, kind: kind, key: key, era: era) { return .broken(name: key, reason: reason) }
    var item = ListItem(bytes: Array(element), keyRange: range, key: key)
    if kind == .tools { item.noteTool(members) }
    return .good(item)
  }

  private mutating func noteTool(_ members: ListItemMembers) {
    isForAppsOnly = Self.isHiddenFromModels(members[._meta])
    appLinks = Self.appLinks(of: members)
    if let annotations = members[.annotations] {
      isRepeatable =
        ClientCapabilities.isTrue(JSONWalk.member("readOnlyHint", of: annotations))
        || ClientCapabilities.isTrue(JSONWalk.member("idempotentHint", of: annotations))
    }
    if let execution = members[.execution] {
      requiresTask = JSONWalk.member("taskSupport", of: execution).flatMap(JSONText.string) == "required"
      legacyOnly = Self.cut("execution", from: members.element)
    }
    if !Self.isObjectSchema(members[.outputSchema]) { modernOnly = Self.cut("outputSchema", from: members.element) }
    // A schema that is `true` or `false` is good for no client's reader.
    if let schema = members[.outputSchema], schema.first != UInt8(ascii: "{") { legacyOnly = modernOnly }
  }

  /// The link of a tool to its app, in the present form and in the older flat one.
  private static func appLinks(of members: ListItemMembers) -> [AppLink] {
    guard let meta = members.range(._meta) else { return [] }
    let element = members.element
    let nested = JSONWalk.member("ui", of: element, in: meta).flatMap {
      JSONWalk.member("resourceUri", of: element, in: $0)
    }
    return [nested, JSONWalk.member("ui/resourceUri", of: element, in: meta)].compactMap { range in
      guard let range, let uri = JSONText.string(UnsafeRawBufferPointer(rebasing: element[range])) else { return nil }
      return AppLink(range: range, uri: uri)
    }
  }

  private static func isHiddenFromModels(_ meta: UnsafeRawBufferPointer?) -> Bool {
    guard let meta, let apps = JSONWalk.member("ui", of: meta),
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

  /// Whether a schema is there that says so of itself, or none.
  private static func isObjectSchema(_ schema: UnsafeRawBufferPointer?) -> Bool {
    guard let schema else { return true }
    return JSONWalk.member("type", of: schema).map { JSONText.string($0) == "object" } ?? false
  }

  private static func fault(of members: ListItemMembers, kind: ListKind, key: String, era: Era) -> String? {
    var reason: String?
    func require(_ name: ListItemMembers.Name, _ first: Unicode.Scalar, _ what: String, isRequired: Bool = false) {
      guard reason == nil else { return }
      guard let value = members[name] else {
        if isRequired { reason = "it has no \"\(name)\"" }
        return
      }
      if value.first != UInt8(ascii: first) { reason = "its \"\(name)\" is not \(what)" }
    }
    require(.description, "\"", "a string")
    require(.title, "\"", "a string")
    require(._meta, "{", "an object")
    require(.icons, "[", "an array")
    require(.annotations, "{", "an object")
    switch kind {
    case .tools:
      require(.inputSchema, "{", "an object", isRequired: true)
      if era == .legacy { require(.outputSchema, "{", "an object") }
      if reason == nil, !isObjectSchema(members[.inputSchema]) {
        reason = "the \"type\" of its \"inputSchema\" is not \"object\""
      }
      // Only the modern era knows others.
      if reason == nil, era == .legacy, !isObjectSchema(members[.outputSchema]) {
        reason = "the \"type\" of its \"outputSchema\" is not \"object\""
      }
    case .prompts:
      require(.arguments, "[", "an array")
    case .resources:
      require(.name, "\"", "a string", isRequired: true)
      require(.mimeType, "\"", "a string")
      if reason == nil, !ResourceURI.hasScheme(key) { reason = "its \"uri\" has no scheme" }
    case .resourceTemplates:
      require(.name, "\"", "a string", isRequired: true)
      require(.mimeType, "\"", "a string")
    }
    return reason
  }

  /// Returns the value of a string member of the item, for showing it to a person.
  package func string(_ name: StaticString) -> String? {
    bytes.withUnsafeBytes { bytes in JSONWalk.member(name, of: bytes).flatMap { JSONText.string($0) } }
  }
}
