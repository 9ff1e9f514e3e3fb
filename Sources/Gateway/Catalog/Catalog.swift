package import Configuration
import EventLoop
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
    package let server: ServerID
    package let prefix: String
    package let offer: ServerOffer
    package let filter: ToolFilter

    package init(server: ServerID, prefix: String, offer: ServerOffer, filter: ToolFilter = ToolFilter()) {
      self.server = server
      self.prefix = prefix
      self.offer = offer
      self.filter = filter
    }
  }

  /// Whom a public name means.
  package final class Target: Sendable {
    package let server: ServerID
    /// The original name as a raw JSON string, ready to be spliced in.
    package let raw: [UInt8]
    /// Whether a tool says that calling it twice does no harm.
    package let isRepeatable: Bool
    /// Whether a tool can be called as a task only.
    package let requiresTask: Bool
    /// Where calls of the tool are counted, once there was one.
    @GatewayActor var meter: CallMeter?

    init(server: ServerID, raw: [UInt8], isRepeatable: Bool, requiresTask: Bool) {
      self.server = server
      self.raw = raw
      self.isRepeatable = isRepeatable
      self.requiresTask = requiresTask
    }
  }

  /// One merged tool, for showing.
  package struct Entry: Equatable, Sendable {
    package let server: ServerID
    package let name: String
    package let item: ListItem
  }

  private let prefixesURIs: Bool
  private var toolNames: NameTable
  private var promptNames: NameTable
  package private(set) var tools = TargetTable()
  package private(set) var prompts = TargetTable()
  /// By the index of the profile.
  private var payloads: [ListKind: [ByteBuffer]] = [:]
  package private(set) var resources: ResourceTable
  /// Servers of which something is left out, because they have used up their names.
  package private(set) var exhausted: Set<ServerID> = []
  /// The merged tools in their order.
  package private(set) var toolEntries: [Entry] = []

  /// - Parameters:
  ///   - nameLimit: characters of a public name.
  ///   - prefixesURIs: whether every URI is listed with its server's prefix.
  ///   - namesPerServer: names of tools, and of prompts, that one server can use up.
  package init(
    nameLimit: Int, prefixesURIs: Bool = false,
    namesPerServer: Int = 100_000
  ) {
    toolNames = NameTable(limit: nameLimit, namesPerServer: namesPerServer)
    promptNames = NameTable(limit: nameLimit, namesPerServer: namesPerServer)
    self.prefixesURIs = prefixesURIs
    resources = ResourceTable(prefixes: [], prefixesAll: prefixesURIs)
    rebuild([], own: [])
  }

  /// The result of a list request, `{"tools":[…]}`; the same object for all profiles that see the same.
  package func payload(_ kind: ListKind, for profile: ListProfile) -> ByteBuffer {
    payloads[kind]?[profile.index] ?? Self.empty
  }

  private static var empty: ByteBuffer { ByteBuffer(capacity: 1) }

  /// Merges the offers, in the order of the configuration, and the gateway's `own` resources.
  package mutating func rebuild(_ sources: [Source], own: [ListItem]) {
    exhausted = []
    resources = ResourceTable(prefixes: sources.map { ($0.server, $0.prefix) }, prefixesAll: prefixesURIs)
    replace(.resources, listedResources(sources, own: own))
    replace(.resourceTemplates, listedTemplates(sources))
    // Tools link to resources by the forms that those are listed under.
    for kind in [ListKind.tools, .prompts] { replace(kind, named(kind, sources)) }
  }

  /// A list that has not changed stays the same object.
  private mutating func replace(_ kind: ListKind, _ next: [ByteBuffer]) {
    guard let old = payloads[kind] else {
      payloads[kind] = next
      return
    }
    var kept: [ByteBuffer] = []
    for index in next.indices {
      // Mostly all profiles see the same.
      let isAsBefore = index > 0 && old[index] === old[index - 1] && next[index] === next[index - 1]
      let isKept = isAsBefore ? kept[index - 1] === old[index] : ByteScan.areEqual(old[index].bytes, next[index].bytes)
      kept.append(isKept ? old[index] : next[index])
    }
    payloads[kind] = kept
  }

  private mutating func named(_ kind: ListKind, _ sources: [Source]) -> [ByteBuffer] {
    var items: [NameTable.Item] = []
    var entries: [ListItem] = []
    for source in sources {
      for item in source.offer.items[kind] ?? [] where kind != .tools || source.filter.allows(item.key) {
        items.append(NameTable.Item(server: source.server, prefix: source.prefix, original: item.key))
        entries.append(item)
      }
    }
    let names = kind == .tools ? toolNames.names(for: items) : promptNames.names(for: items)
    var builder = ListBuilder(kind)
    if kind == .tools { toolEntries.removeAll(keepingCapacity: true) }
    var targets: [(name: String, target: Target)] = []
    for (index, item) in items.enumerated() {
      let entry = entries[index]
      guard let name = names[index] else {
        exhausted.insert(item.server)
        continue
      }
      builder.add(entry, key: name) { resources.publicForm(of: $0, server: item.server) }
      let target = Target(
        server: item.server, raw: Array(entry.bytes[entry.keyRange]),
        isRepeatable: kind == .tools && entry.isRepeatable,
        requiresTask: kind == .tools && entry.requiresTask)
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

  private mutating func listedResources(_ sources: [Source], own: [ListItem]) -> [ByteBuffer] {
    var builder = ListBuilder(.resources)
    for source in sources {
      for item in source.offer.items[.resources] ?? [] {
        guard let uri = resources.add(resource: item.key, of: source.server) else { continue }
        builder.add(item, key: uri == item.key ? nil : uri)
      }
    }
    for item in own { builder.add(item, key: nil) }
    return builder.finish()
  }

  private mutating func listedTemplates(_ sources: [Source]) -> [ByteBuffer] {
    var builder = ListBuilder(.resourceTemplates)
    var seen = ByteTable<Bool>()
    for source in sources {
      for item in source.offer.items[.resourceTemplates] ?? [] {
        let form = resources.add(template: item.key, of: source.server, isTaken: seen[item.key] != nil)
        seen[item.key] = true
        builder.add(item, key: form == item.key ? nil : form)
      }
    }
    return builder.finish()
  }
}
