import Configuration
import EventLoop
import Platform

/// `config check`: says everything that is wrong with the configuration, and which programs and directories are not
/// there.
///
/// The status is that of `--list`, as far as the file and what it names decide it.
@GatewayActor
struct CheckCommand {
  nonisolated static let row = Command(
    "config", "check", summary: "Check the configuration and say what is wrong with it.",
    arguments: [
      .init(
        name: "FILE", complaint: nil, effect: "The file; the configuration in use when it is not given.", offer: .files)
    ],
    examples: [
      .init(line: "config check", effect: "Check the configuration in use."),
      .init(line: "config check servers.json", effect: "Check a file before it is used."),
    ]
  ) { context in
    let file = context.invocation.arguments.first
    let surroundings = context.surroundings
    return await CheckCommand(
      context.console, file.map { surroundings.with(configurationFlag: $0) } ?? surroundings
    ).run()
  }

  private let console: Console
  private let surroundings: Surroundings

  private init(_ console: Console, _ surroundings: Surroundings) {
    self.console = console
    self.surroundings = surroundings
  }

  private func run() async -> ExitStatus { await ValueSources.using(surroundings) { await run($0) } }

  private func run(_ values: ValueSources) async -> ExitStatus {
    // Once, since it may be a pipe.
    guard let (path, bytes) = ConfigurationLoading.read(in: surroundings, console) else { return .unusable }
    let access = ConfigurationLoading.access(in: surroundings, values)
    let plain = await ConfigurationLoading.settled(values) {
      Configuration.read(bytes, path: path, in: surroundings, with: access)
    }
    if let failure = plain.failure { return report(plain, problems: failure.problems, status: .unusable) }
    let loginPath = needsLoginPath(plain) ? await LoginPath.ask(in: surroundings) : nil
    let thorough = access.checkingPrograms { [surroundings] in
      ConfigurationLoading.missing(for: $0, in: surroundings, loginPath: loginPath)
    }
    let checked = Configuration.read(bytes, path: path, in: surroundings, with: thorough)
    let problems = checked.servers.filter { !$0.isDisabled }.flatMap(\.problems)
    return report(checked, problems: problems, status: problems.isEmpty ? .good : .failed)
  }

  private func report(
    _ configuration: Configuration, problems: [ConfigurationProblem], status: ExitStatus
  ) -> ExitStatus {
    for problem in problems + configuration.warnings { console.complain(problem) }
    let counts = [(problems.count, "error"), (configuration.warnings.count, "warning")].filter { $0.0 > 0 }
    let found = counts.isEmpty ? "no problem" : counts.map { Self.count($0.0, $0.1) }.joined(separator: ", ")
    console.say("\(configuration.path): \(Self.count(configuration.servers.count, "server")), \(found)\n")
    return status
  }

  private static func count(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }

  // MARK: - The login shell

  /// Whether a program is not found with the PATH that we were given.
  private func needsLoginPath(_ configuration: Configuration) -> Bool {
    configuration.servers.filter { !$0.isDisabled }.flatMap(\.endpoints).contains { endpoint in
      guard let launch = endpoint.launch.process, !launch.command.contains("/") else { return false }
      if case .program? = ConfigurationLoading.missing(for: launch, in: surroundings) {
        return true
      }
      return false
    }
  }
}
