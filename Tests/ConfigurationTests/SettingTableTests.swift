import TestSupport
import Testing
import TextEditing

@testable import Configuration

/// The reader, the schema and the documentation all know the same settings.
@Suite struct SettingTableTests {
  /// A setting with the way to it, flattened.
  private struct Row {
    let path: [String]
    let shape: SettingShape
    let isOptional: Bool
    let defaultText: String
    /// Whether the default is told in words.
    let hasNote: Bool
    let effect: String
  }

  private func rows<Target>(_ table: [Setting<Target>], under path: [String] = []) -> [Row] {
    table.flatMap { setting in
      let row = Row(
        path: path + [setting.name], shape: setting.shape, isOptional: setting.isOptional,
        defaultText: setting.defaultText, hasNote: setting.defaultNote != nil, effect: setting.effect)
      if case .group = setting.shape { return rows(setting.members, under: row.path) }
      return [row]
    }
  }

  /// A value that differs from the default, as JSON.
  private func otherValue(_ row: Row) -> String? {
    switch row.shape {
    case .duration(let range): "\"\(Quantity.format(range.upperBound, units: Quantity.durations))\""
    case .size(let range): "\"\(Quantity.format(range.upperBound, units: Quantity.sizes))\""
    case .integer(let range): "\(range.upperBound)"
    case .fraction(let range): "\(range.upperBound)"
    case .boolean: row.defaultText == "true" ? "false" : "true"
    case .choice(let choices): choices.first { $0 != row.defaultText }.map { "\"\($0)\"" }
    case .text: "\"other\""
    case .texts: "[\"other\"]"
    case .pairs: "{\"other\": \"other\"}"
    case .profiles: "{\"other\": {}}"
    case .replicas, .group: nil
    }
  }

  private func nested(_ path: [String], _ value: String) -> String {
    path.reversed().reduce(value) { "{\"\($1)\": \($0)}" }
  }

  @Test func everyGatewaySettingChangesItsFieldAndNoOther() throws {
    var seen: [GatewaySettings] = [GatewaySettings()]
    for row in rows(GatewaySettings.table) {
      let value = try #require(otherValue(row), "\(row.path)")
      let text = "{\"mcpServers\": {}, \"junction\": \(nested(row.path, value))}"
      let settings = try Reading.read(text).get().settings
      #expect(!seen.contains(settings), "\(row.path) changes nothing, or what another one changes")
      seen.append(settings)
    }
  }

  @Test func everyServerSettingChangesItsFieldAndNoOther() throws {
    var seen: [ServerSettings] = [ServerSettings()]
    for row in rows(ServerSettings.table) {
      guard let value = otherValue(row) else { continue }
      let server = try Reading.server("{\"command\": \"a\", \"junction\": \(nested(row.path, value))}")
      #expect(server.problems == [], "\(row.path)")
      #expect(!seen.contains(server.settings), "\(row.path) changes nothing, or what another one changes")
      seen.append(server.settings)
    }
  }

  @Test func everyDefaultCanBeWrittenAndIsTheDefault() throws {
    for row in rows(GatewaySettings.table) where !row.isOptional {
      let value =
        switch row.shape {
        case .integer, .fraction, .boolean: row.defaultText
        case .profiles: "{}"
        default: "\"\(row.defaultText)\""
        }
      let text = "{\"mcpServers\": {}, \"junction\": \(nested(row.path, value))}"
      #expect(try Reading.read(text).get().settings == GatewaySettings(), "\(row.path)")
    }
  }

  @Test func theSchemaKnowsTheSameSettings() throws {
    let schema = try DocumentNode(json: Array(ConfigurationSchema.text.utf8))
    #expect(schema.duplicates.isEmpty)
    let top = try #require(schema.member("properties")?.value.member("junction")?.value)
    #expect(try leaves(top) == rows(GatewaySettings.table).map(\.path))
    let server = try #require(schema.member("$defs")?.value.member("server")?.value.member("properties")?.value)
    guard case .object(let keys) = server.content else {
      Issue.record("no keys")
      return
    }
    #expect(keys.map(\.key) == EntryKey.names)
    #expect(try leaves(try #require(server.member("junction")?.value)) == rows(ServerSettings.table).map(\.path))
    let replica = try #require(schema.member("$defs")?.value.member("replica")?.value.member("properties")?.value)
    guard case .object(let replicaKeys) = replica.content else {
      Issue.record("no keys")
      return
    }
    #expect(Set(replicaKeys.map(\.key)) == Set(ReplicaKey.names))
  }

  /// Returns the paths of all properties of an object's schema that have none of their own.
  private func leaves(_ schema: DocumentNode, under path: [String] = []) throws -> [[String]] {
    guard case .object(let properties)? = schema.member("properties")?.value.content else { return [path] }
    guard case .boolean(false)? = schema.member("additionalProperties")?.value.content else {
      Issue.record("\(path) allows unknown keys")
      return []
    }
    return try properties.flatMap { try leaves($0.value, under: path + [$0.key]) }
  }

  @Test func everySettingIsDocumentedAsItIs() throws {
    let lines = try RepositoryFile.lines("docs/configuration.md")
    let expected =
      rows(GatewaySettings.own).map(documented) + EntryKey.table.map(documented)
      + rows(ServerSettings.table).map(documented)
    for line in expected {
      let isDocumented = lines.contains(line)
      #expect(isDocumented, "missing in docs/configuration.md:\n\(line)")
    }
    let known = Set(expected)
    // The table of variables has no settings; its first column begins with a dollar sign.
    for line in lines where line.hasPrefix("| `") && !line.hasPrefix("| `$") {
      let isKnown = known.contains(line)
      #expect(isKnown, "unknown setting in docs/configuration.md:\n\(line)")
    }
  }

  private func documented(_ key: EntryKey) -> String {
    let spellings = key.spellings.isEmpty ? "" : " " + key.spellings.map { "`\($0)`" }.joined(separator: ", ")
    return "| `\(key.name)` | \(key.effect) |\(spellings) |"
  }

  private func documented(_ row: Row) -> String {
    let note = row.hasNote || row.defaultText == "none" ? row.defaultText : "`\(row.defaultText)`"
    return "| `\(row.path.joined(separator: "."))` | \(unit(row.shape)) | \(note) | \(row.effect) |"
  }

  private func unit(_ shape: SettingShape) -> String {
    switch shape {
    case .duration(let range): "time, \(bounds(range, Quantity.durations))"
    case .size(let range): "size, \(bounds(range, Quantity.sizes))"
    case .integer(let range): "number, \(range.lowerBound) to \(range.upperBound)"
    case .fraction(let range): "number, \(range.lowerBound) to \(range.upperBound)"
    case .boolean: "boolean"
    case .choice(let choices): choices.map { "`\($0)`" }.joined(separator: ", ")
    case .text: "text"
    case .texts, .replicas: "list"
    case .pairs, .profiles, .group: "object"
    }
  }

  private func bounds(_ range: ClosedRange<UInt64>, _ units: [Quantity.Unit]) -> String {
    "\(Quantity.format(range.lowerBound, units: units)) to \(Quantity.format(range.upperBound, units: units))"
  }
}
