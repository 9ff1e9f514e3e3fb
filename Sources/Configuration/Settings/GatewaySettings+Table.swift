extension GatewaySettings: SettingTarget {
  /// What may stand in the top-level `junction`: the gateway's own settings, then the defaults for servers.
  static let table: [Setting<GatewaySettings>] =
    own + ServerSettings.table.filter { !$0.isServerOnly }.map { $0.lifted(to: \.servers) }

  static let own: [Setting<GatewaySettings>] = [
    .size("maxFrame", \.maxFrame, (64 << 10)...(4 << 30), "The longest message taken from a client or a server."),
    .integer("callsPerSession", \.callsPerSession, 1...1_000_000, "Calls in flight for one client; more are queued."),
    .size(
      "maxQueuedBytes", \.maxQueuedBytes, (1 << 20)...(64 << 30),
      "Bytes of queued requests, beyond which calls are refused."),
    .size(
      "unreadLimit", \.unreadLimit, (64 << 10)...(4 << 30),
      "Bytes a client may leave unread before servers are no longer read."),

    .duration("listsWait", \.listsWait, 0...600_000, "How long the first lists wait for servers that are starting."),
    .duration(
      "initializeWait", \.initializeWait, 0...600_000,
      "How long the handshake waits for instructions of unknown servers."),
    .duration(
      "unknownNameWait", \.unknownNameWait, 0...600_000,
      "How long a call to an unknown name waits for servers to settle."),
    .duration(
      "endOfInputWait", \.endOfInputWait, 0...600_000,
      "How long calls in flight may still be answered after end of input."),

    .duration(
      "inputWait", \.inputWait, 1_000...86_400_000,
      "How long a call waits for a modern client that was asked something to come back with the answer."),
    .integer(
      "parkedCalls", \.parkedCalls, 0...100_000, "Calls of one client that may wait for such answers at the same time."),
    .integer(
      "inputRounds", \.inputRounds, 1...1_000, "How often a modern server may ask a legacy client within one call."),
    .text(
      "extensions", \.extensions,
      "Identifiers of protocol extensions, separated by commas, that are let through besides tasks and MCP Apps.",
      defaultNote: "none"),

    .integer(
      "nameLimit", \.nameLimit, 24...128,
      "Characters of a public name; longer ones end in a hash. Names without a prefix may have 64."),
    .choice(
      "uriPolicy", \.uriPolicy, "Whether a resource's URI gets its server's prefix always or only where two clash."),
    .choice(
      "face", \.face,
      "How clients are shown tools: all as a `list`, or through a few that `search`, describe and call them."),
    .profiles("profiles", "What some clients see instead, by names of your own: see docs/shaping.md."),
    .boolean("labels", \.labels, "Whether elicitations and log messages name the server they come from."),
    .size(
      "instructionsBudget", \.instructionsBudget, 0...(1 << 20), "Bytes that the servers' instructions share."),

    .choice(
      "commands", \.commands,
      "Whether `${cmd:…}` may run a program, and how: `direct` splits it into words, `shell` gives it to `/bin/sh -c`."),
    .duration("commandTimeout", \.commandTimeout, 100...600_000, "How long a program may take that `${cmd:…}` runs."),

    .choice("logLevel", \.logLevel, "The least urgent of what is written to standard error."),
    .choice("logFormat", \.logFormat, "How lines of the log are written."),
    .boolean("logFiles", \.logFiles, "Whether each server's lines are kept in a file of its own."),
    .size("logFileSize", \.logFileSize, (16 << 10)...(1 << 30), "Bytes from which on a log file is moved aside."),
    .integer("logFileCount", \.logFileCount, 1...100, "Files that are kept of each log."),
    .choice("audit", \.audit, "Whether calls are written down, and whether with their arguments."),
    .text("metricsFile", \.metricsFile, "A file that metrics are written to, in Prometheus text.", defaultNote: "none"),
    .duration("metricsInterval", \.metricsInterval, 100...86_400_000, "How often the metrics file is written."),
  ]
}
