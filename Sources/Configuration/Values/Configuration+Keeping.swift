extension Configuration {
  /// Returns what a gateway goes on with that has served `old`, when this is what its file says now: of a file of which no
  /// server can be read, all that was in force; of settings with a mistake, the old ones; of a server whose entry has one, its
  /// old entry, if that had none. What is wrong is said all the same.
  package func keeping(_ old: Configuration) -> Configuration {
    guard !servers.isEmpty || problems.isEmpty else {
      return Configuration(
        path: path, servers: old.servers, settings: old.settings, inputs: inputs,
        warnings: warnings, problems: problems)
    }
    var kept: [ConfigurationProblem] = []
    let servers = servers.map { server in
      guard !server.isDisabled, server.problem != nil,
        let before = old.servers.first(where: { $0.name == server.name && !$0.isDisabled && $0.problem == nil })
      else { return server }
      kept += server.problems
      return before
    }
    return Configuration(
      path: path, servers: servers, settings: problems.isEmpty ? settings : old.settings, inputs: inputs,
      warnings: warnings, problems: problems + kept)
  }
}
