/// What is run for a server that is a subprocess.
package struct ProcessLaunch: Equatable, Sendable {
  /// The program: an absolute path, or a name to be found on PATH. Never empty, never handed to a shell.
  package let command: String
  /// The arguments after the program's name.
  package let arguments: [String]
  /// What is set over the inherited environment: `envFile` first, then `env`; each name once.
  package let environment: [EnvironmentVariable]
  /// The working directory; nil for the gateway's own.
  package let directory: String?

  package init(
    command: String, arguments: [String] = [], environment: [EnvironmentVariable] = [], directory: String? = nil
  ) {
    self.command = command
    self.arguments = arguments
    self.environment = environment
    self.directory = directory
  }

  /// Whether the command fetches or builds what it runs, so that a first start takes longer.
  package var isPackageLauncher: Bool {
    let name = program
    if ["npx", "uvx", "bunx", "pipx", "docker", "podman", "nix", "dnx"].contains(name) { return true }
    let words = arguments.filter { !$0.hasPrefix("-") }.prefix(2)
    switch name {
    case "uv": return words.first == "run" || words.elementsEqual(["tool", "run"])
    case "npm": return words.first == "exec" || words.first == "x"
    case "pnpm", "yarn": return words.first == "dlx"
    case "bun": return words.first == "x"
    default: return false
    }
  }

  /// The last component of the command, without what Windows shims append.
  private var program: String {
    let utf8 = command.utf8
    let start = utf8.lastIndex(of: UInt8(ascii: "/")).map { utf8.index(after: $0) } ?? command.startIndex
    let name = String(command[start...])
    for suffix in [".cmd", ".exe"] where name.hasSuffix(suffix) { return String(name.dropLast(suffix.count)) }
    return name
  }
}
