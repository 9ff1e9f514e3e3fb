import JSONRPC
import TextEditing

/// Reads the object under a `junction` key by its table.
struct SettingReader {
  let source: SourceText
  let server: String?
  private(set) var problems: [ConfigurationProblem] = []

  init(source: SourceText, server: String?) {
    self.source = source
    self.server = server
  }

  /// Reads the top-level `junction`.
  mutating func read(_ node: DocumentNode, into settings: inout GatewaySettings) {
    let misplaced = ServerSettings.table.filter(\.isServerOnly).map(\.name)
    let cure = "is for a single server; set it in the 'junction' of its entry"
    read(node, into: &settings, table: GatewaySettings.table, path: "junction", misplaced: (misplaced, cure))
  }

  /// Reads the `junction` of a server's entry.
  mutating func read(_ node: DocumentNode, into settings: inout ServerSettings) {
    let misplaced = GatewaySettings.own.map(\.name)
    let cure = "is for the whole gateway; set it in the top-level 'junction'"
    read(node, into: &settings, table: ServerSettings.table, path: "junction", misplaced: (misplaced, cure))
  }

  /// Reads a profile, or what one says of a server.
  ///
  /// - Parameters:
  ///   - node: an object.
  ///   - target: what is read into.
  ///   - table: the keys that may stand in it, beside those in `others`.
  ///   - path: the way to it, for messages.
  ///   - others: keys that somebody else reads.
  mutating func read<Target>(
    _ node: DocumentNode, into target: inout Target, table: [Setting<Target>], path: String, besides others: [String]
  ) {
    guard case .object(let members) = node.content else {
      return report(node.offset, "'\(path)' must be an object, not \(node.kind)")
    }
    let own = members.filter { !others.contains($0.key) }
    read(
      DocumentNode(offset: node.offset, end: node.end, content: .object(own)), into: &target, table: table, path: path)
  }

  /// Sets the fields that the object names. What is wrong is left as it was and becomes a problem.
  ///
  /// `path` is the way to the object, for messages; `misplaced` are names that are right in another place only.
  private mutating func read<Target>(
    _ node: DocumentNode, into target: inout Target, table: [Setting<Target>], path: String,
    misplaced: (names: [String], cure: String) = ([], "")
  ) {
    guard case .object(let members) = node.content else {
      return report(node.offset, "'\(path)' must be an object, not \(node.kind)")
    }
    for member in members {
      guard let setting = table.first(where: { $0.name == member.key }) else {
        if misplaced.names.contains(member.key) {
          report(member.keyOffset, "'\(path).\(member.key)' \(misplaced.cure)")
          continue
        }
        let nearest = NearestName.of(member.key, among: table.map(\.name))
        let cure =
          nearest.map { "did you mean '\($0)'?" }
          ?? "the keys are \(table.map(\.name).joined(separator: ", "))"
        report(member.keyOffset, "unknown key '\(member.key)' in '\(path)'; \(cure)")
        continue
      }
      let name = "\(path).\(setting.name)"
      switch setting.shape {
      case .group:
        read(member.value, into: &target, table: setting.members, path: name)
        continue
      case .replicas, .profiles: continue
      default: break
      }
      if setting.isOptional, case .null = member.value.content {
        setting.set(&target, .none)
      } else if let value = value(member.value, setting.shape, name: name) {
        setting.set(&target, value)
      }
    }
  }

  private mutating func value(_ node: DocumentNode, _ shape: SettingShape, name: String) -> SettingValue? {
    switch (shape, node.content) {
    case (.duration(let range), .string(let text)):
      return quantity(text, range, units: Quantity.durations, example: "30s", node, name)
    case (.duration, .number(let text)):
      return wrong(node, "'\(name)' needs a unit: \"\(text)s\" or \"\(text)ms\"")
    case (.size(let range), .string(let text)):
      return quantity(text, range, units: Quantity.sizes, example: "64KiB", node, name)
    case (.size, .number(let text)):
      return wrong(node, "'\(name)' needs a unit: \"\(text)B\" or \"\(text)KiB\"")
    case (.integer(let range), .number(let text)):
      guard let value = Int(text), range.contains(value) else {
        return wrong(node, "'\(name)' must be a whole number from \(range.lowerBound) to \(range.upperBound)")
      }
      return .integer(value)
    case (.fraction(let range), .number(let text)):
      guard let value = Double(text), range.contains(value) else {
        return wrong(node, "'\(name)' must be a number from \(range.lowerBound) to \(range.upperBound)")
      }
      return .fraction(value)
    case (.boolean, .boolean(let value)): return .boolean(value)
    case (.choice(let choices), .string(let text)):
      if choices.contains(text) { return .text(text) }
      let nearest = NearestName.of(text, among: choices).map { "; did you mean \"\($0)\"?" } ?? ""
      return wrong(node, "'\(name)' must be one of \(choices.map(JSONText.quote).joined(separator: ", "))\(nearest)")
    case (.text, .string(let text)): return .text(text)
    case (.texts, .array(let elements)):
      let texts = elements.compactMap(\.text)
      guard texts.count == elements.count else { return wrong(node, "'\(name)' must hold strings only") }
      return .texts(texts)
    case (.pairs, .object(let members)):
      let pairs = members.compactMap { member in member.value.text.map { (member.key, $0) } }
      guard pairs.count == members.count else { return wrong(node, "the values in '\(name)' must be strings") }
      return .pairs(Dictionary(pairs, uniquingKeysWith: { $1 }))
    default: return wrong(node, "'\(name)' must be \(shape.wanted), not \(node.kind)")
    }
  }

  private mutating func quantity(
    _ text: String, _ range: ClosedRange<UInt64>, units: [Quantity.Unit], example: String, _ node: DocumentNode,
    _ name: String
  ) -> SettingValue? {
    guard let value = Quantity.parse(text, units: units) else {
      let names = units.reversed().map(\.name).joined(separator: ", ")
      return wrong(
        node, "'\(name)' must be a number with a unit (\(names)) such as \"\(example)\", not \(JSONText.quote(text))")
    }
    guard range.contains(value) else {
      let bounds = [range.lowerBound, range.upperBound].map { Quantity.format($0, units: units) }
      return wrong(node, "'\(name)' must be from \"\(bounds[0])\" to \"\(bounds[1])\"")
    }
    return .quantity(value)
  }

  private mutating func wrong(_ node: DocumentNode, _ message: String) -> SettingValue? {
    report(node.offset, message)
    return nil
  }

  private mutating func report(_ offset: Int, _ message: String) {
    problems.append(source.problem(at: offset, message, server: server))
  }
}

extension SettingShape {
  /// What is to be written, with its article, for messages.
  var wanted: String {
    switch self {
    case .duration: "a string with a unit of time such as \"30s\""
    case .size: "a string with a unit of size such as \"64KiB\""
    case .integer: "a whole number"
    case .fraction: "a number"
    case .boolean: "true or false"
    case .choice(let choices): "one of \(choices.map(JSONText.quote).joined(separator: ", "))"
    case .text: "a string"
    case .texts: "an array of strings"
    case .pairs: "an object whose values are strings"
    case .profiles: "an object of profiles by their names"
    case .group: "an object"
    case .replicas: "an array of objects"
    }
  }
}
