extension ServerSettings: SettingTarget {
  /// A day, beyond which a duration is a mistake; a week where something may really last.
  private static let day: UInt64 = 86_400_000

  static let table: [Setting<ServerSettings>] = [
    .text(
      "prefix", \.prefix, "What this server's public names begin with, before `__`; an empty string for no prefix.",
      isServerOnly: true, defaultNote: "made from the server's name"),

    .boolean("readOnly", \.shaping.readOnly, ShapingRule.readOnlyEffect),
    .boolean("hideDestructive", \.shaping.hidesDestructive, ShapingRule.hideDestructiveEffect),
    .pairs("rename", \.shaping.names, ShapingRule.renameEffect),
    .pairs("describe", \.shaping.descriptions, ShapingRule.describeEffect),

    .duration(
      "handshakeTimeout", \.handshakeTimeout, 100...day,
      "How long a start may take, from the first frame sent to the server until the handshake is over.",
      defaultNote: "30s; 2min for package launchers such as npx, uvx and docker"),
    .duration(
      "shutdownTimeout", \.shutdownTimeout, 0...600_000,
      "How long the server may take to end by itself once its input is closed; SIGTERM follows, and SIGKILL 0.7 s later."
    ),
    .boolean("lazy", \.lazy, "Whether the server is started by its first call instead of at once."),
    .choice(
      "pin", \.pin,
      "Whether the log says so when a tool's definition is another one than the server gave before, in an earlier run as "
        + "well."),
    .duration(
      "callTimeout", \.callTimeout, 100...(7 * day),
      "How long one call may take in all; replaces the entry's `timeout`."),
    .duration(
      "progressTimeout", \.progressTimeout, 100...(7 * day),
      "How long a call may pass without a progress notification; stands still while the server waits for the person.",
      defaultNote: "none"),
    .choice(
      "retry", \.retry,
      "Which calls may be sent again when their connection was lost: `never`, or `readOnly` for tools that say they are "
        + "read-only or idempotent."),

    .integer("callsInFlight", \.callsInFlight, 1...65_536, "Calls in flight on one connection; more are queued."),
    .integer("queue", \.queue, 0...1_000_000, "Calls that wait for a connection; more are refused."),
    .integer("maxPages", \.maxPages, 1...1_000_000, "Pages read of one list of the server's."),
    .integer("maxItems", \.maxItems, 1...10_000_000, "Items kept of one list of the server's."),
    .size(
      "stderrTail", \.stderrTail, 0...(16 << 20), "How much of the server's last standard error is kept for errors."),

    .duration(
      "probeInterval", \.probeInterval, 100...day, "Silence after which the server is asked for a sign of life."),
    .duration("probeTimeout", \.probeTimeout, 100...day, "Silence after a probe that counts as its first miss."),
    .integer("unhealthyAfter", \.unhealthyAfter, 1...1000, "Misses that make an endpoint unhealthy."),
    .duration(
      "busyEjection", \.busyEjection, 1000...(7 * day),
      "Silence after which a server is ended although calls are in flight."),
    .duration(
      "gracePeriod", \.gracePeriod, 0...day, "How long the last lists stay visible after the server was lost."),
    .group(
      "reconnect", "The waits between attempts to bring the server back.",
      [
        .choice("policy", \.reconnect.policy, "How the waits grow."),
        .duration("first", \.reconnect.first, 0...day, "The wait before the first attempt."),
        .duration("base", \.reconnect.base, 0...day, "The wait before the second attempt, from which later ones grow."),
        .duration("cap", \.reconnect.cap, 0...day, "The longest wait."),
        .fraction("jitter", \.reconnect.jitter, 0...1, "The part by which a wait is varied at random."),
        .integer("maxAttempts", \.reconnect.maxAttempts, 1...1_000_000, "Attempts before the server is given up."),
        .duration("resetAfter", \.reconnect.resetAfter, 0...day, "Readiness after which the waits start anew."),
      ]),
    .integer(
      "breakerAfter", \.breakerAfter, 1...1_000_000,
      "Failures in a row after which calls are refused at once until a trial succeeds; `null` for never."),
    .duration("wakeWait", \.wakeWait, 0...day, "How long a call waits for a server that it woke."),

    .integer(
      "instances", \.instances, 1...256, "Processes that run the same command and share the calls.",
      needsRestart: true),
    .replicas(
      "replicas",
      "More commands or addresses for the same server: objects with `command`, `args`, `env`, `envFile`, `cwd`, `url`, "
        + "`type`, `headers` and `priority`; what one does not say is taken from the entry."),
    .boolean("shared", \.shared, "Whether all sessions share the server's processes.", needsRestart: true),
    .choice("balancing", \.balancing, "How calls are spread over several endpoints."),
    .boolean("affinity", \.affinity, "Whether a session stays with its endpoint while that is available."),
    .integer(
      "priority", \.priority, ReplicaKey.priorities,
      "Tier of the entry's own command among its replicas; the lowest is used first.",
      isServerOnly: true, needsRestart: true),
    .duration(
      "idleTimeout", \.idleTimeout, 1000...(365 * day),
      "Idleness after which a process beyond the first is ended, unless it is needed."),
    .duration(
      "maxAge", \.maxAge, 1000...(365 * day), "Age at which a connection is replaced, once nothing is in flight on it.",
      defaultNote: "none"),
    .choice(
      "daemons", \.daemons,
      "Whether processes that left the server's session end with it (`end`) or are its job to start (`leave`).",
      needsRestart: true),

    .text(
      "caFile", \.remote.caFile,
      "A file of certificates (PEM) that are trusted beside the system's directory of them, for a `url`.",
      needsRestart: true,
      defaultNote: "`CURL_CA_BUNDLE`, `SSL_CERT_FILE`, `REQUESTS_CA_BUNDLE` or `NODE_EXTRA_CA_CERTS`"),
    .text(
      "clientCertificate", \.remote.clientCertificate, "A file (PEM) with the certificate that is shown to a `url`.",
      needsRestart: true, defaultNote: "none"),
    .text(
      "clientKey", \.remote.clientKey, "A file (PEM) with the key of `clientCertificate`.",
      needsRestart: true, defaultNote: "in the same file"),
    .text(
      "proxy", \.remote.proxy,
      "The address of a proxy for a `url`, or `direct` for none; this machine itself is always reached directly.",
      needsRestart: true, defaultNote: "`https_proxy`, `http_proxy`, `all_proxy` and `no_proxy`"),
    .duration(
      "connectTimeout", \.remote.connectTimeout, 100...600_000,
      "How long a connection to a `url` may take, TLS included."),
    .choice(
      "httpVersion", \.remote.httpVersion,
      "The version of HTTP that is spoken with a `url`; with `2`, calls share a connection where the server can do that.",
      needsRestart: true),
    .group(
      "oauth", "How a person logs in to a `url`.", isServerOnly: true,
      [
        .text(
          "clientId", \.oauth.clientID,
          "The id of a client that was registered by hand, or the address of a client's metadata document.",
          defaultNote: "the gateway registers itself"),
        .text("clientSecret", \.oauth.clientSecret, "The secret that goes with it.", defaultNote: "none"),
        .text(
          "scopes", \.oauth.scopes, "The rights that are asked for, separated by spaces.",
          defaultNote: "what the server asks for or lists"),
        .text(
          "resource", \.oauth.resource, "What tokens are asked for; an empty string to name nothing.",
          defaultNote: "what the server's metadata says"),
        .text(
          "audience", \.oauth.audience, "Sent as `audience`, where an authorization server wants that.",
          defaultNote: "none"),
        .text(
          "issuer", \.oauth.issuer, "The only authorization server that is taken; it may be in a private network.",
          defaultNote: "the first of the server's that works"),
        .integer(
          "callbackPort", \.oauth.callbackPort, 1...65_535,
          "The port of this machine that the browser is sent back to.",
          defaultNote: "any that is free"),
      ]),
  ]
}
