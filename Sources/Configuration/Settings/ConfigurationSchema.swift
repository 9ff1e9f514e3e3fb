import JSONRPC

/// The JSON Schema of the configuration, made from the tables that the reader works with.
package enum ConfigurationSchema {
  /// The schema as indented text (JSON Schema, draft 2020-12), with a line feed at the end.
  package static let text = root.rendered() + "\n"

  private static let root = SchemaNode.object([
    ("$schema", "https://json-schema.org/draft/2020-12/schema"),
    ("title", "mcp-junction configuration"),
    ("type", "object"),
    (
      "properties",
      .object([
        ("mcpServers", ["$ref": "#/$defs/servers"]),
        ("servers", ["$ref": "#/$defs/servers"]),
        ("inputs", inputs),
        ("junction", settings(GatewaySettings.table, "The gateway's settings, and defaults for all servers.")),
      ])
    ),
    ("oneOf", .array([["required": .array(["mcpServers"])], ["required": .array(["servers"])]])),
    ("$defs", .object([("servers", servers), ("server", server), ("replica", replica), ("profile", profile)])),
  ])

  private static let servers = SchemaNode.object([
    ("type", "object"), ("description", "The servers by name."),
    ("additionalProperties", ["$ref": "#/$defs/server"]),
  ])

  private static let inputs = SchemaNode.object([
    ("type", "array"), ("description", "What the person is asked for where `${input:ID}` stands."),
    (
      "items",
      .object([
        ("type", "object"),
        (
          "properties",
          .object([
            ("id", ["type": "string"]), ("description", ["type": "string"]), ("password", ["type": "boolean"]),
            ("default", ["type": "string"]), ("options", ["type": "array"]),
          ])
        ),
        ("required", .array(["id"])),
      ])
    ),
  ])

  private static let server = SchemaNode.object([
    ("type", "object"),
    ("properties", .object(EntryKey.table.map { ($0.name, entry($0)) })),
    ("oneOf", .array([["required": .array(["command"])], ["required": .array(["url"])]])),
  ])

  private static let replica = SchemaNode.object([
    ("type", "object"),
    (
      "properties",
      .object(
        EntryKey.table.filter { ReplicaKey.names.contains($0.name) }.map { ($0.name, entry($0)) }
          + [("priority", shape(.integer(ReplicaKey.priorities)))])
    ),
    ("additionalProperties", false),
  ])

  private static let profile: SchemaNode = {
    let rule = settings(ShapingRule.table, "What a profile says of one server.")
    let servers = SchemaNode.object([
      (
        "anyOf",
        .array([
          ["type": "array", "items": ["type": "string"]],
          .object([("type", "object"), ("additionalProperties", rule)]),
        ])
      ),
      ("description", .text(ProfileReader.serversEffect)),
    ])
    return .object([
      ("type", "object"),
      ("properties", .object([("servers", servers)] + ClientProfile.table.map { ($0.name, setting($0)) })),
      ("additionalProperties", false),
    ])
  }()

  /// What becomes text, or is absent.
  private static let written: SchemaNode = ["type": .array(["string", "number", "boolean", "null"])]

  private static func entry(_ key: EntryKey) -> SchemaNode {
    if case .settings = key.shape { return settings(ServerSettings.table, key.effect) }
    let members: [(String, SchemaNode)] =
      switch key.shape {
      case .text, .settings: [("type", "string")]
      case .texts: [("type", "array"), ("items", written)]
      case .pairs: [("type", "object"), ("additionalProperties", written)]
      case .boolean: [("type", "boolean")]
      case .milliseconds: [("type", "number"), ("exclusiveMinimum", .number("0"))]
      case .choice(let choices): [("enum", .array(choices.map(SchemaNode.text)))]
      }
    return .object(members + [("description", .text(key.effect))])
  }

  private static func settings<Target>(_ table: [Setting<Target>], _ description: String) -> SchemaNode {
    .object([
      ("type", "object"), ("description", .text(description)),
      ("properties", .object(table.map { ($0.name, setting($0)) })), ("additionalProperties", false),
    ])
  }

  private static func setting<Target>(_ setting: Setting<Target>) -> SchemaNode {
    if case .group = setting.shape { return settings(setting.members, setting.effect) }
    var value = shape(setting.shape)
    if setting.isOptional { value = ["anyOf": .array([value, ["type": "null"]])] }
    return value.adding([("description", .text(setting.effect)), ("default", defaultValue(setting))])
  }

  private static func shape(_ shape: SettingShape) -> SchemaNode {
    switch shape {
    case .duration: pattern(Quantity.durations)
    case .size: pattern(Quantity.sizes)
    case .integer(let range):
      .object([
        ("type", "integer"), ("minimum", .number("\(range.lowerBound)")), ("maximum", .number("\(range.upperBound)")),
      ])
    case .fraction(let range):
      .object([
        ("type", "number"), ("minimum", .number("\(range.lowerBound)")), ("maximum", .number("\(range.upperBound)")),
      ])
    case .boolean: ["type": "boolean"]
    case .choice(let choices): ["enum": .array(choices.map(SchemaNode.text))]
    case .text: ["type": "string"]
    case .texts: ["type": "array", "items": ["type": "string"]]
    case .pairs: ["type": "object", "additionalProperties": ["type": "string"]]
    case .profiles: ["type": "object", "additionalProperties": ["$ref": "#/$defs/profile"]]
    case .replicas: .object([("type", "array"), ("items", ["$ref": "#/$defs/replica"])])
    case .group: ["type": "object"]
    }
  }

  private static func pattern(_ units: [Quantity.Unit]) -> SchemaNode {
    let names = units.map(\.name).joined(separator: "|")
    return .object([("type", "string"), ("pattern", .text("^[0-9]+(\\.[0-9]{1,6})? *(\(names))$"))])
  }

  private static func defaultValue<Target>(_ setting: Setting<Target>) -> SchemaNode {
    switch setting.get(Target()) {
    case .integer, .fraction, .boolean: .number(setting.shape.format(setting.get(Target())))
    case .quantity, .text: .text(setting.shape.format(setting.get(Target())))
    case .texts: .array([])
    case .pairs: .object([])
    case .none:
      switch setting.shape {
      case .profiles: .object([])
      default: setting.isOptional ? .null : .array([])
      }
    }
  }
}
