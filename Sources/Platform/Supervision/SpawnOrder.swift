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

  package init(
    connection: UInt64, executable: String, arguments: [String], environment: [String], directory: String? = nil,
    newSession: Bool = false
  ) {
    self.connection = connection
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
    self.directory = directory
    self.newSession = newSession
  }
}
