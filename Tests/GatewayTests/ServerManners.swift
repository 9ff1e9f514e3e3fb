import JSONRPC

/// What a fake server answers by itself: the handshake and lists, in the eras that it speaks.
struct ServerManners {
  enum Eras { case legacy, modern, both }

  var eras = Eras.legacy
  var tools = ["echo"]
  /// What each of its tools says about itself, raw.
  var annotations = "{}"
  /// How each of them can be called, raw.
  var execution = "{}"
  var capabilities = #"{"tools":{"listChanged":true},"logging":{},"resources":{"subscribe":true},"prompts":{}}"#
  var resources: [String] = []
  var prompts: [String] = []
  var templates: [String] = []
  var instructions = ""
  /// For how long, and for whom, a modern server's answers may be kept; members of a result.
  var hints = #""ttlMs":0,"cacheScope":"private""#
  var answersHandshake = true
  /// Methods that it leaves to the test, beside those that it does not know.
  var unanswered: Set<String> = []

  /// Returns the member with which a request is answered, raw; nil when that is the test's affair.
  func answer(to method: String, isModern: Bool) -> String? {
    if unanswered.contains(method) { return nil }
    switch method {
    case "initialize": return answersHandshake ? initialize : nil
    case "server/discover": return answersHandshake ? discover : nil
    default:
      guard let list = list(method) else { return nil }
      return isModern ? #""result":{"resultType":"complete",\#(list),\#(hints)}"# : #""result":{\#(list)}"#
    }
  }

  private var initialize: String {
    guard eras != .modern else {
      return
        #""error":{"code":-32022,"message":"Unsupported protocol version","data":{"supported":["2026-07-28"],"requested":"2025-11-25"}}"#
    }
    return
      #""result":{"protocolVersion":"2025-11-25","capabilities":\#(capabilities),"serverInfo":{"name":"fake","version":"1"},"instructions":\#(JSONText.quote(instructions))}"#
  }

  private var discover: String {
    guard eras != .legacy else { return #""error":{"code":-32601,"message":"Method not found"}"# }
    return
      #""result":{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":\#(capabilities),"instructions":\#(JSONText.quote(instructions)),\#(hints),"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"fake","version":"1"}}}"#
  }

  private func list(_ method: String) -> String? {
    switch method {
    case "tools/list":
      let items = tools.map {
        #"{"name":\#(JSONText.quote($0)),"inputSchema":{"type":"object"},"annotations":\#(annotations),"execution":\#(execution)}"#
      }
      return "\"tools\":[\(items.joined(separator: ","))]"
    case "prompts/list":
      return "\"prompts\":[\(prompts.map { #"{"name":\#(JSONText.quote($0))}"# }.joined(separator: ","))]"
    case "resources/list":
      return "\"resources\":[\(resources.map { #"{"uri":"\#($0)","name":"r"}"# }.joined(separator: ","))]"
    case "resources/templates/list":
      let items = templates.map { #"{"uriTemplate":"\#($0)","name":"t"}"# }
      return "\"resourceTemplates\":[\(items.joined(separator: ","))]"
    default: return nil
    }
  }
}
