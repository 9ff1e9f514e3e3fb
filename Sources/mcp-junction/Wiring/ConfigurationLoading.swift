import Configuration
import EventLoop
import Gateway
import Platform

/// Finds and reads the configuration, and says what is wrong with it.
@GatewayActor
enum ConfigurationLoading {
  /// Bytes of a configuration, or of an `envFile`, beyond which it is not read.
  private static let sizeLimit = 16 << 20

  /// Milliseconds for which somebody may take to write a configuration or an `envFile` that is a pipe: password managers
  /// offer secrets that way.
  private static let patience: UInt64 = 2000

  /// Milliseconds that a gateway which begins to serve waits for commands and the keyring. What takes longer is taken up
  /// when it is there.
  private static let servingPatience: UInt64 = 2_000

  /// Returns the configuration, or nil after saying why there is none that can be used. What is odd in it is said, and what
  /// it wants to have typed is asked for where there is a terminal.
  static func load(
    in surroundings: Surroundings, _ console: Console, _ values: ValueSources
  ) async -> Configuration? {
    guard let (path, bytes) = read(in: surroundings, console) else { return nil }
    let access = access(in: surroundings, values)
    let readAgain: @GatewayActor () -> Configuration = {
      Configuration.read(bytes, path: path, in: surroundings, with: access)
    }
    var configuration = await settled(values, readAgain)
    let missing = values.missingInputs
    if !missing.isEmpty, await InputQuestions(console, values.secrets).ask(missing, configuration.inputs) {
      values.renew()
      await RunningGateways(on: path, in: surroundings).takeUp()
      configuration = await settled(values, readAgain)
    }
    for problem in configuration.failure?.problems ?? [] { console.complain(problem) }
    for warning in configuration.warnings { console.complain(warning) }
    return configuration.failure == nil ? configuration : nil
  }

  /// The same for a command that starts no gateway.
  static func loadOnce(in surroundings: Surroundings, _ console: Console) async -> Configuration? {
    await ValueSources.using(surroundings) { await load(in: surroundings, console, $0) }
  }

  /// Reads until everything is known that the reading asks for, or has failed.
  ///
  /// - Parameters:
  ///   - values: what is asked.
  ///   - patience: milliseconds for all of it; nil for as long as it takes, which has limits of its own.
  ///   - read: reads the same bytes with what is known.
  static func settled(
    _ values: ValueSources, within patience: UInt64? = nil, _ read: @GatewayActor () -> Configuration
  ) async -> Configuration {
    let end = patience.map { LoopClock.loop.now().advanced(by: $0) }
    var configuration = read()
    while await values.answer(within: end.map { $0.since(LoopClock.loop.now()) }) { configuration = read() }
    return configuration
  }

  /// Returns what there is to serve at the start, when there is a moment for commands and the keyring. What they have not
  /// said by then is missing.
  static func begin(
    in surroundings: Surroundings, _ values: ValueSources, noting sources: SourceFiles
  ) async -> Configuration {
    switch source(in: surroundings, noting: sources) {
    case .failure(let nothing): return nothing.configuration
    case .success(let (path, bytes)):
      // Once: it may be a pipe.
      let access = access(in: surroundings, values, noting: sources)
      return await settled(values, within: servingPatience) {
        Configuration.read(bytes, path: path, in: surroundings, with: access)
      }
    }
  }

  /// Returns what there is to serve: whatever can be read of the file, and what is wrong with the rest. No mistake in it, nor
  /// that it is not there, keeps the gateway from serving.
  static func salvage(
    in surroundings: Surroundings, _ values: ValueSources, noting sources: SourceFiles
  ) -> Configuration {
    switch source(in: surroundings, noting: sources) {
    case .failure(let nothing): nothing.configuration
    case .success(let (path, bytes)):
      Configuration.read(bytes, path: path, in: surroundings, with: access(in: surroundings, values, noting: sources))
    }
  }

  /// That there is nothing to read, as a configuration that says so.
  private struct Nothing: Error {
    let configuration: Configuration
  }

  private static func source(
    in surroundings: Surroundings, noting sources: SourceFiles
  ) -> Result<(path: String, bytes: [UInt8]), Nothing> {
    guard let location = surroundings.configuration else {
      return .failure(
        empty(
          "mcp-junction", "there is no configuration: neither XDG_CONFIG_HOME nor HOME is set, give --config PATH"))
    }
    let path = surroundings.absolute(location.path)
    do throws(PlatformError) {
      return .success((path, try sources.read(path, limit: sizeLimit, patience: patience)))
    } catch {
      let places = surroundings.configurationPlaces.split(separator: "\n").map { $0.drop { $0 == " " } }
      return .failure(
        empty(
          path,
          "cannot read the configuration: \(error); write one there, {\"mcpServers\": {…}}, and it is taken up. Looked in: "
            + places.joined(separator: ", ")))
    }
  }

