package import EventLoop

/// The user's login shell, asked for the PATH that a terminal would have.
///
/// Graphical editors start us with a bare PATH. The shell is interactive, since that is where people set theirs, has a
/// session of its own and no terminal, and is asked once in the life of the process.
@GatewayActor
package final class LoginShell {
  /// How long the shell may take, in milliseconds.
  package nonisolated static let limit: UInt64 = 3000
  /// Around the answer, so that what startup files print does no harm. In the question it stands in two parts, so that
  /// a shell that prints its commands does not print it.
  private nonisolated static let fence = ("__junction_path", "_7c1f__")

  private let supervisor: Supervisor
  private let shell: String
  private let environment: [String]
  private let connection: UInt64
  /// The configuration file's real path, which the shell carries.
  private let configuration: String
  private let clock: LoopClock
  private var answer: Task<String?, Never>?

  /// Prepares the question; `connection` is a number that no server has.
  package init(
    supervisor: Supervisor, connection: UInt64, shell: String = Environment["SHELL"] ?? "/bin/sh",
    environment: [String] = Environment.all, configuration: String = "", clock: LoopClock = .loop
  ) {
    self.supervisor = supervisor
    self.connection = connection
    self.shell = shell
    self.environment = environment
    self.configuration = configuration
    self.clock = clock
  }

  /// Returns the login shell's PATH, or nil when there is no answer within ``limit``.
  package func path() async -> String? {
    if let answer { return await answer.value }
    let task = Task { await ask() }
    answer = task
    return await task.value
  }

  /// What the shell's startup files start for good, such as an agent for keys, is left alone.
  private func ask() async -> String? {
    let fence = "printf %s%s \(Self.fence.0) \(Self.fence.1)"
    let question = "\(fence); printenv PATH; \(fence)"
    let order = SpawnOrder(
      connection: connection, executable: shell, arguments: [shell, "-ilc", question], environment: environment,
      newSession: true, configuration: configuration, server: "login shell", leavesDaemons: true)
    guard case .success(let process) = await supervisor.spawn(order) else { return nil }
    Descriptor.close(process.standardInput)
    guard let output = try? DescriptorReader(taking: process.standardOutput) else {
      Descriptor.close(process.standardOutput)
      Descriptor.close(process.standardError)
      process.end(urgent: true)
      return nil
    }
    let errors = try? TextPort(reading: process.standardError)
    errors?.startReading()
    var printed: [UInt8] = []
    let done = Gate()
    output.onBytes = { bytes in
      printed.append(contentsOf: bytes)
      // A shell that talks without end is no shell to ask; nor is one whose background jobs keep its output open.
      if printed.count > 1 << 20 || Self.answer(in: printed) != nil { done.open() }
    }
    output.onEnd = { done.open() }
    output.start()
    let timer = clock.after(Self.limit) { done.open() }
    await done.wait()
    timer.cancel()
    output.close()
    errors?.close()
    process.end(urgent: true)
    return Self.answer(in: printed)
  }

  /// Returns what stands between the two fences, without its line ending; nil when there are not two, or nothing is.
  nonisolated static func answer(in printed: [UInt8]) -> String? {
    let fence = Array((fence.0 + fence.1).utf8)
    guard let start = printed.firstRange(of: fence),
      let stop = printed[start.upperBound...].firstRange(of: fence)
    else { return nil }
    let line = printed[start.upperBound..<stop.lowerBound].prefix { $0 != UInt8(ascii: "\n") }
    return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
  }
}
