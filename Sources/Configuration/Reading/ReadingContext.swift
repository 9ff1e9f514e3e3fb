/// What a server's entry is read against: everything outside of it that its meaning depends on.
struct ReadingContext {
  let source: SourceText
  let surroundings: Surroundings
  let access: SystemAccess
  /// What the top-level `junction` says.
  let settings: GatewaySettings
  /// What the file says of inputs, by their ids.
  let inputs: [String: InputPrompt]
  /// Values of the environment that are no secret under any name.
  let exemptValues: Set<String>

  init(
    source: SourceText, surroundings: Surroundings, access: SystemAccess, settings: GatewaySettings,
    inputs: [InputPrompt]
  ) {
    self.source = source
    self.surroundings = surroundings
    self.access = access
    self.settings = settings
    self.inputs = Dictionary(inputs.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    exemptValues = SecretCollection.exemptValues(in: surroundings.environment)
  }

  var environment: [String: String] { surroundings.environment }

  func resolve(_ path: String) -> String { surroundings.resolve(path, besides: source.path) }

  /// Returns what a reference stands for, as far as the file allows it.
  func look(_ kind: ValueSource.Kind, _ name: String) -> Result<String, ValueProblem> {
    switch kind {
    case .file: access.look(.file(path: resolve(name)))
    case .command: command(name).flatMap { access.look(.command($0)) }
    case .secret:
      ValueSource.isSecretName(name)
        ? access.look(.secret(name: name))
        : .failure(ValueProblem("a secret's name is up to 128 letters, digits and '._/@:-'"))
    case .input: input(name)
    }
  }

  private func command(_ text: String) -> Result<CommandReference, ValueProblem> {
    switch settings.commands {
    case .never:
      return .failure(
        ValueProblem(
          "no command is run for a value unless \"commands\" in the top-level 'junction' says \"direct\" or "
            + "\"shell\""))
    case .shell:
      return .success(CommandReference(words: ["/bin/sh", "-c", text], timeout: settings.commandTimeout))
    case .direct:
      guard var words = CommandWords.split(text), let program = words.first else {
        return .failure(ValueProblem("it is no command: a quote has no end, or nothing stands there"))
      }
      if program.contains("/") || program.hasPrefix("~") { words[0] = resolve(program) }
      return .success(CommandReference(words: words, timeout: settings.commandTimeout))
    }
  }

  private func input(_ id: String) -> Result<String, ValueProblem> {
    guard ValueSource.isSecretName(ValueSource.secretName(ofInput: id)) else {
      return .failure(ValueProblem("an input's id is up to 122 letters, digits and '._/@:-'"))
    }
    let kept = access.look(.input(id: id))
    if case .failure(let problem) = kept, !problem.isPending, let fallback = inputs[id]?.fallback {
      return .success(fallback)
    }
    return kept
  }

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
