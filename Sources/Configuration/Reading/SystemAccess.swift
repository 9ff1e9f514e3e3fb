/// What reading a configuration asks of the system; it touches it only through these closures.
package struct SystemAccess {
  /// Returns the bytes of an `envFile`.
  package let readFile: (_ path: String) -> Result<[UInt8], FileProblem>
  /// Returns what a reference to a place besides the environment stands for.
  package let look: (_ source: ValueSource) -> Result<String, ValueProblem>
  /// Returns the surroundings of the gateway that a process would be; nil when it would be something else.
  package let gateway: (_ launch: ProcessLaunch) -> Surroundings?
  /// Returns why a process cannot be started: a program or a directory that is not there. Asked for a command that looks
  /// like a command line, and for all where ``checksPrograms`` says so.
  package private(set) var missing: (_ launch: ProcessLaunch) -> MissingFile?
  package private(set) var checksPrograms = false
  /// Whether two absolute paths lead to the same file.
  package let areSameFile: (_ one: String, _ other: String) -> Bool

  package init(
    readFile: @escaping (_ path: String) -> Result<[UInt8], FileProblem>,
    look: @escaping (_ source: ValueSource) -> Result<String, ValueProblem> = { _ in
      .failure(ValueProblem("it is not looked for here"))
    },
    gateway: @escaping (_ launch: ProcessLaunch) -> Surroundings? = { _ in nil },
    missing: @escaping (_ launch: ProcessLaunch) -> MissingFile? = { _ in nil },
    areSameFile: @escaping (_ one: String, _ other: String) -> Bool = { $0 == $1 }
  ) {
    self.readFile = readFile
    self.look = look
    self.gateway = gateway
    self.missing = missing
    self.areSameFile = areSameFile
  }

  /// Returns the same access, by which the programs and directories of all entries are looked for.
  package func checkingPrograms(_ missing: @escaping (_ launch: ProcessLaunch) -> MissingFile?) -> SystemAccess {
    var access = self
    access.missing = missing
    access.checksPrograms = true
    return access
  }
}
