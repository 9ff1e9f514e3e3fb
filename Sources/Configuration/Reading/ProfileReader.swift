import TextEditing

/// Reads `junction.profiles`. What is wrong with it is wrong with the file: a client must not see more than was meant.
struct ProfileReader {
  static let serversEffect =
    "The servers that are shown: their names, or an object of what is said of each; all without it."

  private let source: SourceText
  /// The names of all servers of the file.
  private let servers: [String]
  private(set) var problems: [ConfigurationProblem] = []

  init(source: SourceText, servers: [String]) {
    self.source = source
    self.servers = servers
  }

  mutating func read(_ node: DocumentNode) -> [ClientProfile] {
    guard case .object(let members) = node.content else {
      report(node.offset, "'junction.profiles' must be an object of profiles by their names, not \(node.kind)")
      return []
    }
    return members.map { read($0) }
  }

  private mutating func read(_ member: DocumentNode.Member) -> ClientProfile {
    let path = "junction.profiles.\(member.key)"
    let known = problems.count
    var profile = ClientProfile()
    profile.name = member.key
    var reader = SettingReader(source: source, server: nil)
    reader.read(member.value, into: &profile, table: ClientProfile.table, path: path, besides: ["servers"])
    problems += reader.problems
    let origin = "profile '\(member.key)'"
    if profile.rule != ShapingRule() { profile.rule.origin = origin }
    if let field = member.value.member("servers") {
      profile.servers = rules(field.value, origin: origin, path: path + ".servers")
    }
    // Whoever is served all the same is shown nothing rather than too much.
    if problems.count > known { profile.servers = [:] }
    return profile
  }

  private mutating func rules(_ node: DocumentNode, origin: String, path: String) -> [String: ShapingRule] {
    var rules: [String: ShapingRule] = [:]
    switch node.content {
    case .array(let elements):
      for element in elements {
        guard let name = element.text else {
          report(element.offset, "'\(path)' must hold names of servers")
          continue
        }
        rules[known(name, at: element.offset)] = ShapingRule()
      }
    case .object(let members):
      for member in members {
        var rule = ShapingRule()
        var reader = SettingReader(source: source, server: nil)
        let own = path + "." + member.key
        reader.read(member.value, into: &rule, table: ShapingRule.table, path: own, besides: [])
        problems += reader.problems
        if let prefix = rule.prefix, !ServerPrefix.isLegal(prefix) {
          report(
            member.value.member("prefix")?.value.offset ?? member.keyOffset, "'\(own).prefix' \(ServerPrefix.rule)")
          rule.prefix = nil
        }
        if rule != ShapingRule() { rule.origin = origin + " for server '\(member.key)'" }
        rules[known(member.key, at: member.keyOffset)] = rule
      }
    default: report(node.offset, "'\(path)' must be an array of servers' names or an object of them, not \(node.kind)")
    }
    return rules
  }

  private mutating func known(_ name: String, at offset: Int) -> String {
    if !servers.contains(name) {
      let cure = NearestName.of(name, among: servers).map { "; did you mean '\($0)'?" } ?? ""
      report(offset, "no server is called '\(name)'\(cure)")
    }
    return name
  }

  private mutating func report(_ offset: Int, _ message: String) {
    problems.append(source.problem(at: offset, message))
  }
}
