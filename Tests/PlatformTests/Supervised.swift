import EventLoop
import Glibc
import TestSupport
import Testing

@testable import Platform

/// A process with what is heard of it in mailboxes, one for each source: between them there is no order.
@GatewayActor
final class Child {
  enum Stop: Equatable, Sendable {
    case stopped(Int32)
    case continued
  }

  let process: SpawnedProcess
  let lines = Mailbox<String>()
  let stops = Mailbox<Stop>()
  let errorEnd = Gate()
  private let exits = Mailbox<ProcessExit>()
  private let output: TextPort
  private let errors: TextPort

  init(_ process: SpawnedProcess) throws {
    self.process = process
    output = try TextPort(reading: process.standardOutput)
    errors = try TextPort(reading: process.standardError)
    let (lines, stops, errorEnd, exits) = (lines, stops, errorEnd, exits)
    output.onLine = { lines.put($0) }
    errors.onLine = { lines.put("error: " + $0) }
    errors.onEnd = { errorEnd.open() }
    output.startReading()
    errors.startReading()
    process.onExit = { exits.put($0) }
    process.onStopped = { stops.put(.stopped($0)) }
    process.onContinued = { stops.put(.continued) }
  }

  func closeInput() { Descriptor.close(process.standardInput) }

  func line() async -> String { await lines.next() }

  /// Returns the next line's numbers.
  func numbers() async -> [Int32] { await lines.next().split(separator: " ").compactMap { Int32($0) } }

  func exit() async -> ProcessExit { await exits.next() }
}

func script(_ text: String, connection: UInt64 = 1, in directory: String? = nil) -> SpawnOrder {
  SpawnOrder(
    connection: connection, executable: "/bin/sh", arguments: ["sh", "-c", text],
    environment: ["PATH=/usr/local/bin:/usr/bin:/bin", "WORD=a b"], directory: directory)
}

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
