/// One entry of the file's servers.
package struct ServerConfiguration: Equatable, Sendable {
  /// The name as it stands in the file.
  package let name: String
  /// What public names begin with, before the separator: at most 20 characters of `[A-Za-z0-9_-]`, or nothing when it
  /// was configured so.
  package internal(set) var prefix: String
  /// What is wrong with the entry, in the order it was found. It is this server's own failure and leaves the others working.
  package let problems: [ConfigurationProblem]
  package let isDisabled: Bool
  /// Nil when the entry is too wrong to say.
  package let launch: Launch?
  /// What `junction.replicas` lists beside the entry's own.
  let replicas: [ReplicaConfiguration]
  package let settings: ServerSettings
  /// Which of its tools are shown to everybody, and how.
  package let shaping: ToolShaping
  /// Texts that must not be shown: values of `env`, `envFile` and `headers`, and what was put in for `${VAR}`, from 8
  /// characters on.
  package let secrets: [String]

  /// How long a start may take from package caches that are empty.
  static let launcherHandshakeTimeout: UInt64 = 120_000
  private static let handshakeTimeout: UInt64 = 30_000

  package var problem: ConfigurationProblem? { problems.first }

  /// What is run or reached for the server: the entry's own as often as `instances` says, then its replicas.
  package var endpoints: [ReplicaConfiguration] {
    guard let launch else { return [] }
    let own = ReplicaConfiguration(launch: launch, priority: settings.priority)
    return Array(repeating: own, count: settings.instances) + replicas
  }

  /// The addresses at which it is reached, each once, the entry's own first.
  package var remoteLaunches: [RemoteLaunch] {
    endpoints.reduce(into: []) { launches, endpoint in
      guard case .remote(let launch) = endpoint.launch, !launches.contains(where: { $0.url == launch.url }) else {
        return
      }
      launches.append(launch)
    }
  }

  /// Milliseconds from the first frame sent to the end of the handshake; longer for package launchers.
  package var handshakeTimeout: UInt64 {
    settings.handshakeTimeout
      ?? (launch?.process?.isPackageLauncher == true ? Self.launcherHandshakeTimeout : Self.handshakeTimeout)
  }

  /// Milliseconds for one call in all.
  package var callTimeout: UInt64 { settings.callTimeout }

  /// Milliseconds a call may pass without progress; nil for no such limit.
  package var progressTimeout: UInt64? { settings.progressTimeout }
}
