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

  /// Returns the one place that counts: the flag's, else the variable's, else the one in the user's configuration
  /// directory. Nil when not even a home directory is known.
  package static func choose(flag: String?, environment: [String: String]) -> ConfigurationLocation? {
    if let flag { return ConfigurationLocation(origin: .flag, path: flag) }
    if let path = environment[variable], !path.isEmpty { return ConfigurationLocation(origin: .variable, path: path) }
    guard let directory = directory(environment) else { return nil }
    return ConfigurationLocation(origin: .configurationDirectory, path: "\(directory)/mcp-junction/servers.json")
  }

  /// Describes, one on a line, all the places a configuration can be given in, for when there is none.
  package static func places(flag: String?, environment: [String: String]) -> String {
    let variable = environment[variable].flatMap { $0.isEmpty ? nil : $0 }
    let file = choose(flag: nil, environment: environment.filter { $0.key != Self.variable })?.path
    return """
        --config PATH: \(flag ?? "not given")
        $\(Self.variable): \(variable ?? "not set")
        \(file ?? "$XDG_CONFIG_HOME/mcp-junction/servers.json: neither XDG_CONFIG_HOME nor HOME is set")
      """
  }

  /// Returns the user's configuration directory. A relative `XDG_CONFIG_HOME` is passed over, as the XDG Base Directory
  /// Specification demands.
  private static func directory(_ environment: [String: String]) -> String? {
    if let directory = environment["XDG_CONFIG_HOME"], directory.hasPrefix("/") { return directory }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return home == "/" ? "/.config" : "\(home)/.config"
  }
}
