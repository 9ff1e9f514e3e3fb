import Configuration
import EventLoop
import Platform

/// The PATH of the user's login shell, which the start of a server falls back on.
@GatewayActor
enum LoginPath {
  /// Asks the login shell as the start of a server does; nil when it does not tell.
  static func ask(in surroundings: Surroundings) async -> String? {
    let supervisor = Supervisor()
    guard let image = try? OwnProcess.image(),
      (try? supervisor.start(executable: image, runtimeDirectory: surroundings.runtimeDirectory)) != nil
    else { return nil }
    let shell = LoginShell(
      supervisor: supervisor, connection: 0, shell: surroundings.environment["SHELL"] ?? "/bin/sh",
      environment: surroundings.variables)
    let path = await shell.path()
    await supervisor.shutDown(urgent: true)
    return path
  }
}
