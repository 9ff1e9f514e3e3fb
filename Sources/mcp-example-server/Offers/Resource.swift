import MCP

/// Something that can be read by its URI.
struct Resource: Sendable {
  enum Body: Sendable {
    case text(String)
    /// Bytes in base64.
    case blob(String)
  }

  let uri: String
  let name: String
  let title: String
  let description: String
  let mimeType: String
  let body: Body

  /// The one that changes: the tool `count` adds one to it.
  static let counterURI = "example://counter"

  static let builtIn: [Self] = [
    Resource(
      uri: "example://greeting", name: "greeting", title: "Greeting", description: "A text that never changes",
      mimeType: "text/plain", body: .text("Hello from the example server.")),
    Resource(
      uri: "example://picture", name: "picture", title: "Picture", description: "Eight by eight pixels",
      mimeType: "image/png", body: .blob(Sample.picture)),
    Resource(
      uri: counterURI, name: "counter", title: "Counter", description: "How often the tool 'count' was called",
      mimeType: "text/plain", body: .text("0")),
  ]

  static func addedURI(_ name: String) -> String { "example://added/\(name)" }

  /// What the tool `add_resource` adds.
  static func added(_ name: String) -> Resource {
    Resource(
      uri: addedURI(name), name: name, title: name, description: "Added by the tool 'add_resource'",
      mimeType: "text/plain", body: .text("This is \(name)."))
  }

  /// The resource as a list shows it.
  func json(_ revision: Revision) -> JSON {
    var json: JSON = ["uri": .string(uri), "name": .string(name)]
    if revision >= .june2025 { json["title"] = .string(title) }
    json["description"] = .string(description)
    json["mimeType"] = .string(mimeType)
    return json
  }

  /// The resource as it is read, with another body where that has changed.
  func contents(_ changed: Body? = nil) -> JSON {
    var json: JSON = ["uri": .string(uri), "mimeType": .string(mimeType)]
    switch changed ?? body {
    case .text(let text): json["text"] = .string(text)
    case .blob(let base64): json["blob"] = .string(base64)
    }
    return json
  }
}
