/// A key of a server's entry that means something to the gateway.
struct EntryKey: Sendable {
  enum Shape: Sendable {
    case text, texts, pairs, boolean, milliseconds
    case choice([String])
    case settings
  }

  let name: String
  /// How other programs spell it; all are read.
  var spellings: [String] = []
  let shape: Shape
  /// What its value is, in one sentence.
  let effect: String

  /// What may stand as the type of a subprocess.
  static let processTypes = ["stdio", "local"]
  /// What may stand as the type of a remote server whose transport has to be found out.
  static let undecidedType = "remote"
  /// What may stand as the type of a remote server, and the transport that it means.
  static let transports: [String: RemoteLaunch.Transport] = [
    "http": .streamableHTTP, "streamable-http": .streamableHTTP, "streamableHttp": .streamableHTTP,
    "streamable_http": .streamableHTTP, "streamable": .streamableHTTP, "sse": .sse,
  ]
  /// Every type that is read.
  static let types = processTypes + transports.keys.sorted() + [undecidedType]
  /// The types for whoever has to write one.
  static let commonTypes = ["stdio", "http", "sse"]

  static let table = [
    EntryKey(
      name: "command", spellings: ["cmd"], shape: .text,
      effect: "The program; looked up on PATH when it has no slash."),
    EntryKey(name: "args", shape: .texts, effect: "Its arguments, handed over as they are: no shell sees them."),
    EntryKey(
      name: "env", spellings: ["environment", "envs"], shape: .pairs,
      effect: "Variables set over the inherited environment and over `envFile`."),
    EntryKey(
      name: "envFile", shape: .text, effect: "A file of `NAME=value` lines, set over the inherited environment."),
    EntryKey(name: "cwd", shape: .text, effect: "The working directory; the gateway's own when absent."),
    EntryKey(
      name: "url", spellings: ["serverUrl", "httpUrl", "uri"], shape: .text,
      effect: "The address of a remote server; `unix:///socket#/path` for one behind a Unix socket."),
    EntryKey(name: "headers", spellings: ["http_headers"], shape: .pairs, effect: "Header fields for a remote server."),
    EntryKey(
      name: "type", spellings: ["transport", "transportType"],
      shape: .choice(types),
      effect: "The transport; follows from `command` or `url` when absent."),
    EntryKey(name: "disabled", shape: .boolean, effect: "Whether the entry is kept but not used."),
    EntryKey(name: "enabled", spellings: ["isActive"], shape: .boolean, effect: "The opposite of `disabled`."),
    EntryKey(
      name: "timeout", shape: .milliseconds,
      effect: "How long one call may take in all, in milliseconds; below 1000 it is read as seconds, with a warning."),
    EntryKey(
      name: "includeTools", spellings: ["enabledTools", "enabled_tools", "allowedTools", "allowed_tools", "tools"],
      shape: .texts,
      effect: "The only tools that clients see, by the server's own names; `*` stands for any characters."),
    EntryKey(
      name: "excludeTools", spellings: ["disabledTools", "disabled_tools"], shape: .texts,
      effect: "Tools that clients do not see, by the server's own names; `*` stands for any characters."),
    EntryKey(name: "junction", shape: .settings, effect: "The settings below, for this server alone."),
  ]

  static let names = table.map(\.name)

  private static let namesBySpelling = Dictionary(
    table.flatMap { key in ([key.name] + key.spellings).map { ($0, key.name) } },
    uniquingKeysWith: { first, _ in first })

  /// Returns the name of what a key is a spelling of; nil when it is none of ours.
  static func name(for spelling: String) -> String? { namesBySpelling[spelling] }

  /// What is written by mistake for the same thing.
  private static let slips = [
    "program": "command", "arguments": "args", "argv": "args", "env_file": "envFile", "directory": "cwd", "dir": "cwd",
    "workingDirectory": "cwd", "working_directory": "cwd", "endpoint": "url",
  ]

  /// Returns the key that was probably meant.
  static func nearest(to name: String) -> String? { slips[name] ?? NearestName.of(name, among: names) }
}
