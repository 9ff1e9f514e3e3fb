import JSONRPC

/// The `_meta` keys that belong to one hop (2026-07-28, basic/index, `_meta`): the gateway takes off those of the peer and
/// puts on its own.
package enum ReservedMeta {
  package static let protocolVersion: StaticString = "io.modelcontextprotocol/protocolVersion"
  package static let clientInfo: StaticString = "io.modelcontextprotocol/clientInfo"
  package static let clientCapabilities: StaticString = "io.modelcontextprotocol/clientCapabilities"
  package static let logLevel: StaticString = "io.modelcontextprotocol/logLevel"
  package static let serverInfo: StaticString = "io.modelcontextprotocol/serverInfo"
  package static let subscriptionID: StaticString = "io.modelcontextprotocol/subscriptionId"

  private static let all = [protocolVersion, clientInfo, clientCapabilities, logLevel, serverInfo, subscriptionID]
  /// The length of `io.modelcontextprotocol/`, with which each of them begins.
  private static let shortest = 24

  /// Whether a member of a frame is one of them.
  static func contains(_ member: Frame.Member, of frame: Frame) -> Bool {
    guard member.key.count > shortest else { return false }
    return all.contains { frame.has(member, key: $0) }
  }
}
