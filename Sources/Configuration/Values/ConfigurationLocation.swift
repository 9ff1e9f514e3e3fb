/// A place where the configuration may be.
///
/// The current directory is never one: whoever opens a checkout would run the commands that lie in it.
package struct ConfigurationLocation: Equatable, Sendable {
  package enum Origin: Equatable, Sendable {
    case flag, variable, configurationDirectory
  }

  package static let variable = "MCP_JUNCTION_CONFIG"

  package let origin: Origin
  /// As it was given; a relative path starts at the current directory.
  package let path: String
}

extension Surroundings {
  /// The one place for the configuration that counts: the command line's, else the variable's, else the one in the user's
  /// configuration directory. Nil when not even a home directory is known.
  package var configuration: ConfigurationLocation? {
    if let configurationFlag { return ConfigurationLocation(origin: .flag, path: configurationFlag) }
    if let path = configurationVariable { return ConfigurationLocation(origin: .variable, path: path) }
    return configurationDirectory.map {
      ConfigurationLocation(origin: .configurationDirectory, path: "\($0)/mcp-junction/servers.json")
    }
  }

  /// All the places a configuration can be given in, one on a line, for when there is none.
  package var configurationPlaces: String {
    let file = configurationDirectory.map { "\($0)/mcp-junction/servers.json" }
    return """
        --config PATH: \(configurationFlag ?? "not given")
        $\(ConfigurationLocation.variable): \(configurationVariable ?? "not set")
        \(file ?? "$XDG_CONFIG_HOME/mcp-junction/servers.json: neither XDG_CONFIG_HOME nor HOME is set")
      """
  }

  private var configurationVariable: String? {
    environment[ConfigurationLocation.variable].flatMap { $0.isEmpty ? nil : $0 }
  }
}
