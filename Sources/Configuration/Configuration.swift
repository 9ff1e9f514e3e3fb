import JSONRPC

/// What the user's file says: one immutable value.
package struct Configuration: Sendable {
  /// The file it was read from.
  package let path: String
  /// In file order, disabled ones and those with a problem included.
  package let servers: [ServerConfiguration]
  package let settings: GatewaySettings
  /// What is odd but harms nothing.
  package let warnings: [ConfigurationProblem]

  /// Reads a file's bytes. It fails when nothing useful is left: the bytes are not JSON, there is no object of servers,
  /// the top-level `junction` is wrong, or every server that is not disabled is.
  ///
  /// - Parameters:
  ///   - path: The file's path, for messages and as the starting point of relative paths; it should be absolute.
  ///   - environment: What `${VAR}` refers to.
  ///   - readFile: Returns the bytes of an `envFile`.
  package static func read(
    _ bytes: [UInt8], path: String, environment: [String: String],
    readFile: @escaping (String) -> Result<[UInt8], FileProblem>
  ) -> Result<Configuration, ConfigurationFailure> {
    let source = SourceText(path: path, bytes: bytes)
    do {
      var reader = ConfigurationReader(source: source, environment: environment, readFile: readFile)
      return reader.read(try JSONNode.parse(source))
    } catch {
      return .failure(ConfigurationFailure(problems: [source.problem(at: error.offset, error.description)]))
    }
  }
}
