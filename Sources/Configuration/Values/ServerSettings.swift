/// The settings under `junction` in a server's entry, with those of the top-level `junction` as their defaults.
///
/// Times are in milliseconds, sizes in bytes. What each one does stands in ``ServerSettings/table``.
package struct ServerSettings: Equatable, Sendable {
  /// Nil where the file sets none: ``ServerConfiguration/handshakeTimeout`` knows the default.
  package var handshakeTimeout: UInt64?
  package var shutdownTimeout: UInt64 = 1_000
  package var callTimeout: UInt64 = 12 * 3_600_000
  package var progressTimeout: UInt64?
  package var callsInFlight = 256
  package var queue = 1024
  package var maxPages = 1000
  package var maxItems = 100_000
  package var stderrTail = 8 << 10
  package var gracePeriod: UInt64 = 60_000

  package var probeInterval: UInt64 = 30_000
  package var probeTimeout: UInt64 = 5_000
  package var unhealthyAfter = 3
  package var busyEjection: UInt64 = 10 * 60_000
  package var reconnect = ReconnectSettings()
  /// Failures in a row that open the circuit breaker; nil when it never opens.
  package var breakerAfter: Int? = 5
  package var wakeWait: UInt64 = 10_000

  package var instances = 1
  package var shared = true
  package var balancing = BalancingPolicy.roundRobin
  package var affinity = true
  /// Tier of the endpoints that run the entry's own command; the lowest number is used first.
  package var priority = 0
  package var retry = RetrySetting.never
  package var idleTimeout: UInt64 = 10 * 60_000
  package var maxAge: UInt64?
  package var lazy = false
  package var pin = PinPolicy.warn
  package var daemons = DaemonPolicy.end
  /// How an address is reached, where the server is one.
  package var remote = RemoteSettings()
  /// How a person logs in, where the server is remote.
  package var oauth = OAuthSettings()
  /// The configured prefix of public names; nil when it follows from the server's name, empty for none.
  package var prefix: String?
  /// Which of its tools are shown, and how; the filter and the prefix stand elsewhere.
  package var shaping = ShapingRule()

  package init() {}
}
