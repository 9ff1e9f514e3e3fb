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
  package let eras: EraVerdicts
  /// When it was found out that it speaks the transport of 2024-11-05, in milliseconds since 1970; nil for any other one.
  package let olderTransportAt: UInt64?
  /// Milliseconds since 1970.
  package let seenAt: UInt64

  init(_ negotiated: ServerConnection.Negotiated, eras: EraVerdicts, olderTransportAt: UInt64?, seenAt: UInt64) {
    revision = negotiated.revision
    serverInfo = negotiated.serverInfo
    instructions = negotiated.instructions
    self.eras = eras
    self.olderTransportAt = olderTransportAt
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
        eras: Self.eras(of: frame), olderTransportAt: frame.raw("olderTransportAt").flatMap { JSONText.unsigned($0) },
        seenAt: seenAt)
    }
    guard let facts else { return nil }
    self = facts
  }

  private init(
    revision: Revision, serverInfo: String, instructions: String, eras: EraVerdicts, olderTransportAt: UInt64?,
    seenAt: UInt64
  ) {
    self.revision = revision
    self.serverInfo = serverInfo
    self.instructions = instructions
    self.eras = eras
    self.olderTransportAt = olderTransportAt
    self.seenAt = seenAt
  }

  /// Files of runs that knew nothing of eras have none of these.
  private static func eras(of frame: Frame) -> EraVerdicts {
    var verdicts = EraVerdicts()
    guard let object = frame.range("eras") else { return verdicts }
    for (era, name) in [(Era.legacy, "legacy" as StaticString), (.modern, "modern")] {
      guard let entry = JSONWalk.member(name, of: frame.bytes, in: object),
        let at = JSONWalk.member("at", of: frame.bytes, in: entry).flatMap({ JSONText.unsigned(frame[$0]) }),
        let isSpoken = JSONWalk.member("isSpoken", of: frame.bytes, in: entry)
      else { continue }
      verdicts[era] = .init(isSpoken: frame[isSpoken].first == UInt8(ascii: "t"), at: at)
    }
    return verdicts
  }

  package var json: String {
    let entries = Era.allCases.compactMap { era in
      eras[era].map { "\"\(era.rawValue)\":{\"isSpoken\":\($0.isSpoken),\"at\":\($0.at)}" }
    }
    return "{\"revision\":\"\(revision.rawValue)\",\"serverInfo\":\(serverInfo),"
      + "\"instructions\":\(JSONText.quote(instructions)),\"eras\":{\(entries.joined(separator: ","))},"
      + (olderTransportAt.map { "\"olderTransportAt\":\($0)," } ?? "") + "\"seenAt\":\(seenAt)}\n"
  }

  /// Whether nothing but the dates of what still holds is new. The date of a no counts: after a day it is asked again.
  func saysSame(as other: ServerFacts) -> Bool {
    revision == other.revision && olderTransportAt == other.olderTransportAt && serverInfo == other.serverInfo
      && instructions == other.instructions
      && Era.allCases.allSatisfy { era in
        eras.isSpoken(era) && other.eras.isSpoken(era) || eras[era] == other.eras[era]
      }
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
