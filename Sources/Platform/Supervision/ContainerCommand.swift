/// A command that runs a container, and what stops that container afterwards.
///
/// The engine's client is only a messenger: when it is killed, the container goes on. Its `--cidfile` tells which
/// container it was.
struct ContainerCommand: Equatable, Sendable {
  /// `docker` or `podman`.
  let engine: String
  /// What stands before `run`, such as `--context name`: it says which engine is talked to.
  private let globalArguments: [String]
  /// Where `run` stands in the arguments.
  private let runIndex: Int
  private let arguments: [String]
  /// The file that the user's own arguments name.
  let ownFile: String?

  /// Options of the clients themselves whose value is an argument of its own.
  private static let valuedOptions: Set<String> = [
    "--cgroup-manager", "--config", "--connection", "--conmon", "--context", "--events-backend", "--host", "--identity",
    "--log-level", "--module", "--namespace", "--network-config-dir", "--out", "--root", "--runroot", "--runtime",
    "--ssh", "--storage-driver", "--storage-opt", "--tlscacert", "--tlscert", "--tlskey", "--tmpdir", "--url",
    "--volumepath", "-H", "-c", "-l",
  ]

  /// Recognises `docker run` and `podman run`, also as `container run`; nil for any other command. The first argument
  /// is the program's own name.
  init?(executable: String, arguments: [String]) {
    guard let engine = ["docker", "podman"].first(where: { executable == $0 || executable.hasSuffix("/" + $0) }) else {
      return nil
    }
    var index = 1
    while index < arguments.count, arguments[index].hasPrefix("-") {
      index += Self.valuedOptions.contains(arguments[index]) ? 2 : 1
    }
    let globalEnd = index
    if index < arguments.count, arguments[index] == "container" { index += 1 }
    guard index < arguments.count, arguments[index] == "run" else { return nil }
    self.engine = engine
    self.arguments = arguments
    globalArguments = Array(arguments[1..<globalEnd])
    runIndex = index
    let options = arguments[(index + 1)...]
    if let inline = options.first(where: { $0.hasPrefix("--cidfile=") }) {
      ownFile = String(inline.dropFirst("--cidfile=".count))
    } else if let name = options.firstIndex(of: "--cidfile"), name + 1 < arguments.count {
      ownFile = arguments[name + 1]
    } else {
      ownFile = nil
    }
  }

  /// Returns the arguments with the container's id going to a file, unless they name one themselves.
  func arguments(writingIdentifierTo file: String) -> [String] {
    guard ownFile == nil else { return arguments }
    var result = arguments
    result.insert(contentsOf: ["--cidfile", file], at: runIndex + 1)
    return result
  }

  /// The arguments that stop a container, to which its id is added: SIGTERM, and SIGKILL a second later.
  var stopArguments: [String] { [arguments[0]] + globalArguments + Self.stopSubcommand }

  static let stopSubcommand = ["stop", "-t", "1"]
}
