import EventLoop
import Glibc
import Platform

/// A gateway that has one shell script started by its supervisor, passes the script's output on, and waits to be ended.
enum GatewayRole {
  static func run(_ arguments: [String]) -> Never {
    SignalSource.ignoreBrokenPipes()
    EventLoop.shared.adoptCurrentThread()
    Task { @GatewayActor in await start(script: arguments[0]) }
    EventLoop.shared.run()
  }

  @GatewayActor private static func start(script: String) async {
    let supervisor = Supervisor()
    do {
      try supervisor.start(executable: CommandLine.arguments[0])
      let process = try await supervisor.spawn(
        SpawnOrder(
          connection: 1, executable: "/bin/sh", arguments: ["sh", "-c", script], environment: Environment.all)
      ).get()
      let text = try TextPort(reading: process.standardOutput)
      text.onLine = { line in
        // Unbuffered, so that the test reads it at once.
        let bytes = Array((line + "\n").utf8)
        write(1, bytes, bytes.count)
      }
      text.startReading()
      let ended = SignalSource(SIGTERM) {
        Task { @GatewayActor in
          await supervisor.shutDown(urgent: true)
          exit(0)
        }
      }
      await process.whenGone()
      withExtendedLifetime((text, ended)) {}
    } catch {
      print(error)
      exit(1)
    }
  }
}
