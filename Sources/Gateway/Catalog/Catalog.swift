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
    package let shaping: ToolShaping

    package init(server: ServerID, prefix: String, offer: ServerOffer, shaping: ToolShaping = ToolShaping()) {
      self.server = server
      self.prefix = prefix
      self.offer = offer
      self.shaping = shaping
    }
  }

  /// Whom a public name means.
  package final class Target: Sendable {
    package let server: ServerID
    /// The original name as a raw JSON string, ready to be spliced in.
    package let raw: [UInt8]
    /// Whether a tool says that calling it twice does no harm.
    package let isRepeatable: Bool
    /// What a tool says of what it does.
    package let hints: ToolHints
    /// Whether a tool can be called as a task only.
    package let requiresTask: Bool
    /// Where calls of the tool are counted, once there was one.
    @GatewayActor var meter: CallMeter?

    init(server: ServerID, item: ListItem) {
      self.server = server
      raw = Array(item.bytes[item.keyRange])
      isRepeatable = item.isRepeatable
      hints = item.hints
      requiresTask = item.requiresTask
    }
  }

  /// One merged tool, for showing.
  package struct Entry: Equatable, Sendable {
    package let server: ServerID
    package let name: String
    package let item: ListItem
    /// What it is called behind its prefix: its own name, or another one that it is given.
    let shownName: String
    /// The description that it is given in the place of its own.
    let description: String?
  }

  /// What is remembered of the names from one merge to the next.
  package struct Naming {
    var tools: NameTable
    var prompts: NameTable

    /// - Parameters:
    ///   - limit: characters of a public name.
    ///   - namesPerServer: names of tools, and of prompts, that one server can use up.
    ///   - avoidsDashes: whether a `-` in a name becomes `_`.
    package init(limit: Int, namesPerServer: Int = 100_000, avoidsDashes: Bool = false) {
      tools = NameTable(limit: limit, namesPerServer: namesPerServer, avoidsDashes: avoidsDashes)
      prompts = tools
    }
  }

  private let prefixesURIs: Bool
  private let describesAll: Bool
  package private(set) var tools = TargetTable()
  package private(set) var prompts = TargetTable()
  /// By the index of the profile.
  private var payloads: [ListKind: [ByteBuffer]] = [:]
  package private(set) var resources: ResourceTable
  /// Servers of which something is left out, because they have used up their names.
  package private(set) var exhausted: Set<ServerID> = []
  /// The merged tools in their order.
  package private(set) var toolEntries: [Entry] = []

  /// One that offers nothing.
  ///
  /// - Parameters:
  ///   - prefixesURIs: whether every URI is listed with its server's prefix.
  ///   - describesAll: whether a tool without a description gets one.
  package init(prefixesURIs: Bool = false, describesAll: Bool = false) {
    self.prefixesURIs = prefixesURIs
    self.describesAll = describesAll
    resources = ResourceTable(prefixes: [], prefixesAll: prefixesURIs)
    for kind in ListKind.allCases { payloads[kind] = ListBuilder(kind).finish() }
  }

  /// The result of a list request, `{"tools":[…]}`; the same object for all profiles that see the same.
  package func payload(_ kind: ListKind, for profile: ListProfile) -> ByteBuffer {
    payloads[kind]?[profile.index] ?? Self.empty
  }

  private static var empty: ByteBuffer { ByteBuffer(capacity: 1) }

  /// Merges the offers, in the order of the configuration, and the gateway's `own` resources; many of them in several
  /// turns of the loop.
  @GatewayActor
  package func merged(_ sources: [Source], own: [ListItem], _ naming: inout Naming) async -> Catalog {
    var next = self
    var turns = Turns()
    next.exhausted = []
    next.resources = ResourceTable(prefixes: sources.map { ($0.server, $0.prefix) }, prefixesAll: prefixesURIs)
    await next.mergeResources(sources, own: own, &turns)
    await next.mergeTemplates(sources, &turns)
    // Tools link to resources by the forms that those are listed under.
    await next.mergeNamed(.tools, sources, &naming.tools, &turns)
    await next.mergeNamed(.prompts, sources, &naming.prompts, &turns)
    return next
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

  @GatewayActor
  private mutating func mergeNamed(
    _ kind: ListKind, _ sources: [Source], _ names: inout NameTable, _ turns: inout Turns
  ) async {
    var candidates: [(NameTable.Candidate, ListItem, words: String?)] = []
    var round = NameTable.Round()
    for source in sources {
      for item in source.offer.items[kind] ?? [] {
        await turns.step()
        guard kind != .tools || source.shaping.shows(item.key, item.hints) else { continue }
        let shown = kind == .tools ? source.shaping.name(of: item.key)?.value : nil
        let named = NameTable.Item(server: source.server, prefix: source.prefix, original: item.key, shown: shown)
        candidates.append((names.candidate(named, in: &round), item, kind == .tools ? words(for: item, source) : nil))
      }
    }
    var builder = ListBuilder(kind)
    var targets = TargetTable.Draft(kind == .tools ? tools : prompts)
    var entries: [Entry] = []
    for (candidate, item, words) in candidates {
      await turns.step()
      let server = candidate.item.server
      guard let name = names.name(of: candidate) else {
        exhausted.insert(server)
        continue
      }
      builder.add(item, key: name, description: words) { resources.publicForm(of: $0, server: server) }
      targets.enter(
        name,
        Target(server: server, item: item))
      if kind == .tools {
        entries.append(
          Entry(server: server, name: name, item: item, shownName: candidate.item.shown, description: words))
      }
    }
    if kind == .tools {
      tools = targets.finish()
      toolEntries = entries
    } else {
      prompts = targets.finish()
    }
    replace(kind, builder.finish())
  }

  /// The description that a tool gets in the place of its own; nil where it keeps it.
  private func words(for item: ListItem, _ source: Source) -> String? {
    if let words = source.shaping.description(of: item.key) { return words.value }
    guard describesAll, item.string("description")?.isEmpty ?? true else { return nil }
    return item.string("title") ?? item.key
  }

  @GatewayActor
  private mutating func mergeResources(_ sources: [Source], own: [ListItem], _ turns: inout Turns) async {
    var builder = ListBuilder(.resources)
    for source in sources {
      for item in source.offer.items[.resources] ?? [] {
        await turns.step()
        guard let uri = resources.add(resource: item.key, of: source.server) else { continue }
        builder.add(item, key: uri == item.key ? nil : uri)
      }
    }
    for item in own { builder.add(item, key: nil) }
    replace(.resources, builder.finish())
  }

  @GatewayActor
  private mutating func mergeTemplates(_ sources: [Source], _ turns: inout Turns) async {
    var builder = ListBuilder(.resourceTemplates)
    var seen = ByteTable<Bool>()
    for source in sources {
      for item in source.offer.items[.resourceTemplates] ?? [] {
        await turns.step()
        let form = resources.add(template: item.key, of: source.server, isTaken: seen[item.key] != nil)
        seen[item.key] = true
        builder.add(item, key: form == item.key ? nil : form)
      }
    }
    replace(.resourceTemplates, builder.finish())
  }
}
