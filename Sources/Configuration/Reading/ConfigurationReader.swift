import TextEditing

/// Reads the outermost object of a configuration.
struct ConfigurationReader {
  /// `$schema` is for the editor that completes and checks the file.
  private static let keys = ["mcpServers", "servers", "inputs", "junction", "$schema"]

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

  mutating func read(_ root: DocumentNode) -> Configuration {
    guard case .object(let members) = root.content else {
      report(root.offset, "the file must hold an object with 'mcpServers', not \(root.kind)")
      return configuration([], GatewaySettings())
    }
    let places = places(in: root)
    let isSettings = places.contains { $0.dialect.isSettings }
    reportDuplicates(members, places, onlyOurs: isSettings)
    for member in members where !Self.keys.contains(member.key) { warnSlip(member, isSettings: isSettings) }
    var settings = settings(root.member("junction"))
    if places.isEmpty { reportNoServers(root, members) }
    if places.count > 1 {
      warn(
        places[1].field.keyOffset,
        "servers stand under '\(places[0].dialect.name)' and '\(places[1].dialect.name)'; both are read")
    }
    let inputs = inputs(root.member("inputs"), isOurs: !isSettings)
    let servers = servers(places, settings, inputs)
    if let profiles = root.member("junction")?.value.member("profiles") {
      var reader = ProfileReader(source: source, servers: servers.map(\.name))
      settings.profiles = reader.read(profiles.value)
      problems += reader.problems
    }
    if problems.isEmpty, servers.allSatisfy(\.isDisabled) {
      warn(root.offset, servers.isEmpty ? "no server is configured" : "every server is disabled")
    }
    return configuration(servers, settings, inputs)
  }

  private func configuration(
    _ servers: [ServerConfiguration], _ settings: GatewaySettings, _ inputs: [InputPrompt] = []
  ) -> Configuration {
    Configuration(
      path: source.path, servers: servers, settings: settings, inputs: inputs, warnings: warnings, problems: problems)
  }

  private mutating func settings(_ field: DocumentNode.Member?) -> GatewaySettings {
    var settings = GatewaySettings()
    guard let field, field.value.kind != "null" else { return settings }
    var reader = SettingReader(source: source, server: nil)
    reader.read(field.value, into: &settings)
    problems += reader.problems
    settings.metricsFile = settings.metricsFile.map { surroundings.resolve($0, besides: source.path) }
    return settings
  }

  /// Reads `inputs` as VS Code writes them. In the file of another program, one that is wrong is its own affair.
  private mutating func inputs(_ field: DocumentNode.Member?, isOurs: Bool) -> [InputPrompt] {
    guard let field else { return [] }
    guard case .array(let elements) = field.value.content else {
      if isOurs { warn(field.value.offset, "'inputs' must be an array of objects, not \(field.value.kind)") }
      return []
    }
    return elements.compactMap { element in
      guard let id = element.member("id")?.value.text else {
        if isOurs { warn(element.offset, "an element of 'inputs' needs an 'id'; it is passed over") }
        return nil
      }
      return InputPrompt(id: id, element)
    }
  }

  // MARK: - Servers

  /// A place in the file where servers stand.
  private typealias Place = (dialect: Dialect, field: DocumentNode.Member)

  /// One server as it stands in the file.
  private struct Entry {
    let dialect: Dialect
    let name: String
    /// Where it begins, with its name if that stands in front.
    let offset: Int
    let value: DocumentNode
  }

  private func places(in root: DocumentNode) -> [Place] {
    var places: [Place] = []
    for dialect in Dialect.all {
      // 'mcp' is looked into only when its 'servers' are not there.
      if dialect.path == ["mcp"], places.contains(where: { $0.dialect.path.first == "mcp" }) { continue }
      if let field = dialect.servers(in: root) { places.append((dialect, field)) }
    }
    return places
  }

