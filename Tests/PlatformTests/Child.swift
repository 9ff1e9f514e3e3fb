import EventLoop
import TestSupport

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
  private let exits = Mailbox<ProcessExit>()
  private let output: TextPort
  private let errors: TextPort

  init(_ process: SpawnedProcess) throws {
    self.process = process
    output = try TextPort(reading: process.standardOutput)
    errors = try TextPort(reading: process.standardError)
    let (lines, stops, exits) = (lines, stops, exits)
    output.onLine = { lines.put($0) }
    errors.onLine = { lines.put("error: " + $0) }
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
