import JSONRPC

/// Reads one entry of the file's servers. Whatever is wrong with it becomes a problem of this server alone.
struct ServerReader {
  let context: ReadingContext
  let name: String
  private(set) var problems: [ConfigurationProblem] = []
  private(set) var warnings: [ConfigurationProblem] = []
  private var secrets: SecretCollection

  private typealias Fields = [String: JSONNode.Member]

  init(context: ReadingContext, name: String) {
    self.context = context
    self.name = name
    secrets = SecretCollection(exempt: context.exemptValues)
  }

  /// Reads an entry; its prefix is the configured one until those of all servers are known.
  mutating func read(_ node: JSONNode) -> ServerConfiguration {
    var isDisabled = false
    var settings = context.defaults
    var launch: Launch?
    var replicas: [ReplicaConfiguration] = []
    if case .object(let members) = node.content {
      let fields = Fields(members.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
      for problem in context.source.duplicates(in: node, server: name) { problems.append(problem) }
      for member in members where !EntryKey.names.contains(member.key) { warnUnknown(member) }
      isDisabled = boolean(fields["disabled"]) ?? false
      if let timeout = timeout(fields["timeout"]) { settings.callTimeout = timeout }
      if let junction = fields["junction"] { read(junction, into: &settings) }
      launch = self.launch(fields, at: node.offset)
      if let list = fields["junction"]?.value.member("replicas") { replicas = self.replicas(list.value, of: fields) }
    } else {
      report(node.offset, "the entry of a server must be an object, not \(node.kind)")
    }
    let redaction = Redaction(secrets.texts)
    warnings = warnings.map { $0.redacted(by: redaction) }
    return ServerConfiguration(
      name: name, prefix: settings.prefix ?? "", problems: problems.map { $0.redacted(by: redaction) },
      isDisabled: isDisabled, launch: launch,
      replicas: replicas, settings: settings, secrets: secrets.texts)
  }

  private mutating func read(_ junction: JSONNode.Member, into settings: inout ServerSettings) {
    var reader = SettingReader(source: context.source, server: name)
    reader.read(junction.value, into: &settings)
    problems += reader.problems
    if let prefix = settings.prefix, !ServerPrefix.isLegal(prefix) {
      report(
        junction.value.member("prefix")?.value.offset ?? junction.keyOffset,
        "'junction.prefix' must be a letter and up to \(ServerPrefix.limit - 1) letters, digits, '_' or '-', or empty")
      settings.prefix = nil
    }
  }

  // MARK: - Launch

  private mutating func launch(_ fields: Fields, at offset: Int) -> Launch? {
    let type = fields["type"].flatMap { string($0.value, key: "type") }
    let typeOffset = fields["type"]?.value.offset ?? offset
    if let type, type != "stdio", !EntryKey.remoteTypes.contains(type) {
      let all = ["stdio"] + EntryKey.remoteTypes
      let cure = NearestName.of(type, among: all).map { "did you mean \"\($0)\"?" }
      report(
        typeOffset, "unknown type \(JSONText.quote(type)); \(cure ?? "it is one of \(all.joined(separator: ", "))")")
    }
    switch (fields["command"], fields["url"]) {
    case (let command?, nil):
      if let type, EntryKey.remoteTypes.contains(type) {
        report(typeOffset, "the type \"\(type)\" goes with a 'url', but the entry has a 'command'")
      }
      return process(command, fields).map(Launch.process)
    case (nil, let url?):
      if type == "stdio" { report(typeOffset, "the type \"stdio\" goes with a 'command', but the entry has a 'url'") }
      return remote(url, fields)
    case (let command?, .some): report(command.keyOffset, "an entry has either 'command' or 'url', not both")
    case (nil, nil): report(offset, "an entry needs 'command', the program to run, or 'url'")
    }
    return nil
  }

  private mutating func process(_ field: JSONNode.Member, _ fields: Fields) -> ProcessLaunch? {
    let command = expanded(field.value, key: "command")
    let arguments = arguments(fields["args"])
    var environment: [EnvironmentVariable] = []
    for variable in variables(inFile: fields["envFile"]) + pairs(fields["env"]) {
      environment.removeAll { $0.name == variable.name }
      environment.append(variable)
      secrets.add(variable.value, of: variable.name)
    }
    let directory = fields["cwd"].flatMap { expanded($0.value, key: "cwd") }.map(context.resolve)
    guard let command else { return nil }
    guard !command.isEmpty else {
      report(field.value.offset, "'command' is empty; it must name the program to run")
      return nil
    }
    if arguments.isEmpty, !command.contains("/"), command.contains(" ") {
      warn(
        field.value.offset, "'command' is one program's name and goes through no shell; put its arguments into 'args'")
    }
    let launch = ProcessLaunch(
      command: command.contains("/") || command.hasPrefix("~") ? context.resolve(command) : command,
      arguments: arguments, environment: environment, directory: directory)
    if context.isThisGateway(launch) {
      report(
        field.value.offset,
        "server '\(name)' is this gateway on this same file and would start itself without end; remove it")
    }
    return launch
  }

  /// Reads `junction.replicas`. What a replica does not say is taken from the entry.
  private mutating func replicas(_ list: JSONNode, of fields: Fields) -> [ReplicaConfiguration] {
    guard case .array(let elements) = list.content else {
      report(list.offset, "'junction.replicas' must be an array of objects, not \(list.kind)")
      return []
    }
    var replicas: [ReplicaConfiguration] = []
    for (index, element) in elements.enumerated() {
      let path = "junction.replicas[\(index)]"
      guard case .object(let members) = element.content else {
        report(element.offset, "'\(path)' must be an object, not \(element.kind)")
        continue
      }
      var own = Fields(members.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
      for member in members where !ReplicaKey.names.contains(member.key) {
        let cure = NearestName.of(member.key, among: ReplicaKey.names).map { "did you mean '\($0)'?" }
        let all = "the keys are \(ReplicaKey.names.joined(separator: ", "))"
        report(member.keyOffset, "unknown key '\(member.key)' in '\(path)'; \(cure ?? all)")
      }
      let priority = own.removeValue(forKey: "priority").flatMap { self.priority($0.value, path: path) }
      let merged = fields.merging(own) { $1 }
      guard let command = merged["command"], let launch = process(command, merged) else { continue }
      replicas.append(ReplicaConfiguration(launch: launch, priority: priority ?? 0))
    }
    return replicas
  }

  private mutating func priority(_ node: JSONNode, path: String) -> Int? {
    if case .number(let text) = node.content, let value = Int(text), ReplicaKey.priorities.contains(value) {
      return value
    }
    report(
      node.offset,
      "'\(path).priority' must be a whole number from \(ReplicaKey.priorities.lowerBound) to \(ReplicaKey.priorities.upperBound)"
    )
    return nil
  }

  private mutating func remote(_ field: JSONNode.Member, _ fields: Fields) -> Launch? {
    for header in pairs(fields["headers"]) { secrets.add(header.value, of: header.name) }
    guard let url = expanded(field.value, key: "url") else { return nil }
    guard RemoteAddress.isWellFormed(url) else {
      report(field.value.offset, "'url' must be an http:// or https:// address, such as \"https://example.com/mcp\"")
      return nil
    }
    report(field.value.offset, "remote servers are not supported yet; only servers with a 'command' can be used")
    return .remote(url: url)
  }

  // MARK: - Values

  private mutating func boolean(_ field: JSONNode.Member?) -> Bool? {
    guard let field else { return nil }
    if case .boolean(let value) = field.value.content { return value }
    report(field.value.offset, "'\(field.key)' must be true or false, not \(field.value.kind)")
    return nil
  }

  /// Reads `timeout`: milliseconds, or seconds when the number is too small to be meant as milliseconds.
  private mutating func timeout(_ field: JSONNode.Member?) -> UInt64? {
    guard let field else { return nil }
    guard case .number(let text) = field.value.content else {
      report(field.value.offset, "'timeout' must be a number of milliseconds, not \(field.value.kind)")
      return nil
    }
    guard let number = Double(text), number > 0, number <= 1e12 else {
      report(field.value.offset, "'timeout' must be a positive number of milliseconds")
      return nil
    }
    guard number < 1000 else { return UInt64(number) }
    warn(
      field.value.offset,
      "'timeout' is in milliseconds; \(text) is read as \(text) seconds, write \(UInt64(number * 1000)) to say so")
    return UInt64(number * 1000)
  }

  private mutating func string(_ node: JSONNode, key: String) -> String? {
    guard case .string(let text) = node.content else {
      let cure = if case .number = node.content { "; put it in quotes" } else { "" }
      report(node.offset, "'\(key)' must be a string, not \(node.kind)\(cure)")
      return nil
    }
    guard !text.utf8.contains(0) else {
      report(node.offset, "'\(key)' contains a NUL character, which no program can be given")
      return nil
    }
    return text
  }

  private mutating func expanded(_ node: JSONNode, key: String) -> String? {
    guard let text = string(node, key: key) else { return nil }
    switch Expansion(environment: context.environment).expand(text) {
    case .success(let (text, uses)):
      for use in uses { secrets.add(use.value, of: use.name) }
      return text
    case .failure(.unset(let variable)):
      report(
        node.offset,
        "server '\(name)': '\(key)' uses the variable \(variable), which is not set; set it where the editor is "
          + "started, or write '${\(variable):-default}'")
    case .failure(.malformed(let reason)): report(node.offset, "server '\(name)': '\(key)': \(reason)")
    }
    return nil
  }

  private mutating func arguments(_ field: JSONNode.Member?) -> [String] {
    guard let field else { return [] }
    guard case .array(let elements) = field.value.content else {
      report(field.value.offset, "'args' must be an array of strings, not \(field.value.kind)")
      return []
    }
    var arguments: [String] = []
    for (index, element) in elements.enumerated() {
      if let argument = expanded(element, key: "args[\(index)]") { arguments.append(argument) }
    }
    return arguments
  }

  /// Reads `env` or `headers`.
  private mutating func pairs(_ field: JSONNode.Member?) -> [EnvironmentVariable] {
    guard let field else { return [] }
    guard case .object(let members) = field.value.content else {
      report(field.value.offset, "'\(field.key)' must be an object with string values, not \(field.value.kind)")
      return []
    }
    var pairs: [EnvironmentVariable] = []
    for member in members {
      guard !member.key.isEmpty, !member.key.utf8.contains(where: { $0 == 0 || $0 == UInt8(ascii: "=") }) else {
        report(member.keyOffset, "\(JSONText.quote(member.key)) cannot be a name in '\(field.key)'")
        continue
      }
      if let value = expanded(member.value, key: "\(field.key).\(member.key)") {
        pairs.append(EnvironmentVariable(name: member.key, value: value))
      }
    }
    return pairs
  }

  private mutating func variables(inFile field: JSONNode.Member?) -> [EnvironmentVariable] {
    guard let field, let path = expanded(field.value, key: "envFile").map(context.resolve) else { return [] }
    switch context.access.readFile(path) {
    case .failure(let problem):
      report(field.value.offset, "'envFile' \(path) cannot be read: \(problem.reason)")
      return []
    case .success(let bytes):
      switch EnvironmentFile.parse(SourceText(path: path, bytes: bytes), server: name) {
      case .success(let variables): return variables
      case .failure(let problem):
        add(problem)
        return []
      }
    }
  }

  // MARK: - Problems

  /// Reports that the same name stands a second time among the servers. Which entry is meant cannot be known.
  mutating func reportSecondEntry(at offset: Int) {
    report(offset, "the server '\(name)' stands twice in the file; rename or remove one")
  }

  private mutating func report(_ offset: Int, _ message: String) {
    add(context.source.problem(at: offset, message, server: name))
  }

  /// What replicas take from the entry is read once more for each of them, and is reported once.
  private mutating func add(_ problem: ConfigurationProblem) {
    if !problems.contains(problem) { problems.append(problem) }
  }

  private mutating func warn(_ offset: Int, _ message: String) {
    warnings.append(context.source.problem(at: offset, message, server: name))
  }

  /// Editors add keys of their own, so that an unknown one harms nothing; a slip is worth a hint.
  private mutating func warnUnknown(_ member: JSONNode.Member) {
    if let nearest = EntryKey.nearest(to: member.key) {
      warn(member.keyOffset, "unknown key '\(member.key)' of server '\(name)' is ignored; did you mean '\(nearest)'?")
    } else {
      warn(member.keyOffset, "unknown key '\(member.key)' is ignored")
    }
  }
}
