import TextEditing

/// Reads one entry of the file's servers. Whatever is wrong with it becomes a problem of this server alone.
struct ServerReader {
  let context: ReadingContext
  let name: String
  let dialect: Dialect
  private(set) var problems: [ConfigurationProblem] = []
  private(set) var warnings: [ConfigurationProblem] = []
  var secrets: SecretCollection

  init(context: ReadingContext, name: String, dialect: Dialect) {
    self.context = context
    self.name = name
    self.dialect = dialect
    secrets = SecretCollection(exempt: context.exemptValues)
  }

  /// Reads an entry; its prefix is the configured one until those of all servers are known.
  mutating func read(_ node: DocumentNode) -> ServerConfiguration {
    var isDisabled = false
    var settings = context.settings.servers
    var launch: Launch?
    var replicas: [ReplicaConfiguration] = []
    var filter = ToolFilter()
    if case .object(let members) = node.content {
      for problem in context.source.duplicates(in: node, server: name) { add(problem) }
      let fields = EntryFields(members)
      for member in fields.unknown { warnUnknown(member) }
      isDisabled = boolean(fields["disabled"]) ?? false
      if boolean(fields["enabled"]) == false { isDisabled = true }
      readTimeout(fields, into: &settings)
      if let junction = fields["junction"] { read(junction, into: &settings) }
      filter = ToolFilter(allow: fields["includeTools"].map { patterns($0) }, deny: patterns(fields["excludeTools"]))
      launch = self.launch(fields, at: node.offset)
      if let list = fields["junction"]?.value.member("replicas") { replicas = self.replicas(list.value, of: fields) }
    } else {
      report(node.offset, "the entry of a server must be an object, not \(node.kind)")
    }
    var rule = settings.shaping
    rule.filter = filter
    if rule != ShapingRule() { rule.origin = "the entry of server '\(name)'" }
    let redaction = Redaction(secrets.texts)
    warnings = warnings.map { $0.redacted(by: redaction) }
    return ServerConfiguration(
      name: name, prefix: settings.prefix ?? "", problems: problems.map { $0.redacted(by: redaction) },
      isDisabled: isDisabled, launch: launch, replicas: replicas, settings: settings,
      shaping: ToolShaping(rule == ShapingRule() ? [] : [rule]),
      secrets: secrets.texts)
  }

  private mutating func read(_ junction: DocumentNode.Member, into settings: inout ServerSettings) {
    var reader = SettingReader(source: context.source, server: name)
    reader.read(junction.value, into: &settings)
    problems += reader.problems
    for path in [\RemoteSettings.caFile, \.clientCertificate, \.clientKey] {
      settings.remote[keyPath: path] = settings.remote[keyPath: path].map(context.resolve)
    }
    readClient(junction.value.member("oauth")?.value, into: &settings.oauth)
    if let prefix = settings.prefix, !ServerPrefix.isLegal(prefix) {
      report(
        junction.value.member("prefix")?.value.offset ?? junction.keyOffset,
        "'junction.prefix' \(ServerPrefix.rule)")
      settings.prefix = nil
    }
  }

  /// Puts variables into the one setting that is a secret, and the one beside it: neither belongs into a file.
  private mutating func readClient(_ node: DocumentNode?, into settings: inout OAuthSettings) {
    for (key, path) in [("clientId", \OAuthSettings.clientID), ("clientSecret", \.clientSecret)] {
      guard settings[keyPath: path] != nil, let node = node?.member(key)?.value else { continue }
      settings[keyPath: path] = expanded(node, key: "junction.oauth.\(key)")
    }
    if let secret = settings.clientSecret { secrets.add(secret, of: "clientSecret") }
  }

  // MARK: - Timeout

  /// Reads `timeout` in the unit of the program that the file is from; where none is known it is milliseconds, or
  /// seconds when the number is too small to be meant as milliseconds.
  private mutating func readTimeout(_ fields: EntryFields, into settings: inout ServerSettings) {
    guard let field = fields["timeout"], let (number, text) = positive(field) else { return }
    switch dialect.timeoutUnit(of: fields, written: number) {
    case .seconds: settings.callTimeout = UInt64(number * 1000)
    case .listing:
      let milliseconds = UInt64(number)
      if milliseconds > ServerConfiguration.launcherHandshakeTimeout { settings.handshakeTimeout = milliseconds }
    case .unknown:
      settings.callTimeout = UInt64(number < 1000 ? number * 1000 : number)
      if number < 1000 {
        warn(
          field.value.offset,
          "'timeout' is in milliseconds; \(text) is read as \(text) seconds, write \(UInt64(number * 1000)) to say so")
      } else if number <= 3600, number == number.rounded() {
        warn(
          field.value.offset,
          "'timeout' is in milliseconds: \(text) is \(number / 1000) s; for \(text) seconds, write "
            + "\(UInt64(number * 1000))")
      }
    }
  }

  private mutating func positive(_ field: DocumentNode.Member) -> (number: Double, text: String)? {
    guard case .number(let text) = field.value.content else {
      report(field.value.offset, "'timeout' must be a number of milliseconds, not \(field.value.kind)")
      return nil
    }
    guard let number = Double(text), number > 0, number <= 1e12 else {
      report(field.value.offset, "'timeout' must be a positive number of milliseconds")
      return nil
    }
    return (number, text)
  }

  // MARK: - Problems

  /// Reports that the same name stands a second time among the servers. Which entry is meant cannot be known.
  mutating func reportSecondEntry(at offset: Int) {
    report(offset, "the name stands twice among the servers; rename or remove one")
  }

  mutating func report(_ offset: Int, _ message: String, _ kind: ConfigurationProblem.Kind = .other) {
    add(context.source.problem(at: offset, message, server: name, kind: kind))
  }

  /// What replicas take from the entry is read once more for each of them, and is reported once.
  mutating func add(_ problem: ConfigurationProblem) {
    if !problems.contains(problem) { problems.append(problem) }
  }

  mutating func warn(_ offset: Int, _ message: String) {
    let warning = context.source.problem(at: offset, message, server: name, severity: .warning)
    if !warnings.contains(warning) { warnings.append(warning) }
  }

  /// Programs add keys of their own, so that an unknown one harms nothing; a slip is worth a hint.
  private mutating func warnUnknown(_ member: DocumentNode.Member) {
    let cure = EntryKey.nearest(to: member.key).map { "; did you mean '\($0)'?" } ?? ""
    warn(member.keyOffset, "unknown key '\(member.key)' is ignored\(cure)")
  }
}
