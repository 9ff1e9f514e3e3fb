/// What a tool is found by.
package struct SearchedTool: Hashable, Sendable {
  package let name: String
  package let title: String
  package let description: String
  /// Names and descriptions of its parameters.
  package let parameters: [(name: String, description: String)]
  /// The name of its server, what the server says of itself, and of what use it is.
  package let server: String
  package let about: String

  package init(
    name: String, title: String = "", description: String, parameters: [(name: String, description: String)] = [],
    server: String, about: String = ""
  ) {
    self.name = name
    self.title = title
    self.description = description
    self.parameters = parameters
    self.server = server
    self.about = about
  }

  package static func == (left: SearchedTool, right: SearchedTool) -> Bool {
    left.name == right.name && left.title == right.title && left.description == right.description
      && left.parameters.elementsEqual(right.parameters, by: ==) && left.server == right.server
      && left.about == right.about
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(server)
    hasher.combine(name)
  }
}
