/// The kinds of content that a tool result can hold.
enum Content {
  static func text(_ text: String) -> JSON { ["type": "text", "text": .string(text)] }

  static func image(_ base64: String, _ mimeType: String) -> JSON {
    ["type": "image", "data": .string(base64), "mimeType": .string(mimeType)]
  }

  static func audio(_ base64: String, _ mimeType: String) -> JSON {
    ["type": "audio", "data": .string(base64), "mimeType": .string(mimeType)]
  }

  /// A resource that the client may read.
  static func link(to resource: Resource) -> JSON {
    [
      "type": "resource_link", "uri": .string(resource.uri), "name": .string(resource.name),
      "mimeType": .string(resource.mimeType),
    ]
  }

  /// A resource that is carried along.
  static func embedded(_ resource: Resource) -> JSON { ["type": "resource", "resource": resource.contents()] }
}
