import MCP

/// Many resources under one template: the items `example://item/1` to `example://item/250`.
enum ItemTemplate {
  static let uriTemplate = "example://item/{id}"
  static let identifiers = (1...250).map { String($0) }
  private static let prefix = "example://item/"

  static func json(_ revision: Revision) -> JSON {
    var json: JSON = ["uriTemplate": .string(uriTemplate), "name": "item"]
    if revision >= .june2025 { json["title"] = "Item" }
    json["description"] = "An item by its number, from 1 to 250"
    json["mimeType"] = "application/json"
    return json
  }

  static func contents(of uri: String) -> JSON? {
    guard uri.hasPrefix(prefix) else { return nil }
    let id = String(uri.dropFirst(prefix.count))
    guard identifiers.contains(id) else { return nil }
    let item: JSON = ["id": .number(id), "name": "Item \(id)"]
    return ["uri": .string(uri), "mimeType": "application/json", "text": .string(item.text)]
  }
}
