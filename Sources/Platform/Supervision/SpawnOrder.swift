/// One process to start: everything that `execve` and the supervisor need, nothing left to look up.
package struct SpawnOrder: Equatable, Sendable {
  /// Who the process belongs to; never used twice in the life of a gateway.
  package var connection: UInt64
  /// The program's path, already resolved.
  package var executable: String
  /// The argument vector, the program's own name first.
  package var arguments: [String]
  /// The whole environment, each element `NAME=value`.
  package var environment: [String]
  /// The working directory; nil for the gateway's own.
  package var directory: String?
  /// Whether the process leads a session of its own instead of only a group: login shells.
  package var newSession: Bool
  /// The configuration file's real path, for the marker.
  package var configuration: String
  /// The server's name, for its marker.
  package var server: String
  /// Whether processes that made themselves a session of their own may stay behind: a server whose job is to start them.
  package var leavesDaemons: Bool
  /// Milliseconds that it may take to end by itself once its input is closed; the whole ladder takes 1.7 s more.
  package var patience: UInt64
  /// The marker's token, once it is in the environment.
  var marker = ""
  /// What stops the server's container, when it runs in one.
  var container: ContainerStop?

  package init(
    connection: UInt64, executable: String, arguments: [String], environment: [String], directory: String? = nil,
    newSession: Bool = false, configuration: String = "", server: String = "", leavesDaemons: Bool = false,
    patience: UInt64 = Ladder.patience
  ) {
    self.connection = connection
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
    self.directory = directory
    self.newSession = newSession
    self.configuration = configuration
    self.server = server
    self.leavesDaemons = leavesDaemons
    self.patience = patience
  }
}
