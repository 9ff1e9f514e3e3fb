import Configuration

/// `config schema`: prints the JSON Schema of the configuration.
enum SchemaCommand {
  static let row = Command(
    "config", "schema", summary: "Print the JSON Schema of the configuration.",
    examples: [
      .init(
        line: "config schema >servers.schema.json",
        effect: "For an editor: a key \"$schema\" in the configuration may name that file.")
    ]
  ) { context in context.console.say(ConfigurationSchema.text) }
}
