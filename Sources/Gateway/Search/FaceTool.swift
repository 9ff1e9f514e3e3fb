import EventLoop
import JSONRPC

/// A tool of the gateway's own: together they stand in the place of all others for clients that cannot search.
///
/// There are two to call with, because a client asks its person by the tool that is called, and by what that says of itself.
/// Each refuses what the other one is for.
enum FaceTool: CaseIterable {
  case search, describe, callReading, callChanging

  var name: StaticString {
    switch self {
    case .search: "search_tools"
    case .describe: "describe_tool"
    case .callReading: "call_read_tool"
    case .callChanging: "call_write_tool"
    }
  }

  /// Finds one by its name, a raw JSON string.
  static func named(quoted raw: UnsafeRawBufferPointer) -> FaceTool? {
    allCases.first { JSONText.equals(raw, quoted: $0.name) }
  }

  /// The one that tools are called with, by whether they say that they change nothing.
  static func caller(isReadOnly: Bool) -> FaceTool { isReadOnly ? .callReading : .callChanging }

  private var title: String {
    switch self {
    case .search: "Search tools"
    case .describe: "Describe a tool"
    case .callReading: "Call a tool that only reads"
    case .callChanging: "Call a tool that changes something"
    }
  }

  private var description: String {
    switch self {
    case .search:
      "Finds tools by what they do. Returns the best matches with their server, what they are for, their input schema and "
        + "which of \(Self.callReading.name) and \(Self.callChanging.name) calls them. Search first, in the words of the task."
    case .describe: "Returns the whole definition of a tool that \(Self.search.name) has found."
    case .callReading: "Calls a tool that only reads, by the name that \(Self.search.name) gave it. Refuses any other."
    case .callChanging:
      "Calls a tool that may change or destroy something, by the name that \(Self.search.name) gave it. Refuses tools that "
        + "only read: those are called with \(Self.callReading.name)."
    }
  }

  private var properties: String {
    let name = #""name":{"type":"string","description":"The name of the tool, as it was found."}"#
    switch self {
    case .search:
      return #""query":{"type":"string","description":"What the tool is to do, in a few words."},"#
        + #""limit":{"type":"integer","minimum":1,"maximum":\#(ToolFinder.mostResults),"#
        + #""description":"How many tools to return; \#(ToolFinder.usualResults) without it."}"#
    case .describe: return name
    case .callReading, .callChanging:
      return name
        + #","arguments":{"type":"object","description":"The arguments of the tool, as its input schema says."}"#
    }
  }

  private var definition: String {
    let isReading = self != .callChanging
    let isOpen = self == .callReading || self == .callChanging
    return "{\"name\":\"\(name)\",\"title\":\(JSONText.quote(title)),\"description\":\(JSONText.quote(description)),"
      + "\"inputSchema\":{\"type\":\"object\",\"properties\":{\(properties)},"
      + "\"required\":[\"\(self == .search ? "query" : "name")\"]},"
      + "\"annotations\":{\"readOnlyHint\":\(isReading),\"destructiveHint\":\(!isReading),\"openWorldHint\":\(isOpen)}}"
  }

  /// The result of `tools/list` where these are all there is.
  @GatewayActor static let list: ByteBuffer = {
    let text = "{\"tools\":[" + allCases.map(\.definition).joined(separator: ",") + "]}"
    let buffer = ByteBuffer(capacity: text.utf8.count)
    Array(text.utf8).withUnsafeBytes { buffer.append($0) }
    return buffer
  }()
}
