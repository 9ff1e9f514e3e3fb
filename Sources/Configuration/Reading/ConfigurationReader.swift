/// Reads the outermost object of a configuration.
struct ConfigurationReader {
  private static let serverKeys = ["mcpServers", "servers"]
  /// `$schema` is for the editor that completes and checks the file.
  private static let keys = serverKeys + ["junction", "$schema"]

  let source: SourceText
  let surroundings: Surroundings
  let access: SystemAccess
  private var problems: [ConfigurationProblem] = []
  private var warnings: [ConfigurationProblem] = []

  init(source: SourceText, surroundings: Surroundings, access: SystemAccess) {
    self.source = source
    self.surroundings = surroundings
    self.access = access
  }

  mutating func read(_ root: JSONNode) -> Result<Configuration, ConfigurationFailure> {
    guard case .object(let members) = root.content else {
      report(root.offset, "the file must hold an object with 'mcpServers', not \(root.kind)")
      return .failure(ConfigurationFailure(problems: problems))
    }
    reportDuplicates(members)
    for member in members where !Self.keys.contains(member.key) { warnUnknown(member) }
    let settings = settings(root.member("junction"))
    let servers = servers(root, defaults: settings.servers)
    guard problems.isEmpty else { return .failure(ConfigurationFailure(problems: problems)) }
    let enabled = servers.filter { !$0.isDisabled }
    if enabled.isEmpty {
      warn(root.offset, servers.isEmpty ? "no server is configured" : "every server is disabled")
    } else if enabled.allSatisfy({ $0.problem != nil }) {
      return .failure(ConfigurationFailure(problems: enabled.flatMap(\.problems)))
    }
    return .success(Configuration(path: source.path, servers: servers, settings: settings, warnings: warnings))
  }

  private mutating func settings(_ field: JSONNode.Member?) -> GatewaySettings {
    var settings = GatewaySettings()
    guard let field else { return settings }
    var reader = SettingReader(source: source, server: nil)
    reader.read(field.value, into: &settings)
    problems += reader.problems
    settings.metricsFile = settings.metricsFile.map { surroundings.resolve($0, besides: source.path) }
    return settings
  }

  private mutating func servers(_ root: JSONNode, defaults: ServerSettings) -> [ServerConfiguration] {
    guard let field = serverField(root) else { return [] }
    guard case .object(let entries) = field.value.content else {
      report(field.value.offset, "'\(field.key)' must be an object of servers by name, not \(field.value.kind)")
      return []
    }
    let context = ReadingContext(source: source, surroundings: surroundings, access: access, defaults: defaults)
    var servers: [ServerConfiguration] = []
    var seen: Set<String> = []
    for entry in entries where seen.insert(entry.key).inserted {
      var reader = ServerReader(context: context, name: entry.key)
      for other in entries where other.key == entry.key && other.keyOffset != entry.keyOffset {
        reader.reportSecondEntry(at: other.keyOffset)
      }
      servers.append(reader.read(entry.value))
      // Editors add the same key to every entry; once is enough.
      warnings += reader.warnings.filter { new in !warnings.contains { $0.message == new.message } }
    }
    let prefixes = ServerPrefix.assign(servers.map { ($0.name, $0.settings.prefix) })
    for (index, prefix) in prefixes.enumerated() { servers[index].prefix = prefix }
    return servers
  }

  private mutating func serverField(_ root: JSONNode) -> JSONNode.Member? {
    switch (root.member("mcpServers"), root.member("servers")) {
    case (let field?, nil), (nil, let field?): return field
    case (.some, let second?):
      report(second.keyOffset, "the file has both 'mcpServers' and 'servers'; keep one of them")
    case (nil, nil): report(root.offset, "the file has no 'mcpServers', the object that holds the servers by name")
    }
    return nil
  }

  /// Reports keys that stand twice outside the servers' entries; inside one it is that server's own failure.
  private mutating func reportDuplicates(_ members: [JSONNode.Member]) {
    var seen: [String: Int] = [:]
    for member in members {
      if let first = seen[member.key] {
        problems.append(source.duplicate(member, first: first))
      } else {
        seen[member.key] = member.keyOffset
      }
      if !Self.serverKeys.contains(member.key) { problems += source.duplicates(in: member.value) }
    }
  }

  private mutating func warnUnknown(_ member: JSONNode.Member) {
    let cure = NearestName.of(member.key, among: Self.keys).map { "; did you mean '\($0)'?" } ?? ""
    warn(member.keyOffset, "unknown key '\(member.key)' is ignored\(cure)")
  }

  private mutating func report(_ offset: Int, _ message: String) {
    problems.append(source.problem(at: offset, message))
  }

  private mutating func warn(_ offset: Int, _ message: String) {
    warnings.append(source.problem(at: offset, message))
  }
}
