import JSONRPC

/// The `_meta` keys that belong to one hop (2026-07-28, basic/index, `_meta`): the gateway takes off those of the peer and
/// puts on its own.
@usableFromInline
package enum ReservedMeta {
  @inlinable package static var protocolVersion: StaticString { "io.modelcontextprotocol/protocolVersion" }
  @inlinable package static var clientInfo: StaticString { "io.modelcontextprotocol/clientInfo" }
  @inlinable package static var clientCapabilities: StaticString { "io.modelcontextprotocol/clientCapabilities" }
  @inlinable package static var logLevel: StaticString { "io.modelcontextprotocol/logLevel" }
  @inlinable package static var serverInfo: StaticString { "io.modelcontextprotocol/serverInfo" }
  @inlinable package static var subscriptionID: StaticString { "io.modelcontextprotocol/subscriptionId" }
  /// What the gateway says under it of its own failures is no server's to say.
  @inlinable package static var failure: StaticString { "mcp-junction/failure" }

  private static let all = [protocolVersion, clientInfo, clientCapabilities, logLevel, serverInfo, subscriptionID]
  /// The length of `io.modelcontextprotocol/`, with which each of them begins.
  private static let shortest = 24

  /// Whether a member of a frame is one of them.
  static func contains(_ member: Frame.Member, of frame: Frame) -> Bool {
    guard member.key.count > shortest else { return false }
    return all.contains { frame.has(member, key: $0) }
  }
}
