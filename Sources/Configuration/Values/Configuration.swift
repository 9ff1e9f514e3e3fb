import JSONRPC

/// What the user's file says: one immutable value.
package struct Configuration: Equatable, Sendable {
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
  /// `path` appears in messages and is where relative paths start; it should be absolute.
  package static func read(
    _ bytes: [UInt8], path: String, in surroundings: Surroundings, with access: SystemAccess
  ) -> Result<Configuration, ConfigurationFailure> {
    let source = SourceText(path: path, bytes: bytes)
    do {
      var reader = ConfigurationReader(source: source, surroundings: surroundings, access: access)
      return reader.read(try JSONNode.parse(source))
    } catch {
      return .failure(ConfigurationFailure(problems: [source.problem(at: error.offset, error.description)]))
    }
  }
}
