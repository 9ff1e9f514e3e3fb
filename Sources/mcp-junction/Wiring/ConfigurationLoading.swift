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
  static func load(_ arguments: Arguments, _ console: Console) -> Configuration? {
    let environment = Environment.values
    guard let location = ConfigurationLocation.choose(flag: arguments.configurationPath, environment: environment)
    else {
      complainOfNothing(arguments, environment, console)
      return nil
    }
    let path = absolute(location.path)
    let bytes: [UInt8]
    do throws(PlatformError) {
      bytes = try FileSystem.read(path, limit: sizeLimit)
    } catch {
      console.complain("\(Program.identity.name): cannot read the configuration: \(error)")
      if location.origin == .configurationDirectory { complainOfNothing(arguments, environment, console) }
      return nil
    }
    let currentDirectory = currentDirectory
    let ownIdentity = (try? OwnProcess.executablePath()).flatMap { try? FileSystem.identity(of: $0) }
    let surroundings = ConfigurationSurroundings(
      environment: environment, currentDirectory: currentDirectory,
      readFile: { path in
        do throws(PlatformError) {
          return .success(try FileSystem.read(path, limit: sizeLimit))
        } catch {
          return .failure(FileProblem("\(error)"))
        }
      },
      isThisProgram: { command in
        let found = ExecutableSearch.resolve(command, path: environment["PATH"], base: currentDirectory)
        guard let ownIdentity, let path = try? found.get() else { return false }
        return (try? FileSystem.identity(of: path)) == ownIdentity
      },
      areSameFile: { one, other in
        guard let first = try? FileSystem.identity(of: one), let second = try? FileSystem.identity(of: other) else {
          return one == other
        }
        return first == second
      })
    switch Configuration.read(bytes, path: path, in: surroundings) {
    case .failure(let failure):
      for problem in failure { console.complain("\(problem)") }
      return nil
    case .success(let configuration):
      for warning in configuration.warnings { console.complain("\(warning)") }
      return configuration
    }
  }

  /// `config check`: says everything that is wrong. The status is that of `--list`, as far as the file alone decides it.
  static func check(_ arguments: Arguments, _ console: Console) -> Int32 {
    guard let configuration = load(arguments, console) else { return Status.unusable }
    var status = Status.good
    for server in configuration.servers where !server.isDisabled {
      for problem in server.problems {
        console.complain("\(problem)")
        status = Status.failed
      }
    }
    let count = configuration.servers.count
    console.say("\(configuration.path): \(count) server\(count == 1 ? "" : "s")")
    console.say(status == Status.good ? ", no problem\n" : ", with problems\n")
    return status
  }

  private static func complainOfNothing(
    _ arguments: Arguments, _ environment: [String: String], _ console: Console
  ) {
    console.complain("\(Program.identity.name): looked for a configuration in:")
    console.complain(ConfigurationLocation.places(flag: arguments.configurationPath, environment: environment))
  }

  private static var currentDirectory: String { (try? OwnProcess.workingDirectory()) ?? "/" }

  private static func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : currentDirectory + "/" + path
  }
}
