/// A key of a server's entry that means something to the gateway.
struct EntryKey: Sendable {
  enum Shape: Sendable {
    case text, texts, pairs, boolean, milliseconds
    case choice([String])
    case settings
  }

  let name: String
  let shape: Shape
  /// What its value is, in one sentence.
  let effect: String

  /// The transports of remote servers, as the editors spell them.
  static let remoteTypes = ["http", "sse", "streamable-http", "streamableHttp"]

  static let table = [
    EntryKey(name: "command", shape: .text, effect: "The program; looked up on PATH when it has no slash."),
    EntryKey(name: "args", shape: .texts, effect: "Its arguments, handed over as they are: no shell sees them."),
    EntryKey(name: "env", shape: .pairs, effect: "Variables set over the inherited environment and over `envFile`."),
    EntryKey(
      name: "envFile", shape: .text, effect: "A file of `NAME=value` lines, set over the inherited environment."),
    EntryKey(name: "cwd", shape: .text, effect: "The working directory; the gateway's own when absent."),
    EntryKey(name: "url", shape: .text, effect: "The address of a remote server (not supported yet)."),
    EntryKey(name: "headers", shape: .pairs, effect: "Header fields for a remote server."),
    EntryKey(
      name: "type", shape: .choice(["stdio"] + remoteTypes),
      effect: "The transport; follows from `command` or `url` when absent."),
    EntryKey(name: "disabled", shape: .boolean, effect: "Whether the entry is kept but not used."),
    EntryKey(
      name: "timeout", shape: .milliseconds,
      effect: "How long one call may take in all, in milliseconds; below 1000 it is read as seconds, with a warning."),
    EntryKey(name: "junction", shape: .settings, effect: "The settings below, for this server alone."),
  ]

  static let names = table.map(\.name)

  /// What other programs call the same thing.
  private static let synonyms = [
    "cmd": "command", "program": "command", "arguments": "args", "argv": "args", "environment": "env",
    "envs": "env", "env_file": "envFile", "directory": "cwd", "dir": "cwd", "workingDirectory": "cwd",
    "working_directory": "cwd", "serverUrl": "url", "httpUrl": "url", "endpoint": "url", "enabled": "disabled",
    "transport": "type",
  ]

  /// Returns the key that was probably meant.
  static func nearest(to name: String) -> String? { synonyms[name] ?? NearestName.of(name, among: names) }
}
