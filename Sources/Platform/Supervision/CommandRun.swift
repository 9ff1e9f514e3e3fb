package import EventLoop
import JSONRPC

/// One run of a program for what it prints.
///
/// It has no terminal, and whatever of it is left when the answer is there is ended.
@GatewayActor
package enum CommandRun {
  /// What came of it.
  package struct Outcome: Sendable {
    /// What it wrote to its standard output.
    package let output: [UInt8]
    /// The end of what it wrote to its standard error; it may hold secrets.
    package let errors: String
    package let exit: ProcessExit
  }

  package enum Failure: Error, Equatable, Sendable {
    case notStarted(SpawnFailure)
    /// It was not through within the time, in milliseconds.
    case timedOut(UInt64)
    /// It printed more than so many bytes.
    case tooLong(Int)
  }

  /// Runs a program to its end.
  ///
  /// - Parameters:
  ///   - order: what is run; its connection is a number that nothing else below the supervisor has.
  ///   - input: what it reads from its standard input.
  ///   - supervisor: its parent.
  ///   - timeout: milliseconds that it may take.
  ///   - limit: bytes that it may print.
  ///   - clock: what is waited by.
  package static func run(
    _ order: SpawnOrder, input: [UInt8] = [], below supervisor: Supervisor, within timeout: UInt64, limit: Int,
    clock: LoopClock = .loop
  ) async -> Result<Outcome, Failure> {
    let process: SpawnedProcess
    switch await supervisor.spawn(order) {
    case .failure(let failure): return .failure(.notStarted(failure))
    case .success(let started): process = started
    }
    defer { process.end(urgent: true) }
    feed(process, input)
    guard let reader = try? DescriptorReader(taking: process.standardOutput) else {
      Descriptor.close(process.standardOutput)
      Descriptor.close(process.standardError)
      return .failure(.notStarted(SpawnFailure(.descriptors, code: 0)))
    }
    let errors = try? TextPort(reading: process.standardError)
    errors?.startReading()
    var output: [UInt8] = []
    let (read, ended, over) = (Gate(), Gate(), Gate())
    reader.onBytes = { bytes in
      output.append(contentsOf: bytes)
      if output.count > limit { over.open() }
    }
    reader.onEnd = { read.open() }
    process.onExit = { _ in ended.open() }
    reader.start()
    let timer = clock.after(timeout) { over.open() }
    // One that hands its output on to something that stays is not waited for beyond its own end.
    await Gate.any(ended, over).wait()
    let grace = clock.after(250) { read.open() }
    await Gate.any(read, over).wait()
    timer.cancel()
    grace.cancel()
    reader.close()
    defer { errors?.close() }
    guard output.count <= limit else { return .failure(.tooLong(limit)) }
    guard ended.isOpen, let exit = process.exit else { return .failure(.timedOut(timeout)) }
    return .success(Outcome(output: output, errors: errors?.tail ?? "", exit: exit))
  }

  /// Writes the input, and then ends it.
  private static func feed(_ process: SpawnedProcess, _ input: [UInt8]) {
    guard !input.isEmpty, let writer = try? DescriptorWriter(taking: process.standardInput) else {
      return Descriptor.close(process.standardInput)
    }
    // It lives until its last byte is written, or nobody reads.
    let release: @GatewayActor () -> Void = {
      writer.close()
      (writer.onClosed, writer.onEnd) = ({}, {})
    }
    (writer.onClosed, writer.onEnd) = (release, release)
    writer.output.append(input)
    writer.closeWhenWritten()
  }
}
