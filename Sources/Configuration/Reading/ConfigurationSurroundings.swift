/// What a configuration's meaning depends on besides its bytes. Reading touches the system only through these closures.
package struct ConfigurationSurroundings {
  /// What `${VAR}` refers to and servers inherit.
  package let environment: [String: String]
  /// The directory the gateway runs in, absolute.
  package let currentDirectory: String
  /// Returns the bytes of an `envFile`.
  package let readFile: (_ path: String) -> Result<[UInt8], FileProblem>
  /// Whether a command, looked up as a server's would be, is the running program.
  package let isThisProgram: (_ command: String) -> Bool
  /// Whether two absolute paths lead to the same file.
  package let areSameFile: (_ one: String, _ other: String) -> Bool

  package init(
    environment: [String: String], currentDirectory: String = "/",
    readFile: @escaping (_ path: String) -> Result<[UInt8], FileProblem>,
    isThisProgram: @escaping (_ command: String) -> Bool = { _ in false },
    areSameFile: @escaping (_ one: String, _ other: String) -> Bool = { $0 == $1 }
  ) {
    self.environment = environment
    self.currentDirectory = currentDirectory
    self.readFile = readFile
    self.isThisProgram = isThisProgram
    self.areSameFile = areSameFile
  }

  /// Returns an absolute path for one written in the configuration: `~/` stands for the home directory, and a relative
  /// path starts at the directory of the configuration file, so that a file works wherever the gateway is started.
  func resolve(_ path: String, besides file: String) -> String {
    if path.hasPrefix("/") { return path }
    if path == "~" || path.hasPrefix("~/"), let home = environment["HOME"], !home.isEmpty {
      return home + path.dropFirst()
    }
    guard let slash = file.lastIndex(of: "/") else { return path }
    let relative = path.hasPrefix("./") ? path.dropFirst(2) : path[...]
    return "\(file[...slash])\(relative)"
  }
}
