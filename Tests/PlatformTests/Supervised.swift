import EventLoop
import Testing

@testable import Platform

/// Returns an order for a shell script.
func script(_ text: String, connection: UInt64 = 1, in directory: String? = nil) -> SpawnOrder {
  SpawnOrder(
    connection: connection, executable: "/bin/sh", arguments: ["sh", "-c", text],
    environment: ["PATH=/usr/local/bin:/usr/bin:/bin", "WORD=a b"], directory: directory)
}

/// Runs `body` with a supervisor of its own, of which nothing may be left afterwards.
@GatewayActor
func withSupervisor(_ body: @GatewayActor (Supervisor) async throws -> Void) async throws {
  let supervisor = Supervisor()
  try supervisor.start(executable: try Peer.path())
  do {
    try await body(supervisor)
  } catch {
    await supervisor.shutDown(urgent: true)
    throw error
  }
  #expect(await supervisor.shutDown(urgent: true) == [])
}
