package import Configuration
import EventLoop
import JSONRPC
package import MCP

/// What is remembered of a server between runs, so that nobody has to wait for it to say it again.
package struct ServerFacts: Equatable, Sendable {
  package let revision: Revision
  /// The raw object of the handshake.
  package let serverInfo: String
  package let instructions: String
  /// Milliseconds since 1970.
  package let seenAt: UInt64

  init(_ negotiated: UpstreamClient.Negotiated, seenAt: UInt64) {
    revision = negotiated.revision
    serverInfo = negotiated.serverInfo
    instructions = negotiated.instructions
    self.seenAt = seenAt
  }

  /// Reads what ``json`` wrote; nil when it is anything else.
  package init?(json: [UInt8]) {
    let facts = json.withUnsafeBytes { bytes -> ServerFacts? in
      guard case .success(let frame) = Frame.parse(bytes),
        let revision = frame.string("revision").flatMap({ Revision(rawValue: $0) }),
        let serverInfo = frame.raw("serverInfo"), let instructions = frame.string("instructions"),
        let seenAt = frame.raw("seenAt").flatMap({ JSONText.unsigned($0) })
      else { return nil }
      return ServerFacts(
        revision: revision, serverInfo: String(decoding: serverInfo, as: UTF8.self), instructions: instructions,
        seenAt: seenAt)
    }
    guard let facts else { return nil }
    self = facts
  }

  private init(revision: Revision, serverInfo: String, instructions: String, seenAt: UInt64) {
    self.revision = revision
    self.serverInfo = serverInfo
    self.instructions = instructions
    self.seenAt = seenAt
  }

  package var json: String {
    "{\"revision\":\"\(revision.rawValue)\",\"serverInfo\":\(serverInfo),"
      + "\"instructions\":\(JSONText.quote(instructions)),\"seenAt\":\(seenAt)}\n"
  }
}

/// Where facts about servers are kept.
package struct FactStore: Sendable {
  package var load: @GatewayActor @Sendable (ServerConfiguration) -> ServerFacts?
  package var save: @GatewayActor @Sendable (ServerConfiguration, ServerFacts) -> Void

  package init(
    load: @escaping @GatewayActor @Sendable (ServerConfiguration) -> ServerFacts?,
    save: @escaping @GatewayActor @Sendable (ServerConfiguration, ServerFacts) -> Void
  ) {
    self.load = load
    self.save = save
  }

  /// Remembers nothing.
  package static let none = FactStore(load: { _ in nil }, save: { _, _ in })
}
