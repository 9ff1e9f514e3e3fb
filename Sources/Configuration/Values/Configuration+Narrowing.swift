import MCP

extension Configuration {
  /// Returns the configuration with those servers alone that can have an item of a public name, as far as the name tells:
  /// all that could clash over it are among them. Where it tells nothing these are all.
  package func narrowed(toName name: String) -> Configuration {
    let identity = PublicName.identity(name)
    let named = servers.filter { server in
      !server.isDisabled && !server.prefix.isEmpty
        && identity.hasPrefix(PublicName.identity(server.prefix + PublicName.separator))
    }
    guard !named.isEmpty else { return self }
    let unprefixed = servers.filter { !$0.isDisabled && $0.prefix.isEmpty }
    return narrowed(toServers: (named + unprefixed).map(\.name))
  }

  /// Returns the configuration with the servers of these names alone.
  package func narrowed(toServers names: [String]) -> Configuration {
    Configuration(
      path: path, servers: servers.filter { names.contains($0.name) }, settings: settings, inputs: inputs,
      warnings: warnings, problems: problems)
  }
}
