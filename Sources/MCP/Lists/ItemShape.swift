/// What the parsers of clients take for a value in an entry of a list.
indirect enum ItemShape: Sendable {
  case text, flag, wholeNumber, object
  /// A number from 0 to 1.
  case share
  /// A moment with its offset from UTC (RFC 3339).
  case moment
  case oneOf([StaticString])
  case list(ItemShape)
  /// An object, of which some members are looked at.
  case members([ItemMember])
  /// An object of JSON schemas.
  case schemas

  /// What it is called where something else stands.
  var words: String {
    switch self {
    case .text: "a string"
    case .flag: "true or false"
    case .wholeNumber: "a whole number"
    case .object, .members, .schemas: "an object"
    case .share: "a number from 0 to 1"
    case .moment: "a date and time with an offset"
    case .oneOf(let words): words.map { "\"\($0)\"" }.joined(separator: " or ")
    case .list: "an array"
    }
  }

  /// What an entry is: the strictest of the official SDKs' models (Python 1.27 and 2.3, TypeScript 1.29 and 2.0) for each
  /// member. They refuse a whole list for one entry.
  static func of(_ kind: ListKind, era: Era) -> ItemShape {
    switch kind {
    case .tools: era == .legacy ? toolOfLegacyServer : tool
    case .prompts: prompt
    case .resources: resource
    case .resourceTemplates: template
    }
  }

  private static let tool = ItemShape.members(
    toolMembers + [ItemMember("outputSchema", .members([ItemMember("$schema", .text)]), isFree: true)])
  private static let toolOfLegacyServer = ItemShape.members(toolMembers + [ItemMember("outputSchema", objectSchema)])

  private static let common = [
    ItemMember("name", .text, isRequired: true), ItemMember("title", .text), ItemMember("description", .text),
    ItemMember("_meta", .object),
    ItemMember(
      "icons",
      .list(
        .members([
          ItemMember("src", .text, isRequired: true), ItemMember("mimeType", .text), ItemMember("sizes", .list(.text)),
          ItemMember("theme", .oneOf(["light", "dark"])),
        ])), isDecoration: true),
  ]

  private static let toolMembers =
    common + [
      ItemMember("inputSchema", objectSchema, isRequired: true),
      ItemMember(
        "annotations",
        .members([
          ItemMember("title", .text), ItemMember("readOnlyHint", .flag), ItemMember("destructiveHint", .flag),
          ItemMember("idempotentHint", .flag), ItemMember("openWorldHint", .flag),
        ])),
      ItemMember(
        "execution", .members([ItemMember("taskSupport", .oneOf(["required", "optional", "forbidden"]))]),
        only: .legacy),
    ]

  /// Clients of the modern era look at no more than the type.
  private static let objectSchema = ItemShape.members([
    ItemMember("type", .oneOf(["object"]), isRequired: true), ItemMember("$schema", .text),
    ItemMember("properties", .schemas, only: .legacy), ItemMember("required", .list(.text), only: .legacy),
  ])

  private static let prompt = ItemShape.members(
    common + [
      ItemMember(
        "arguments",
        .list(
          .members([
            ItemMember("name", .text, isRequired: true), ItemMember("title", .text), ItemMember("description", .text),
            ItemMember("required", .flag),
          ])))
    ])

  private static let readable =
    common + [
      ItemMember("mimeType", .text),
      ItemMember(
        "annotations",
        .members([
          ItemMember("audience", .list(.oneOf(["user", "assistant"]))), ItemMember("priority", .share),
          ItemMember("lastModified", .moment),
        ]), isDecoration: true),
    ]

  private static let resource = ItemShape.members(
    readable + [ItemMember("uri", .text, isRequired: true), ItemMember("size", .wholeNumber, isDecoration: true)])
  private static let template = ItemShape.members(readable + [ItemMember("uriTemplate", .text, isRequired: true)])
}

/// A member of an object that clients look at.
struct ItemMember: Sendable {
  let name: StaticString
  let shape: ItemShape
  let isRequired: Bool
  /// Whether it only says how to show the entry: then it is left out rather than the entry.
  let isDecoration: Bool
  /// Whether anything but null is let through here, since it is judged elsewhere.
  let isFree: Bool
  /// The clients that look at it; nil for all.
  let only: Era?

  init(
    _ name: StaticString, _ shape: ItemShape, isRequired: Bool = false, isDecoration: Bool = false,
    isFree: Bool = false,
    only: Era? = nil
  ) {
    self.name = name
    self.shape = shape
    self.isRequired = isRequired
    self.isDecoration = isDecoration
    self.isFree = isFree
    self.only = only
  }
}
