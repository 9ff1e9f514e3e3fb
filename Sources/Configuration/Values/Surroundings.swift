/// What a process is given from outside besides its streams.
///
/// It is taken once, where the program begins, and handed in from there: several gateways in one process can each have
/// their own.
package struct Surroundings: Equatable, Sendable {
  /// Every variable by its name.
  package let environment: [String: String]
  /// Where relative paths start; absolute.
  package let workingDirectory: String
  /// The configuration that the command line names, as it was given.
  package let configurationFlag: String?

  package init(environment: [String: String], workingDirectory: String = "/", configurationFlag: String? = nil) {
    self.environment = environment
    self.workingDirectory = workingDirectory
    self.configurationFlag = configurationFlag
  }

  /// The environment as a process is given it, each variable `NAME=value`.
  package var variables: [String] { environment.map { "\($0)=\($1)" } }

  /// Returns the same surroundings with a configuration that the command line names.
  package func with(configurationFlag: String?) -> Surroundings {
    Surroundings(
      environment: environment, workingDirectory: workingDirectory, configurationFlag: configurationFlag)
  }

  // MARK: - Directories

  /// The user's home directory; nil when none is known.
  package var homeDirectory: String? { directory("HOME") }

  /// The directory for users' settings (XDG Base Directory Specification).
  package var configurationDirectory: String? { directory("XDG_CONFIG_HOME") ?? belowHome(".config") }

  /// The directory for what can be made anew (XDG Base Directory Specification).
  package var cacheDirectory: String? { directory("XDG_CACHE_HOME") ?? belowHome(".cache") }

  /// The directory for what is to be kept but is no setting (XDG Base Directory Specification).
  package var stateDirectory: String? { directory("XDG_STATE_HOME") ?? belowHome(".local/state") }

  /// The directory for sockets (XDG Base Directory Specification), which has no default.
  package var runtimeDirectory: String? { directory("XDG_RUNTIME_DIR") }

  /// Returns the path from the root that a path means here.
  package func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    return workingDirectory == "/" ? "/\(path)" : "\(workingDirectory)/\(path)"
  }

  /// Returns a variable's value when it is an absolute path; the specification demands that others are passed over.
  private func directory(_ variable: String) -> String? {
    environment[variable].flatMap { $0.hasPrefix("/") ? $0 : nil }
  }

  private func belowHome(_ name: String) -> String? { homeDirectory.map { $0 == "/" ? "/\(name)" : "\($0)/\(name)" } }
}
