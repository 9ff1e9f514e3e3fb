import Configuration
import EventLoop
import Gateway
import Platform

/// Finds and reads the configuration, and says what is wrong with it.
@GatewayActor
enum ConfigurationLoading {
  /// Bytes of a configuration, or of an `envFile`, beyond which it is not read.
  private static let sizeLimit = 16 << 20

  /// Returns the configuration, or nil after saying why there is none.
  static func load(in surroundings: Surroundings, _ console: Console) -> Configuration? {
    guard let location = surroundings.configuration else {
      complainOfNothing(surroundings, console)
      return nil
    }
    let path = surroundings.absolute(location.path)
    let bytes: [UInt8]
    do throws(PlatformError) {
      bytes = try FileSystem.read(path, limit: sizeLimit)
    } catch {
      console.complain("\(Program.identity.name): cannot read the configuration: \(error)")
      if location.origin == .configurationDirectory { complainOfNothing(surroundings, console) }
      return nil
    }
    switch Configuration.read(bytes, path: path, in: surroundings, with: access(in: surroundings)) {
    case .failure(let failure):
      for problem in failure { console.complain("\(problem)") }
      return nil
    case .success(let configuration):
      for warning in configuration.warnings { console.complain("\(warning)") }
      return configuration
    }
  }

  /// What reading asks of the system.
  static func access(in surroundings: Surroundings) -> SystemAccess {
    let own = (try? OwnProcess.executablePath()).flatMap { try? FileSystem.identity(of: $0) }
    return SystemAccess(
      readFile: { path in
        do throws(PlatformError) {
          return .success(try FileSystem.read(path, limit: sizeLimit))
        } catch {
          return .failure(FileProblem("\(error)"))
        }
      },
      gateway: { launch in
        let found = ExecutableSearch.resolve(
          launch.command, path: surroundings.environment["PATH"], base: surroundings.workingDirectory)
        guard let own, let path = try? found.get(), (try? FileSystem.identity(of: path)) == own else { return nil }
        return gateway(of: launch, in: surroundings)
      },
      areSameFile: { one, other in
        guard let first = try? FileSystem.identity(of: one), let second = try? FileSystem.identity(of: other) else {
          return one == other
        }
        return first == second
      })
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
    console.complain(surroundings.configurationPlaces)
  }
}
