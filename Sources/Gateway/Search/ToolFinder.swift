import Configuration
import EventLoop
import JSONRPC
import MCP
import ToolSearch

/// Finds and describes the tools of a view, for clients that are not shown a list.
struct ToolFinder {
  static let usualResults = 6
  static let mostResults = 8
  /// Characters of a description in a result of a search; the whole is shown when it is asked for.
  private static let descriptionLimit = 400

  /// What is told of a server beside its tools.
  struct Server {
    let name: String
    /// One line on what it is for.
    let category: String
    /// All that it says of itself.
    let about: String
  }

  private let entries: [Catalog.Entry]
  private let servers: [ServerID: Server]
  private let index: ToolIndex

  init(_ entries: [Catalog.Entry], of servers: [ServerID: Server]) {
    self.entries = entries
    self.servers = servers
    index = ToolIndex(entries.map { Self.searched($0, servers[$0.server]) })
  }

  private static func searched(_ entry: Catalog.Entry, _ server: Server?) -> SearchedTool {
    SearchedTool(
      name: entry.shownName, title: entry.item.string("title") ?? "",
      description: entry.description ?? entry.item.string("description") ?? "",
      parameters: parameters(of: entry.item), server: server?.name ?? "", about: server?.about ?? "")
  }

  private static func parameters(of item: ListItem) -> [(name: String, description: String)] {
    item.bytes.withUnsafeBytes { bytes in
      guard let schema = JSONWalk.member("inputSchema", of: bytes),
        let properties = JSONWalk.member("properties", of: schema)
      else { return [] }
      var found: [(String, String)] = []
      JSONWalk.members(of: properties, in: 0..<properties.count) { key, value in
        let schema = UnsafeRawBufferPointer(rebasing: properties[value])
        let description = JSONWalk.member("description", of: schema).flatMap { JSONText.string($0) }
        found.append((String(decoding: properties[key], as: UTF8.self), description ?? ""))
        return true
      }
      return found
    }
  }

  // MARK: - Answers

  /// Returns the result of a search: a JSON array of what was found, as text. `absentees` says whose tools are missing.
  func search(_ query: String, limit: Int?, absentees: String) -> String {
    let count = min(max(limit ?? Self.usualResults, 1), Self.mostResults)
    let found = index.search(query, limit: count).map { told(entries[$0.position]) }
    let words = found.isEmpty ? "No tool was found: try other words, such as what it is done to." : ""
    let rest = [words, absentees].filter { !$0.isEmpty }.joined()
    return Self.result(["[" + found.joined(separator: ",\n") + "]"] + (rest.isEmpty ? [] : [rest]))
  }

  /// What a person is told of a tool that was found.
  struct Found {
    let name: String
    let server: String
    let description: String
    /// The whole of it, as `search_tools` tells it.
    let json: String
  }

  /// Returns what a search finds, the best first.
  func find(_ query: String, limit: Int) -> [Found] {
    index.search(query, limit: limit).map { hit in
      let entry = entries[hit.position]
      return Found(
        name: entry.name, server: servers[entry.server]?.name ?? "",
        description: entry.description ?? entry.item.string("description") ?? "", json: told(entry))
    }
  }

  private func told(_ entry: Catalog.Entry) -> String {
    var object = JSONObjectText()
    object.add("name", entry.name)
    object.add("server", servers[entry.server]?.name)
    object.add("category", servers[entry.server]?.category)
    object.add("callWith", "\(FaceTool.caller(isReadOnly: entry.item.hints.isReadOnly).name)")
    let description = entry.description ?? entry.item.string("description") ?? ""
    object.add("description", String(description.prefix(Self.descriptionLimit)))
    object.add("inputSchema", raw: entry.item.raw("inputSchema"))
    object.add("outputSchema", raw: entry.item.raw("outputSchema"))
    return object.text
  }

  /// Returns the whole definition of a tool, as text; nil when there is none of that name.
  func describe(_ name: String) -> String? {
    guard let entry = entries.first(where: { $0.name == name }) else { return nil }
    return Self.result([
      String(decoding: entry.item.bytes(named: entry.name), as: UTF8.self),
      "Call it with \(FaceTool.caller(isReadOnly: entry.item.hints.isReadOnly).name).",
    ])
  }

  /// Returns the result of a call as text, or a refusal that a model can read.
  static func result(_ texts: [String], isError: Bool = false) -> String {
    let blocks = texts.map { "{\"type\":\"text\",\"text\":\(JSONText.quote($0))}" }
    return "{\"content\":[\(blocks.joined(separator: ","))],\"isError\":\(isError)}"
  }
}
