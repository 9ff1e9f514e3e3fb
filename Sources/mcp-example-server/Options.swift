/// What the command line asks for.
enum Options: Equatable {
  /// Serve the client on the standard streams, with at most `pageSize` items on each page of a list.
  case serve(pageSize: Int?)
  case help
  case version

  /// A sentence that says what is wrong with a command line.
  struct Problem: Error, Equatable {
    let text: String
  }

  static let helpText = """
    usage: mcp-example-server [--page-size N]

    An MCP server over standard input and output, with every feature of the protocol from 2024-11-05 to 2025-11-25.
    It keeps nothing and touches nothing outside itself.

      --page-size N  put at most N items on each page of a list (all on one without it)
      --help         print this text
      --version      print the version

    """

  static func parse(_ words: [String]) throws(Problem) -> Options {
    var pageSize: Int?
    var rest = words[...]
    while let word = rest.popFirst() {
      switch word {
      case "--help", "-h": return .help
      case "--version": return .version
      case "--page-size":
        guard let size = rest.popFirst().flatMap({ Int($0) }), size > 0 else {
          throw Problem(text: "--page-size needs a whole number above 0")
        }
        pageSize = size
      default: throw Problem(text: "unknown argument '\(word)'; see --help")
      }
    }
    return .serve(pageSize: pageSize)
  }
}
