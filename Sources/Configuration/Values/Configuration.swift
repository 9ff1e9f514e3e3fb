import JSONRPC
import TextEditing

/// What the user's file says: one immutable value.
package struct Configuration: Equatable, Sendable {
  /// The file it was read from.
  package let path: String
  /// In file order, disabled ones and those with a problem included.
  package let servers: [ServerConfiguration]
  package let settings: GatewaySettings
  /// What the person is asked for where `${input:…}` stands.
  package let inputs: [InputPrompt]
  /// What is odd but harms nothing.
  package let warnings: [ConfigurationProblem]
  /// What is wrong with the file as a whole. What could be read of it can be served all the same.
  package let problems: [ConfigurationProblem]

  /// Reads what can be read of a file's bytes: of what is no JSON nothing, else every server whose entry is right, and
  /// every setting that is. Whoever can do nothing with a part asks for its ``failure``.
  ///
  /// `path` appears in messages and is where relative paths start; it should be absolute.
  package static func read(
    _ bytes: [UInt8], path: String, in surroundings: Surroundings, with access: SystemAccess
  ) -> Configuration {
    let source = SourceText(path: path, bytes: bytes)
    do {
      var reader = ConfigurationReader(source: source, surroundings: surroundings, access: access)
      return reader.read(try DocumentNode(json: source.bytes))
    } catch {
      let problem = ForeignFormat.problem(in: source) ?? source.problem(at: error.offset, error.description)
      return Configuration(
        path: path, servers: [], settings: GatewaySettings(), inputs: [], warnings: [], problems: [problem])
    }
  }

  /// A configuration without servers, for a file that cannot be read or is not there.
  package static func empty(path: String, problems: [ConfigurationProblem]) -> Configuration {
    Configuration(path: path, servers: [], settings: GatewaySettings(), inputs: [], warnings: [], problems: problems)
  }

  /// Whether anything in the file is to be mended.
  package var isBroken: Bool {
    !problems.isEmpty || servers.contains { !$0.isDisabled && $0.problem != nil }
  }

  /// Why nothing useful can be done with it: the file as a whole is wrong, or every server that is not disabled is.
  package var failure: ConfigurationFailure? {
    if !problems.isEmpty { return ConfigurationFailure(problems: problems) }
    let enabled = servers.filter { !$0.isDisabled }
    guard !enabled.isEmpty, enabled.allSatisfy({ $0.problem != nil }) else { return nil }
    return ConfigurationFailure(problems: enabled.flatMap(\.problems))
  }
}
