/// How a document is written.
package enum DocumentFormat: String, Sendable {
  /// JSON; comments and trailing commas are kept where they are.
  case json = "JSON"
  case toml = "TOML"
  case yaml = "YAML"
}
