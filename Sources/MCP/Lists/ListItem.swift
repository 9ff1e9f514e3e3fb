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

  /// What a tool says of what it does.
  package private(set) var hints = ToolHints()

  /// Whether a tool says that it changes nothing, or nothing more the second time.
  package var isRepeatable: Bool { hints.isReadOnly || hints.isIdempotent }

  /// Whether a tool can be called as a task only (2025-11-25, server/tools, execution).
  package private(set) var requiresTask = false

  /// Why it is kept from clients of the legacy era, which would refuse the whole list for it; nil when they take it.
  package private(set) var legacyFault: String?

  /// Whether not all clients see it, or not all see it alike.
  package var differs: Bool {
    legacyOnly != nil || modernOnly != nil || isForAppsOnly || legacyFault != nil
  }

  package enum Verdict: Equatable, Sendable {
    case good(ListItem)
    /// A client could refuse the whole list for it.
    case broken(name: String, reason: String)
  }

  /// Judges an element of a server's list as the strictest client would, and mends what can be mended (``ItemCheck``).
  ///
  /// - Parameters:
  ///   - element: the element, without what is around it.
  ///   - kind: the list that it is from.
  ///   - era: the server's.
  ///   - wantsHeaders: whether what a tool wants in header fields has to be legal, as it has over HTTP.
  package static func judge(
    _ element: UnsafeRawBufferPointer, kind: ListKind, era: Era = .legacy, wantsHeaders: Bool = false
  ) -> Verdict {
    guard element.first == UInt8(ascii: "{") else { return .broken(name: "", reason: "it is not an object") }
    guard element.count <= ListBudget.item else {
      let members = ListItemMembers(of: element)
      let name = members[keyMember(of: kind)].flatMap(JSONText.string) ?? ""
      return .broken(name: String(name.prefix(64)), reason: "it has more than \(ListBudget.item) bytes")
    }
    let check = ItemCheck(element, is: .of(kind, era: era))
    guard !check.edits.isEmpty else { return judge(element, check.faults, kind: kind, wantsHeaders) }
    return check.mended.withUnsafeBytes { judge($0, check.faults, kind: kind, wantsHeaders) }
  }

  private static func judge(
    _ element: UnsafeRawBufferPointer, _ faults: [Era: String], kind: ListKind, _ wantsHeaders: Bool
  ) -> Verdict {
    let members = ListItemMembers(of: element)
    let keyMember = keyMember(of: kind)
    guard let range = members.range(keyMember), let key = members[keyMember].flatMap(JSONText.string), !key.isEmpty
    else {
      return .broken(name: "", reason: "its \"\(keyMember)\" is not a string with something in it")
    }
    let budget = keyMember == .name ? ListBudget.name : ListBudget.uri
    guard key.utf8.count <= budget else {
      return .broken(name: String(key.prefix(64)), reason: "its \"\(keyMember)\" has more than \(budget) bytes")
    }
    if let reason = faults[.modern] ?? (kind == .resources ? ResourceURI.fault(of: key) : nil) {
      return .broken(name: key, reason: reason)
    }
    if wantsHeaders, kind == .tools, let fault = members[.inputSchema].flatMap({ HeaderAnnotations(of: $0).fault }) {
      return .broken(name: key, reason: fault)
    }
    var item = ListItem(bytes: Array(element), keyRange: range, key: key)
    item.legacyFault = faults[.legacy]
    if kind == .tools { item.noteTool(members) }
    return .good(item)
  }

  private static func keyMember(of kind: ListKind) -> ListItemMembers.Name {
    switch kind {
    case .tools, .prompts: .name
    case .resources: .uri
    case .resourceTemplates: .uriTemplate
    }
  }

  private mutating func noteTool(_ members: ListItemMembers) {
    isForAppsOnly = Self.isHiddenFromModels(members[._meta])
    appLinks = Self.appLinks(of: members)
    if let annotations = members[.annotations] { hints = ToolHints(annotations: annotations) }
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

  /// Returns the bytes that go with a member. Nil when there is no such member, or more than one.
  private static func cut(_ name: StaticString, from element: UnsafeRawBufferPointer) -> Range<Int>? {
    var removal = MemberRemoval()
    var cuts: [Range<Int>] = []
    JSONWalk.members(of: element, in: 0..<element.count) { key, value in
      let goes = JSONText.key(element, key, hasEscape: JSONWalk.hasEscape(element, key), equals: name)
      if let cut = removal.next(key: key, value: value, goes: goes) { cuts.append(cut) }
      return true
    }
    if let cut = removal.finish(0..<element.count) { cuts.append(cut) }
    return cuts.count == 1 ? cuts[0] : nil
  }

  /// Whether a schema is there that says so of itself, or none.
  private static func isObjectSchema(_ schema: UnsafeRawBufferPointer?) -> Bool {
    guard let schema else { return true }
    return JSONWalk.member("type", of: schema).map { JSONText.string($0) == "object" } ?? false
  }

  /// Returns the raw value of a member.
  package func raw(_ name: StaticString) -> String? {
    bytes.withUnsafeBytes { bytes in JSONWalk.member(name, of: bytes).map { String(decoding: $0, as: UTF8.self) } }
  }

  /// Returns the whole object under another name or URI.
  package func bytes(named key: String) -> [UInt8] {
    Array(bytes[..<keyRange.lowerBound]) + Array(JSONText.quote(key).utf8) + Array(bytes[keyRange.upperBound...])
  }

  /// Returns the value of a string member of the item, for showing it to a person.
  package func string(_ name: StaticString) -> String? {
    bytes.withUnsafeBytes { bytes in JSONWalk.member(name, of: bytes).flatMap { JSONText.string($0) } }
  }
}
