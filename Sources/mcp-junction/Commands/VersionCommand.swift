import Gateway

/// `--version`: prints the program's name and version.
enum VersionCommand {
  static let row = Command("--version", "-V", summary: "Print the version.") { context in
    context.console.say("\(Program.identity.name) \(Program.identity.version)\n")
  }
}
