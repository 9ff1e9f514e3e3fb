import Authorization
import Configuration
import Editors
import EventLoop
import Platform

/// What `doctor` finds in the configuration, and of the programs that it names.
@GatewayActor
struct ConfigurationCheck {
  /// What a program has that an editor starts from the desktop, where nothing else is known.
  private static let barePath = "/usr/bin:/bin:/usr/sbin:/sbin"

  private let surroundings: Surroundings
  private let own: OwnFile
  private let values: ValueSources

  init(_ surroundings: Surroundings, _ own: OwnFile, _ values: ValueSources) {
    self.surroundings = surroundings
    self.own = own
    self.values = values
  }

  func findings(loginPath: String?) async -> [Finding] {
    guard let bytes = own.bytes else {
      return [
        Finding(
          .error(.noConfiguration), "configuration", "there is none at \(own.path)",
          cure: "mcp-junction import, or mcp-junction add NAME -- COMMAND")
      ]
    }
    let access = ConfigurationLoading.access(in: surroundings, values).checkingPrograms { [surroundings] launch in
      ConfigurationLoading.missing(for: launch, in: surroundings, loginPath: loginPath)
    }
    let read = await ConfigurationLoading.settled(values) {
      Configuration.read(bytes, path: own.path, in: surroundings, with: access)
    }
    let problems = read.problems + read.servers.filter { !$0.isDisabled }.flatMap(\.problems)
    var findings = (problems + read.warnings).map(finding)
    if findings.isEmpty {
      let count = read.servers.count
      findings.append(Finding(.good, "configuration", "\(own.path), \(count) server\(count == 1 ? "" : "s")"))
    }
    findings += read.servers.filter { !$0.isDisabled && $0.problem == nil }.compactMap { search($0, loginPath) }
    return findings + logins(read) + mode()
  }

  private func finding(_ problem: ConfigurationProblem) -> Finding {
    let complaint = Complaint(problem)
    let kind: Finding.Kind = problem.severity == .error ? .error(complaint) : .warning(complaint)
    let place = "\(problem.file):\(problem.line):\(problem.column)"
    // What is to be done stands behind the first semicolon, where the problem says it.
    let parts = problem.message.split(separator: "; ", maxSplits: 1).map(String.init)
    let otherwise = problem.server.map { "install it, or mcp-junction disable \($0)" }
    let cure = parts.count > 1 ? parts[1] : problem.kind == .noProgram ? otherwise : nil
    return Finding(kind, problem.server ?? "configuration", "\(short(parts[0])) (\(place))", cure: cure)
  }

  /// Leaves out the whole PATH that was searched.
  private func short(_ message: String) -> String {
    guard let range = message.firstRange(of: "was not found in PATH: ") else { return message }
    return message[..<range.lowerBound] + "is neither on this PATH nor on the login shell's"
  }

  /// Finds a program that is there for this terminal alone.
  private func search(_ server: ServerConfiguration, _ loginPath: String?) -> Finding? {
    guard let launch = server.endpoints.first?.launch.process, !launch.command.contains("/"),
      !launch.environment.contains(where: { $0.name == "PATH" })
    else { return nil }
    let base = launch.directory ?? surroundings.workingDirectory
    for path in [Self.barePath, loginPath] {
      if case .success = ExecutableSearch.resolve(launch.command, path: path, base: base) { return nil }
    }
    guard
      case .success(let found) = ExecutableSearch.resolve(
        launch.command, path: surroundings.environment["PATH"], base: base)
    else { return nil }
    return Finding(
      .warning(.terminalOnly), server.name,
      "'\(launch.command)' is on the PATH of this terminal only; an editor that is started elsewhere has another",
      cure: "write \"command\": \"\(found)\", or add its directory to PATH in the login shell's profile")
  }

  /// Finds remote servers that want a login, as far as that is known on this machine.
  private func logins(_ configuration: Configuration) -> [Finding] {
    let logins = Logins(in: surroundings, of: configuration)
    return configuration.servers.filter { !$0.isDisabled && $0.problem == nil }.flatMap { server in
      logins.places(of: server).compactMap { place in
        guard case .success(let place) = place else { return nil }
        let status = LoginStatus(
          place.target, record: place.store.load(), hasOwnHeader: place.hasOwnHeader, now: WallClock.milliseconds)
        guard !status.isWell else { return nil }
        let reason = logins.secrets.redact(status.reason ?? "")
        return Finding(
          .error(.loginFailed), server.name, "needs a login (\(reason))", cure: status.place.loginCommand)
      }
    }
  }

  /// Finds a file that others may read although secrets stand in it.
  private func mode() -> [Finding] {
    let names = own.entries.flatMap(\.plainSecrets)
    guard !names.isEmpty, let mode = FileSystem.mode(of: own.path), mode & 0o077 != 0 else { return [] }
    let path = own.path
    return [
      Finding(
        .warning(.openToOthers), "configuration",
        "others on this machine may read \(path), where \(names.joined(separator: ", ")) stands in plain text",
        cure: "chmod 600 \(path); --fix does it"
      ) { () throws(PlatformError) in try FileSystem.setMode(of: path, to: mode & 0o700) }
    ]
  }
}
