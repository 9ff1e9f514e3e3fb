/// A program that starts MCP servers of its own, and all that is to be known of it for taking its servers over and for
/// standing in its file.
package struct Editor: Sendable {
  /// What is typed for it.
  package let name: String
  /// What it calls itself.
  package let title: String
  /// Where its user's servers may stand, the place of today first.
  package let places: [EditorPlace]
  /// How servers are written there, the way of today first.
  package let dialects: [EditorDialect]
  /// What it gives a server of its environment; where that is not known, what most clients give.
  package let environment: EnvironmentPassing
  /// What it makes of tools' names.
  package let names: NameRules
  /// What a person has to do for a change of the file to count.
  package let cure: String
  /// What a file has to begin with that is made anew.
  package let seed: String

  init(
    _ name: String, _ title: String, places: [EditorPlace], dialects: [EditorDialect],
    environment: EnvironmentPassing, names: NameRules = NameRules(), cure: String, seed: String = ""
  ) {
    self.name = name
    self.title = title
    self.places = places
    self.dialects = dialects
    self.environment = environment
    self.names = names
    self.cure = cure
    self.seed = seed
  }
}
