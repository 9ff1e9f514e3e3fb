package import Configuration
package import JSONRPC
package import MCP

/// What one server offers, as it was last read.
package struct ServerOffer: Equatable, Sendable {
  /// An entry that is kept from clients because it could spoil the list for all.
  package struct Quarantined: Equatable, Sendable {
    package let kind: ListKind
    package let name: String
    package let reason: String
  }

  package var items: [ListKind: [ListItem]] = [:]
  package var quarantined: [Quarantined] = []

  package init() {}
}

/// The merged lists of all servers, as prebuilt bytes, and whom each public name means.
///
/// It is built anew only when somebody asks after something changed.
package struct Catalog {
  package struct Source: Sendable {
    package let prefix: String
    package let offer: ServerOffer

    package init(prefix: String, offer: ServerOffer) {
      self.prefix = prefix
      self.offer = offer
    }
  }

  /// Whom a public name means.
  package struct Target: Equatable, Sendable {
    package let server: Int
    /// The original name as a raw JSON string, ready to be spliced in.
    package let raw: [UInt8]
    /// Whether a tool says that calling it twice does no harm.
    package let isRepeatable: Bool
  }

  /// One merged tool, for showing.
  package struct Entry: Equatable, Sendable {
    package let server: Int
    package let name: String
    package let item: ListItem
  }

  private var toolNames: NameTable
  private var promptNames: NameTable
  package private(set) var tools = TargetTable()
  package private(set) var prompts = TargetTable()
  private var payloads: [ListKind: Payloads] = [:]
  package private(set) var resources: ResourceTable
  /// Servers of which something is left out, because they have used up their names.
  package private(set) var exhausted: Set<Int> = []
  /// The merged tools in their order.
  package private(set) var toolEntries: [Entry] = []

  /// - Parameter namesPerServer: names of tools, and of prompts, that one server can use up.
  package init(settings: GatewaySettings, prefixes: [String], namesPerServer: Int = 100_000) {
    toolNames = NameTable(limit: settings.nameLimit, namesPerServer: namesPerServer)
    promptNames = NameTable(limit: settings.nameLimit, namesPerServer: namesPerServer)
    resources = ResourceTable(prefixes: prefixes, prefixesAll: settings.uriPolicy == .prefix)
    rebuild([], own: [])
  }

  /// One list as each era wants it; the two are the same buffer when nothing in it differs.
  fileprivate struct Payloads {
    let legacy: ByteBuffer
    let modern: ByteBuffer

    subscript(era: Era) -> ByteBuffer { era == .legacy ? legacy : modern }
  }

  /// The result of a list request, `{"tools":[…]}`.
  package func payload(_ kind: ListKind, for era: Era) -> ByteBuffer { payloads[kind]?[era] ?? Self.empty }

  private static var empty: ByteBuffer { ByteBuffer(capacity: 1) }

  /// Merges the offers, in the order of the configuration.
  ///
  /// - Parameter own: resources of the gateway itself.
  package mutating func rebuild(_ sources: [Source], own: [ListItem]) {
    exhausted = []
    for kind in [ListKind.tools, .prompts] { replace(kind, named(kind, sources)) }
    resources.removeAll()
    replace(.resources, listedResources(sources, own: own))
    replace(.resourceTemplates, listedTemplates(sources))
  }

  /// A list that has not changed stays the same object.
  private mutating func replace(_ kind: ListKind, _ payload: Payloads) {
    if let old = payloads[kind], old.legacy.bytes.elementsEqual(payload.legacy.bytes),
      old.modern === old.legacy && payload.modern === payload.legacy
        || old.modern.bytes.elementsEqual(payload.modern.bytes)
    {
      return
    }
    payloads[kind] = payload
  }

  private mutating func named(_ kind: ListKind, _ sources: [Source]) -> Payloads {
    var items: [NameTable.Item] = []
    var entries: [ListItem] = []
    for (server, source) in sources.enumerated() {
      for item in source.offer.items[kind] ?? [] {
        items.append(NameTable.Item(server: server, prefix: source.prefix, original: item.key))
        entries.append(item)
      }
    }
    let names = kind == .tools ? toolNames.names(for: items) : promptNames.names(for: items)
    let builder = ListBuilder(kind)
    if kind == .tools { toolEntries.removeAll(keepingCapacity: true) }
    var targets: [(name: String, target: Target)] = []
    for (index, item) in items.enumerated() {
      let entry = entries[index]
      guard let name = names[index] else {
        exhausted.insert(item.server)
        continue
      }
      builder.add(entry, key: name)
      let target = Target(
        server: item.server, raw: Array(entry.bytes[entry.keyRange]),
        isRepeatable: kind == .tools && entry.isRepeatable)
      targets.append((name, target))
      if kind == .tools { toolEntries.append(Entry(server: item.server, name: name, item: entry)) }
    }
    if kind == .tools {
      tools = TargetTable(tools, adding: targets)
    } else {
      prompts = TargetTable(prompts, adding: targets)
    }
    return builder.finish()
  }

  private mutating func listedResources(_ sources: [Source], own: [ListItem]) -> Payloads {
    let builder = ListBuilder(.resources)
    for (server, source) in sources.enumerated() {
      for item in source.offer.items[.resources] ?? [] {
        guard let uri = resources.add(resource: item.key, of: server) else { continue }
        builder.add(item, key: uri == item.key ? nil : uri)
      }
    }
    for item in own { builder.add(item, key: nil) }
    return builder.finish()
  }

  private mutating func listedTemplates(_ sources: [Source]) -> Payloads {
    let builder = ListBuilder(.resourceTemplates)
    var seen = ByteTable<Bool>()
    for (server, source) in sources.enumerated() {
      for item in source.offer.items[.resourceTemplates] ?? [] {
        let form = resources.add(template: item.key, of: server, isTaken: seen[item.key] != nil)
        seen[item.key] = true
        builder.add(item, key: form == item.key ? nil : form)
      }
    }
    return builder.finish()
  }
}

