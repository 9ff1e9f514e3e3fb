import Configuration

/// One replica of a server as it is configured. Its lanes are the server's, each for those who may share it.
struct Endpoint {
  let launch: Launch
  /// Endpoints of a lower number are used first.
  let priority: Int
  /// Whether the server can do without it while there is little to do.
  let isExtra: Bool
}
