import EventLoop
import Gateway
import JSONRPC
import MCP
import Platform

/// A call as a line of the audit file.
enum AuditLine {
  /// Returns an object of JSON.
  ///
  /// - Parameters:
  ///   - record: the call.
  ///   - time: when it ended, in milliseconds since 1970.
  ///   - redact: blots out secrets of the configuration.
  @GatewayActor
  static func json(_ record: AuditRecord, at time: UInt64, redact: (String) -> String) -> String {
    var members = [
      ("time", JSONText.quote(UTCTime.text(milliseconds: time))), ("gateway", String(OwnProcess.id)),
      ("session", String(record.session)), ("client", record.client.map(JSONText.quote) ?? "null"),
      ("server", JSONText.quote(record.server)), ("method", JSONText.quote(record.method.rawValue)),
    ]
    if let tool = record.tool { members.append(("tool", JSONText.quote(tool))) }
    members.append(("outcome", JSONText.quote("\(record.outcome)")))
    if let milliseconds = record.milliseconds { members.append(("milliseconds", String(milliseconds))) }
    // As a text: blotting out what stands in it must not make it no JSON.
    if let arguments = record.arguments { members.append(("arguments", JSONText.quote(redact(arguments)))) }
    return "{" + members.map { "\(JSONText.quote($0.0)):\($0.1)" }.joined(separator: ",") + "}"
  }
}
