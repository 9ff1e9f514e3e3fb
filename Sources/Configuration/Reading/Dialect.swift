import TextEditing

/// A place where programs keep their servers in a file, and what is particular about the entries there.
struct Dialect: Sendable {
  /// What the number in an entry's `timeout` means.
  enum TimeoutUnit: Sendable {
    case seconds
    /// Milliseconds for the server's list, not for its calls.
    case listing
    /// Each program has its own.
    case unknown
  }

  /// The keys from the top of the file to the servers.
  let path: [String]
  /// Whether the file holds a program's settings of all kinds, so that other keys say nothing.
  let isSettings: Bool

  /// In the order in which they are looked for.
  static let all = [
    Dialect(path: ["mcpServers"], isSettings: false),
    Dialect(path: ["servers"], isSettings: false),
    Dialect(path: ["context_servers"], isSettings: true),
    Dialect(path: ["mcp.servers"], isSettings: true),
    Dialect(path: ["amp.mcpServers"], isSettings: true),
    Dialect(path: ["mcp", "servers"], isSettings: true),
    Dialect(path: ["mcp"], isSettings: true),
  ]

  /// The keys as they are written in messages.
  var name: String { path.joined(separator: ".") }

  /// Whether `{env:NAME}` stands for a variable: in the files of OpenCode and Kilo.
  var expandsBracedVariables: Bool { path.first == "mcp" }

  /// Keys of programs that count in seconds, from 1 to 3600: Cline, Roo and Cherry Studio. Others that have them count in
  /// milliseconds, which are many more.
  private static let keysOfSeconds: Set<String> = [
    "autoApprove", "alwaysAllow", "watchPaths", "transportType", "isActive",
  ]

  /// Returns the unit of an entry's `timeout` (`milliseconds` is what is written).
  func timeoutUnit(of entry: EntryFields, written milliseconds: Double) -> TimeoutUnit {
    switch path {
    case ["context_servers"]: return .seconds
    case ["mcp"]: return entry.isOpenCode ? .listing : .seconds
    default: return milliseconds <= 3600 && !entry.keys.isDisjoint(with: Self.keysOfSeconds) ? .seconds : .unknown
    }
  }

  /// Returns the member that holds the servers, when the file has this place.
  func servers(in root: DocumentNode) -> DocumentNode.Member? {
    var member: DocumentNode.Member?
    for key in path {
      guard let next = (member?.value ?? root).member(key) else { return nil }
      member = next
    }
    guard let member else { return nil }
    if case .null = member.value.content { return nil }
    // Others keep settings for all servers under this one.
    if path == ["mcp"], !Self.holdsServers(member.value) { return nil }
    return member
  }

  /// Whether a value is an object of what looks like servers' entries.
  static func holdsServers(_ node: DocumentNode) -> Bool {
    guard case .object(let members) = node.content else { return false }
    return members.contains { member in
      ["command", "url", "type"].contains { member.value.member($0) != nil }
    }
  }
}
