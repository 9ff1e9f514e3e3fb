/// What the command line asks for.
package struct Arguments: Equatable, Sendable {
  package enum Mode: Equatable, Sendable {
    /// Serve the client on standard input and output.
    case serve
    case list
    case call(name: String, CallArguments)
    case status
    case checkConfiguration
    case printSchema
    case help
    case version
  }

  /// Where the arguments of `call` come from.
  package enum CallArguments: Equatable, Sendable {
    case none
    /// JSON text as it was typed, not checked yet.
    case text(String)
    case standardInput
  }

  package var mode = Mode.serve
  /// The value of `--config`, not resolved.
  package var configurationPath: String?
  /// Whether the output is for a program.
  package var json = false
  /// Whether calls in flight are waited for after the end of input.
  package var drain = false
  /// Nil when the configuration decides.
  package var logLevel: LogLevel?

  package init() {}

  /// Parses what follows the program's name. Options and words may stand in any order; `--` ends the options.
  package static func parse(_ arguments: [String]) -> Result<Arguments, ArgumentProblem> {
    var parser = ArgumentParser(arguments)
    do {
      return .success(try parser.parse())
    } catch {
      return .failure(error)
    }
  }
}
