/// What a server's entry is read against: everything outside of it that its meaning depends on.
struct ReadingContext {
  let source: SourceText
  let surroundings: Surroundings
  let access: SystemAccess
  /// What the top-level `junction` says for all servers.
  let defaults: ServerSettings
  /// Values of the environment that are no secret under any name.
  let exemptValues: Set<String>

  init(source: SourceText, surroundings: Surroundings, access: SystemAccess, defaults: ServerSettings) {
    self.source = source
    self.surroundings = surroundings
    self.access = access
    self.defaults = defaults
    exemptValues = SecretCollection.exemptValues(in: surroundings.environment)
  }

  var environment: [String: String] { surroundings.environment }

  func resolve(_ path: String) -> String { surroundings.resolve(path, besides: source.path) }

  /// Whether a process would be a gateway on the file that is being read, and so would start itself without end.
  func isThisGateway(_ launch: ProcessLaunch) -> Bool {
    guard let gateway = access.gateway(launch), let path = gateway.configuration?.path else { return false }
    return access.areSameFile(gateway.absolute(path), source.path)
  }
}

extension Surroundings {
  /// Returns an absolute path for one written in a configuration: `~/` stands for the home directory, and a relative
  /// path starts at the directory of the configuration file, so that a file works wherever the gateway is started.
  func resolve(_ path: String, besides file: String) -> String {
    if path.hasPrefix("/") { return path }
    if path == "~" || path.hasPrefix("~/"), let home = environment["HOME"], !home.isEmpty {
      return home + path.dropFirst()
    }
    guard let slash = file.lastIndex(of: "/") else { return path }
    let relative = path.hasPrefix("./") ? path.dropFirst(2) : path[...]
    return "\(file[...slash])\(relative)"
  }
}
