/// What a server's entry is read against: everything outside of it that its meaning depends on.
struct ReadingContext {
  let source: SourceText
  let surroundings: ConfigurationSurroundings
  /// What the top-level `junction` says for all servers.
  let defaults: ServerSettings
  /// Values of the environment that are no secret under any name.
  let exemptValues: Set<String>

  init(source: SourceText, surroundings: ConfigurationSurroundings, defaults: ServerSettings) {
    self.source = source
    self.surroundings = surroundings
    self.defaults = defaults
    exemptValues = SecretCollection.exemptValues(in: surroundings.environment)
  }

  var environment: [String: String] { surroundings.environment }

  func resolve(_ path: String) -> String { surroundings.resolve(path, besides: source.path) }

  /// Whether a process would be a gateway on the file that is being read, and so would start itself without end.
  func isThisGateway(_ launch: ProcessLaunch) -> Bool {
    guard surroundings.isThisProgram(launch.command), case .success(let arguments) = Arguments.parse(launch.arguments)
    else { return false }
    var environment = environment
    for variable in launch.environment { environment[variable.name] = variable.value }
    let location = ConfigurationLocation.choose(flag: arguments.configurationPath, environment: environment)
    guard let path = location?.path else { return false }
    let base = launch.directory ?? surroundings.currentDirectory
    return surroundings.areSameFile(path.hasPrefix("/") ? path : "\(base)/\(path)", source.path)
  }
}
