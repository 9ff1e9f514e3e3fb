import HTTP
import JSONRPC
import MCP

/// The header fields that belong to one message.
enum MessageHeaders {
  static let session = "Mcp-Session-Id"
  static let version = "MCP-Protocol-Version"
  static let resumption = "Last-Event-ID"

  /// Fields that say what the protocol wants them to say, whatever is configured.
  static let own: Set<String> = [
    "accept", "accept-encoding", "content-type", "content-length", "host", "last-event-id", "mcp-method", "mcp-name",
    "mcp-protocol-version", "mcp-session-id", "transfer-encoding",
  ]

  /// Returns the revision of a request that stands for itself; nil for one of the legacy era.
  static func modernRevision(of frame: Frame) -> String? {
    frame.string(ReservedMeta.protocolVersion, in: .paramsMeta)
  }

  /// Returns the fields of a request that stands for itself (2026-07-28, basic/transports, standard headers).
  static func modern(_ frame: Frame, revision: String, _ method: Method, _ parameters: ParameterHeaders) -> [HTTPField]
  {
    var fields = [HTTPField(version, revision), HTTPField("Mcp-Method", method.rawValue)]
    guard let name = name(of: frame, method) else { return fields }
    fields.append(HTTPField("Mcp-Name", HeaderValue.encoded(name)))
    if method == .toolsCall {
      fields += parameters.fields(tool: name, arguments: frame.range("arguments", in: .params), of: frame)
    }
    return fields
  }

  private static func name(of frame: Frame, _ method: Method) -> String? {
    switch method {
    case .toolsCall, .promptsGet: frame.string("name", in: .params)
    case .resourcesRead: frame.string("uri", in: .params)
    case .tasksGet, .tasksUpdate, .tasksCancel: frame.string("taskId", in: .params)
    default: nil
    }
  }
}
