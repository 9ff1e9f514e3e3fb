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

  /// Returns the configuration, or nil after saying why there is none that can be used. What is odd in it is said.
  static func load(in surroundings: Surroundings, _ console: Console) -> Configuration? {
    guard let (path, bytes) = read(in: surroundings, console) else { return nil }
    let configuration = Configuration.read(bytes, path: path, in: surroundings, with: access(in: surroundings))
    for problem in configuration.failure?.problems ?? [] { console.complain("\(problem)") }
    for warning in configuration.warnings { console.complain("\(warning)") }
    return configuration.failure == nil ? configuration : nil
  }

  /// Returns what there is to serve: whatever can be read of the file, and what is wrong with the rest. No mistake in it, nor
  /// that it is not there, keeps the gateway from serving.
  static func salvage(in surroundings: Surroundings, noting sources: SourceFiles = SourceFiles()) -> Configuration {
    guard let location = surroundings.configuration else {
      return empty(
        "mcp-junction", "there is no configuration: neither XDG_CONFIG_HOME nor HOME is set, give --config PATH")
    }
    let path = surroundings.absolute(location.path)
    sources.note(path)
    do throws(PlatformError) {
      let bytes = try FileSystem.read(path, limit: sizeLimit, patience: patience)
      return Configuration.read(bytes, path: path, in: surroundings, with: access(in: surroundings, noting: sources))
    } catch {
      let places = surroundings.configurationPlaces.split(separator: "\n").map { $0.drop { $0 == " " } }
      return empty(
        path,
        "cannot read the configuration: \(error); write one there, {\"mcpServers\": {…}}, and it is taken up. Looked in: "
          + places.joined(separator: ", "))
    }
  }

  private static func empty(_ path: String, _ message: String) -> Configuration {
    .empty(path: path, problems: [ConfigurationProblem(file: path, line: 1, column: 1, message: message)])
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
      console.complain("\(Program.identity.name): cannot read the configuration: \(error)")
      if location.origin == .configurationDirectory { complainOfNothing(surroundings, console) }
      return nil
    }
  }

  /// What reading asks of the system. Each file is read once: it may be a pipe.
  static func access(in surroundings: Surroundings, noting sources: SourceFiles = SourceFiles()) -> SystemAccess {
    let own = (try? OwnProcess.executablePath()).flatMap { try? FileSystem.identity(of: $0) }
    var files: [String: Result<[UInt8], FileProblem>] = [:]
    return SystemAccess(
      readFile: { path in
        if let known = files[path] { return known }
        sources.note(path)
        let result: Result<[UInt8], FileProblem>
        do throws(PlatformError) {
          result = .success(try FileSystem.read(path, limit: sizeLimit, patience: patience))
        } catch {
          result = .failure(FileProblem("\(error)"))
        }
        files[path] = result
        return result
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
    console.complain("\(Program.identity.name): looked for a configuration in:")
    for place in surroundings.configurationPlaces.split(separator: "\n") { console.complain(String(place)) }
  }
}
