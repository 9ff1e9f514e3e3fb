/// What a server's entry is read against: everything outside of it that its meaning depends on.
struct ReadingContext {
  let source: SourceText
  let environment: [String: String]
  let readFile: (String) -> Result<[UInt8], FileProblem>
  /// What the top-level `junction` says for all servers.
  let defaults: ServerSettings

  /// Returns an absolute path for one written in the configuration: `~/` stands for the home directory, and a relative
  /// path starts at the directory of the configuration file, so that a file works wherever the gateway is started.
  func resolve(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    if path == "~" || path.hasPrefix("~/"), let home = environment["HOME"], !home.isEmpty {
      return home + path.dropFirst()
    }
    guard let slash = source.path.lastIndex(of: "/") else { return path }
    let relative = path.hasPrefix("./") ? path.dropFirst(2) : path[...]
    return "\(source.path[...slash])\(relative)"
  }
}