  private static func empty(_ path: String, _ message: String) -> Nothing {
    Nothing(
      configuration: .empty(
        path: path, problems: [ConfigurationProblem(file: path, line: 1, column: 1, message: message)]))
  }

  /// Returns the bytes of the configuration and its absolute path, or nil after saying why it cannot be read.
  static func read(in surroundings: Surroundings, _ console: Console) -> (path: String, bytes: [UInt8])? {
    guard let location = surroundings.configuration else {
      complainOfNothing(surroundings, console)
      return nil
    }
    let path = surroundings.absolute(location.path)
    do throws(PlatformError) {
      return (path, try FileSystem.read(path, limit: sizeLimit, patience: patience))
    } catch {
      console.complain(.noConfiguration, "cannot read the configuration: \(error)")
      if location.origin == .configurationDirectory { complainOfNothing(surroundings, console) }
      return nil
    }
  }

  /// What reading asks of the system. Each file is read once: it may be a pipe.
  static func access(
    in surroundings: Surroundings, _ values: ValueSources, noting sources: SourceFiles = SourceFiles()
  ) -> SystemAccess {
    let own = (try? OwnProcess.executablePath()).flatMap { try? FileSystem.identity(of: $0) }
    var files: [String: Result<[UInt8], FileProblem>] = [:]
    func readFile(_ path: String) -> Result<[UInt8], FileProblem> {
      if let known = files[path] { return known }
      let result: Result<[UInt8], FileProblem>
      do throws(PlatformError) {
        result = .success(try sources.read(path, limit: sizeLimit, patience: patience))
      } catch {
        result = .failure(FileProblem("\(error)"))
      }
      files[path] = result
      return result
    }
    return SystemAccess(
      readFile: readFile,
      look: { source in
        guard case .file(let path) = source else { return values.look(source) }
        return readFile(path).mapError { ValueProblem($0.reason) }.flatMap(ValueSources.text)
      },
      gateway: { launch in
        let found = ExecutableSearch.resolve(
          launch.command, path: surroundings.environment["PATH"], base: surroundings.workingDirectory)
        guard let own, let path = try? found.get(), (try? FileSystem.identity(of: path)) == own else { return nil }
        return gateway(of: launch, in: surroundings)
      },
      missing: { missing(for: $0, in: surroundings) },
      areSameFile: { one, other in
        guard let first = try? FileSystem.identity(of: one), let second = try? FileSystem.identity(of: other) else {
          return one == other
        }
        return first == second
      })
  }

  /// Returns what a process cannot be started without and is not there, by the same search as at its start.
  ///
  /// `loginPath` is the login shell's PATH, where programs are looked for that are not on ours.
  nonisolated static func missing(
    for launch: ProcessLaunch, in surroundings: Surroundings, loginPath: String? = nil
  ) -> MissingFile? {
    if let directory = launch.directory, !FileSystem.isDirectory(directory) {
      return .directory(reason: "\(directory) is no directory")
    }
    let base = launch.directory ?? surroundings.workingDirectory
    let path = launch.environment.last { $0.name == "PATH" }?.value ?? surroundings.environment["PATH"]
    guard case .failure(let failure) = ExecutableSearch.resolve(launch.command, path: path, base: base) else {
      return nil
    }
    if case .notFound = failure, !launch.command.contains("/"), let loginPath,
      case .success = ExecutableSearch.resolve(launch.command, path: loginPath, base: base)
    {
      return nil
    }
    return .program(reason: "\(failure)")
  }

  /// Returns the surroundings that this program would have as a server; nil when it would not come so far.
  nonisolated static func gateway(of launch: ProcessLaunch, in surroundings: Surroundings) -> Surroundings? {
    guard case .success(let invocation) = CommandTable.parse(launch.arguments) else { return nil }
    var environment = surroundings.environment
    for variable in launch.environment { environment[variable.name] = variable.value }
    return Surroundings(
      environment: environment, workingDirectory: launch.directory ?? surroundings.workingDirectory,
      configurationFlag: invocation.value(of: .config))
  }

  private static func complainOfNothing(_ surroundings: Surroundings, _ console: Console) {
    console.complain(.noConfiguration, "looked for a configuration in:")
    for place in surroundings.configurationPlaces.split(separator: "\n") { console.tell(String(place)) }
  }
}
