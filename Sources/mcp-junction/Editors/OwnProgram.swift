import Configuration
import Editors
import EventLoop
import Gateway
import Platform

/// This program as others find it.
struct OwnProgram {
  private let identity: FileSystem.Identity?
  private let surroundings: Surroundings
  /// The path to register: where PATH leads to this program, which stays when it is updated; else the program's own.
  let path: String

  init(_ surroundings: Surroundings) {
    self.surroundings = surroundings
    let own = (try? OwnProcess.executablePath()) ?? Program.identity.name
    let identity = try? FileSystem.identity(of: own)
    let found = ExecutableSearch.resolve(
      Program.identity.name, path: surroundings.environment["PATH"], base: surroundings.workingDirectory)
    if let identity, let path = try? found.get(), (try? FileSystem.identity(of: path)) == identity {
      self.path = path
    } else {
      path = own
    }
    self.identity = identity
  }

  /// Whether an entry starts this program, or one of its name that was there before an update.
  func isMeant(by entry: EditorEntry) -> Bool {
    guard let command = entry.words.first else { return false }
    if command.split(separator: "/").last.map(String.init) == Program.identity.name { return true }
    let found = ExecutableSearch.resolve(
      command, path: surroundings.environment["PATH"], base: surroundings.workingDirectory)
    guard let identity, let path = try? found.get() else { return false }
    return (try? FileSystem.identity(of: path)) == identity
  }

  /// Whether a path leads to this program.
  func isSame(as path: String) -> Bool { identity != nil && (try? FileSystem.identity(of: path)) == identity }
}
