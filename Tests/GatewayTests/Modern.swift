/// Requests of the modern era, as their clients write them (2026-07-28, basic/index).
enum Modern {
  /// - Parameters:
  ///   - id: raw.
  ///   - members: of the params, beside `_meta`; such as `"uri":"x:1"`.
  ///   - meta: more members of `_meta`.
  static func request(
    _ id: String, _ method: String, _ members: String = "", capabilities: String = "{}", meta: String = ""
  ) -> String {
    let own =
      #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"c","version":"1"},"io.modelcontextprotocol/clientCapabilities":\#(capabilities)\#(meta.isEmpty ? "" : ",\(meta)")}"#
    return
      #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":{\#(own)\#(members.isEmpty ? "" : ",\(members)")}}"#
  }

  /// A call of a tool that takes nothing.
  static func call(
    _ id: String, _ tool: String = "one__echo", _ members: String = "", capabilities: String = "{}", meta: String = ""
  ) -> String {
    request(
      id, "tools/call", "\"name\":\"\(tool)\"" + (members.isEmpty ? "" : ",\(members)"), capabilities: capabilities,
      meta: meta)
  }
}
