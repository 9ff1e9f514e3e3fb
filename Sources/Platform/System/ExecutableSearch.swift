#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The search for the program that a `command` names, as `execvp` does it, without running anything.
package enum ExecutableSearch {
  /// Why no program was found.
  package enum Failure: Error, Equatable, Sendable, CustomStringConvertible {
    /// No such file in any of the directories, or at the one path that the command itself is.
    case notFound(command: String, searched: [String])
    /// It is there, and may not be executed: a directory, or no permission.
    case notExecutable(path: String)

    package var description: String {
      switch self {
      case .notFound(let command, let searched) where command.contains("/"):
        "\(searched.first ?? command) does not exist"
      case .notFound(let command, let searched) where searched.isEmpty:
        "\(command) was not found: PATH is empty"
      case .notFound(let command, let searched):
        "\(command) was not found in PATH: \(searched.joined(separator: ":"))"
      case .notExecutable(let path): "\(path) is not an executable file"
      }
    }
  }

  /// Returns the program's path. A command with a slash is a path, and a relative one starts at `base`; any other is
  /// looked for in the directories of `path`, of which relative ones, and an empty one, start at `base` as well.
  package static func resolve(
    _ command: String, path: String?, base: String
  ) -> Result<String, Failure> {
    guard !command.isEmpty else { return .failure(.notFound(command: command, searched: [])) }
    if command.contains("/") {
      let file = absolute(command, base)
      if isExecutable(file) { return .success(file) }
      return .failure(exists(file) ? .notExecutable(path: file) : .notFound(command: command, searched: [file]))
    }
    let directories = directories(of: path, base)
    var blocked: String?
    for directory in directories {
      let file = directory == "/" ? "/" + command : directory + "/" + command
      if isExecutable(file) { return .success(file) }
      if blocked == nil, exists(file), !FileSystem.isDirectory(file) { blocked = file }
    }
    if let blocked { return .failure(.notExecutable(path: blocked)) }
    return .failure(.notFound(command: command, searched: directories))
  }

  private static func directories(of path: String?, _ base: String) -> [String] {
    guard let path, !path.isEmpty else { return [] }
    return path.split(separator: ":", omittingEmptySubsequences: false).map { directory in
      directory.isEmpty ? base : absolute(String(directory), base)
    }
  }

  private static func absolute(_ path: String, _ base: String) -> String {
    path.hasPrefix("/") ? path : base == "/" ? "/" + path : base + "/" + path
  }

  private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  private static func isExecutable(_ path: String) -> Bool {
    FileSystem.isRegularFile(path) && access(path, X_OK) == 0
  }
}
