import Configuration

/// The tool that a command line means: by its public name, or by its server and its own name.
enum ToolTarget: Equatable, Sendable {
  case named(String)
  case tool(String, server: String)

  /// Takes the tool from the front of the words: `server__tool`, `server/tool`, or `server tool`.
  ///
  /// - Parameters:
  ///   - words: what was typed; at least one.
  ///   - servers: the names of the configuration, which tell a server from a tool.
  /// - Returns: the tool, and the words behind it.
  static func read(_ words: [String], servers: [String]) -> (target: ToolTarget, rest: ArraySlice<String>) {
    let parts = words[0].split(separator: "/", maxSplits: 1).map(String.init)
    if parts.count == 2, servers.contains(parts[0]) {
      return (.tool(parts[1], server: parts[0]), words.dropFirst())
    }
    if words.count > 1, servers.contains(words[0]), !ToolArguments.isArgument(words[1]) {
      return (.tool(words[1], server: words[0]), words.dropFirst(2))
    }
    return (.named(words[0]), words.dropFirst())
  }

  /// As it was typed, for messages.
  var text: String {
    switch self {
    case .named(let name): name
    case .tool(let name, let server): "\(server)/\(name)"
    }
  }

  /// Returns the part of a configuration that can have the tool.
  func narrowing(_ configuration: Configuration) -> Configuration {
    switch self {
    case .named(let name): configuration.narrowed(toName: name)
    case .tool(_, let server): configuration.narrowed(toServers: [server])
    }
  }

  /// Returns the tool's public name.
  func name(in directory: ServerDirectory, _ configuration: Configuration) -> String {
    switch self {
    case .named(let name): return name
    case .tool(let original, let server):
      let tools = directory.servers.first { $0.name == server }?.tools ?? []
      return tools.first { $0.original == original || $0.name == original }?.name ?? publicName(in: configuration)
    }
  }

  /// Returns the public name of what the target means, as far as the configuration tells it.
  func publicName(in configuration: Configuration) -> String {
    switch self {
    case .named(let name): name
    case .tool(let original, let server):
      "\(configuration.servers.first { $0.name == server }?.prefix ?? server)__\(original)"
    }
  }

  /// Returns what may have been meant, when no tool has the name: the tool's own name, or what stands in another prefix's
  /// place.
  func nearest(in directory: ServerDirectory) -> String? {
    switch self {
    case .named(let name):
      let names = directory.tools.map(\.name)
      return names.first { $0.hasSuffix("__\(name)") } ?? NearestName.of(name, among: names)
    case .tool(let original, let server):
      let own = directory.servers.first { $0.name == server }?.tools ?? []
      return NearestName.of(original, among: own.map(\.original)).map { "\(server)/\($0)" }
    }
  }
}