  private mutating func servers(
    _ places: [Place], _ settings: GatewaySettings, _ inputs: [InputPrompt]
  ) -> [ServerConfiguration] {
    let entries = places.flatMap { self.entries(in: $0) }
    let context = ReadingContext(
      source: source, surroundings: surroundings, access: access, settings: settings, inputs: inputs)
    var servers: [ServerConfiguration] = []
    var seen: Set<String> = []
    for entry in entries where seen.insert(entry.name).inserted {
      var reader = ServerReader(context: context, name: entry.name, dialect: entry.dialect)
      for other in entries where other.name == entry.name && other.offset != entry.offset {
        reader.reportSecondEntry(at: other.offset)
      }
      servers.append(reader.read(entry.value))
      // Programs add the same key to every entry; once is enough.
      warnings += reader.warnings.filter { new in !warnings.contains { $0.message == new.message } }
    }
    let prefixes = ServerPrefix.assign(servers.map { ($0.name, $0.settings.prefix) })
    for (index, prefix) in prefixes.enumerated() { servers[index].prefix = prefix }
    return servers
  }

  /// Returns the entries of one place: the members of an object, or the elements of an array, which say their names.
  private mutating func entries(in place: Place) -> [Entry] {
    switch place.field.value.content {
    case .object(let members):
      return members.map { Entry(dialect: place.dialect, name: $0.key, offset: $0.keyOffset, value: $0.value) }
    case .array(let elements):
      return elements.enumerated().map { index, element in
        var name = "\(place.dialect.name)[\(index)]"
        if case .string(let own)? = element.member("name")?.value.content { name = own }
        return Entry(dialect: place.dialect, name: name, offset: element.offset, value: element)
      }
    default:
      report(
        place.field.value.offset,
        "'\(place.dialect.name)' must be an object of servers by name, not \(place.field.value.kind)")
      return []
    }
  }

  private mutating func reportNoServers(_ root: DocumentNode, _ members: [DocumentNode.Member]) {
    let missing = "the file has no 'mcpServers', the object that holds the servers by name"
    if let slip = members.first(where: {
      !Self.keys.contains($0.key) && NearestName.of($0.key, among: Self.keys) == "mcpServers"
    }) {
      report(slip.keyOffset, "\(missing); did you mean it by '\(slip.key)'?")
    } else if Dialect.holdsServers(root) {
      report(root.offset, "\(missing); put them into one: {\"mcpServers\": {\"\(members[0].key)\": …}}")
    } else {
      report(root.offset, missing)
    }
  }

  // MARK: - Keys

  /// Reports keys that stand twice outside the servers' entries; inside one it is that server's own failure.
  ///
  /// - Parameter onlyOurs: whether the file is a program's, in which only what is read here matters.
  private mutating func reportDuplicates(_ members: [DocumentNode.Member], _ places: [Place], onlyOurs: Bool) {
    let ours = Set(places.map { $0.dialect.path[0] }).union(["junction"])
    var seen: [String: Int] = [:]
    for member in members where !onlyOurs || ours.contains(member.key) {
      if let first = seen[member.key] {
        problems.append(source.duplicate(member, first: first))
      } else {
        seen[member.key] = member.keyOffset
      }
      if member.key == "junction" || !ours.contains(member.key) { problems += source.duplicates(in: member.value) }
    }
  }

  /// Programs keep other things beside the servers, so that only what looks like a slip is worth a hint.
  private mutating func warnSlip(_ member: DocumentNode.Member, isSettings: Bool) {
    guard let nearest = NearestName.of(member.key, among: isSettings ? ["junction"] : Self.keys) else { return }
    warn(member.keyOffset, "unknown key '\(member.key)' is ignored; did you mean '\(nearest)'?")
  }

  private mutating func report(_ offset: Int, _ message: String) {
    problems.append(source.problem(at: offset, message))
  }

  private mutating func warn(_ offset: Int, _ message: String) {
    warnings.append(source.problem(at: offset, message, severity: .warning))
  }
}

extension InputPrompt {
  fileprivate init(id: String, _ node: DocumentNode) {
    self.id = id
    question = node.member("description")?.value.text ?? id
    isHidden = if case .boolean(true)? = node.member("password")?.value.content { true } else { false }
    fallback = node.member("default")?.value.text.flatMap { $0.isEmpty ? nil : $0 }
    // An option is a text, or an object with a label and a value.
    let options: [DocumentNode] = if case .array(let all)? = node.member("options")?.value.content { all } else { [] }
    choices = options.compactMap { $0.text ?? $0.member("value")?.value.text }
  }
}
