import EventLoop
import TestSupport
import Testing

@testable import Platform

/// ``StandardStreams`` in a process of its own.
@Suite(.timeLimit(.minutes(1)))
struct StandardStreamsTests {
  private func run(_ redirections: String) async throws -> (output: String, errors: String, exit: ProcessExit) {
    try await onLoop {
      let scratch = try ScratchDirectory()
      let supervisor = Supervisor()
      try supervisor.start(executable: try Peer.path())
      let process = try await supervisor.spawn(
        SpawnOrder(
          connection: 1, executable: "/bin/sh",
          arguments: [
            "sh", "-c", "cd \"$2\"; echo hello > in; \"$1\" streams \(redirections)", "sh", try Peer.path(),
            scratch.path,
          ],
          environment: Environment.all)
      ).get()
      await process.whenGone()
      for descriptor in [process.standardInput, process.standardOutput, process.standardError] {
        Descriptor.close(descriptor)
      }
      #expect(await supervisor.shutDown(urgent: true) == [])
      return (scratch.read("out") ?? "", scratch.read("err") ?? "", process.exit ?? .unknown)
    }
  }

  @Test func strayReadsAndPrintsDoNotReachTheClient() async throws {
    let result = try await run("<in >out 2>err")
    #expect(result == ("hello\n", "stray\n", .code(0)))
  }

  @Test func closedStreamsAreTheNullDevice() async throws {
    #expect(try await run("<&- >out 2>err") == ("", "stray\n", .code(0)))
    #expect(try await run("<in >&- 2>err") == ("", "stray\n", .code(0)))
    #expect(try await run("<in >out 2>&-") == ("hello\n", "", .code(0)))
    #expect(try await run("<&- >&- 2>&-") == ("", "", .code(0)))
  }
}