/// Assembles one list's result.
private final class ListBuilder {
  private let kind: ListKind
  private let legacy: ByteBuffer
  /// Differs from the other from the first item on that does.
  private var modern: ByteBuffer?
  private var isFirst = true

  init(_ kind: ListKind) {
    self.kind = kind
    legacy = ByteBuffer(capacity: 4096)
    Self.append("{\"\(kind.member)\":[", to: legacy)
  }

  /// Adds an item; `key` replaces its name or URI.
  func add(_ item: ListItem, key: String?) {
    if item.hasEraOwnMembers, modern == nil {
      let copy = ByteBuffer(capacity: max(legacy.count * 2, 4096))
      copy.append(legacy.bytes)
      modern = copy
    }
    let key = key.map { JSONText.quote($0) }
    add(item, key, without: item.modernOnly, to: legacy)
    if let modern { add(item, key, without: item.legacyOnly, to: modern) }
    isFirst = false
  }

  private func add(_ item: ListItem, _ key: String?, without cut: Range<Int>?, to buffer: ByteBuffer) {
    if !isFirst { Self.append(",", to: buffer) }
    item.bytes.withUnsafeBytes { bytes in
      var position = 0
      func copy(upTo end: Int) {
        if end > position { buffer.append(UnsafeRawBufferPointer(rebasing: bytes[position..<end])) }
      }
      func replaceKey() {
        guard let key else { return }
        copy(upTo: item.keyRange.lowerBound)
        Self.append(key, to: buffer)
        position = item.keyRange.upperBound
      }
      if let cut, cut.upperBound <= item.keyRange.lowerBound {
        copy(upTo: cut.lowerBound)
        position = cut.upperBound
        replaceKey()
      } else {
        replaceKey()
        if let cut {
          copy(upTo: cut.lowerBound)
          position = cut.upperBound
        }
      }
      copy(upTo: bytes.count)
    }
  }

  func finish() -> Catalog.Payloads {
    Self.append("]}", to: legacy)
    if let modern { Self.append("]}", to: modern) }
    return Catalog.Payloads(legacy: legacy, modern: modern ?? legacy)
  }

  private static func append(_ text: String, to buffer: ByteBuffer) {
    var text = text
    text.withUTF8 { buffer.append(UnsafeRawBufferPointer($0)) }
  }
}
