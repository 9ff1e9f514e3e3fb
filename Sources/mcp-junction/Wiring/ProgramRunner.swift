import Configuration
import EventLoop
import Platform

/// Runs programs for what they print, below a supervisor, so that nothing of them is left whatever happens to us.
@GatewayActor
final class ProgramRunner {
  private let surroundings: Surroundings
  /// The gateway's own supervisor, or one that is started when it is first needed.
  private var supervisor: Supervisor?
  private let isForeign: Bool
  /// Servers' connections are numbered from 1 on.
  private var lastConnection = UInt64.max

  init(_ surroundings: Surroundings, below supervisor: Supervisor? = nil) {
    self.surroundings = surroundings
    self.supervisor = supervisor
    isForeign = supervisor != nil
  }

  /// Runs a program.
  ///
  /// - Parameters:
  ///   - words: the program, looked up on PATH where it has no slash, and its arguments.
  ///   - input: what it reads.
  ///   - timeout: milliseconds that it may take.
  ///   - limit: bytes that it may print.
  func run(
    _ words: [String], input: [UInt8] = [], within timeout: UInt64, limit: Int
  ) async -> Result<CommandRun.Outcome, ValueProblem> {
    let found = ExecutableSearch.resolve(
      words[0], path: surroundings.environment["PATH"], base: surroundings.workingDirectory)
    guard case .success(let executable) = found else {
      return .failure(ValueProblem("\(words[0]) is not there, or is no program"))
    }
    guard let supervisor = ready() else { return .failure(ValueProblem("no process can be started")) }
    lastConnection -= 1
    let order = SpawnOrder(
      connection: lastConnection, executable: executable, arguments: words, environment: surroundings.variables,
      directory: surroundings.workingDirectory, newSession: true, server: "value")
    return await CommandRun.run(order, input: input, below: supervisor, within: timeout, limit: limit).mapError {
      ValueProblem(Self.describe($0))
    }
  }

  /// Runs this program in another role.
  func runSelf(
    _ arguments: [String], input: [UInt8] = [], within timeout: UInt64, limit: Int
  ) async -> Result<CommandRun.Outcome, ValueProblem> {
    do throws(PlatformError) {
      return await run([try OwnProcess.image()] + arguments, input: input, within: timeout, limit: limit)
    } catch {
      return .failure(ValueProblem("\(error)"))
    }
  }

  /// Ends what was started here.
  func end() async {
    guard !isForeign, let supervisor else { return }
    self.supervisor = nil
    await supervisor.shutDown(urgent: true)
  }

  private func ready() -> Supervisor? {
    if let supervisor { return supervisor }
    let own = Supervisor()
    guard let image = try? OwnProcess.image(),
      (try? own.start(executable: image, runtimeDirectory: surroundings.runtimeDirectory)) != nil
    else { return nil }
    supervisor = own
    return own
  }

  private static func describe(_ failure: CommandRun.Failure) -> String {
    switch failure {
    case .notStarted(let failure): "\(failure)"
    case .timedOut(let milliseconds): "it took longer than \(milliseconds) ms"
    case .tooLong(let bytes): "it printed more than \(bytes) bytes"
    }
  }
}
