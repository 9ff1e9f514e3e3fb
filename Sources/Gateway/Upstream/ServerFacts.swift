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
  /// What it offered when all its lists had been read; nil when that is not known, or too long to be kept.
  package let offer: ServerOffer?
  /// What the lists hold for (``mark(of:)``).
  package let mark: String
  /// Milliseconds since 1970.
  package let seenAt: UInt64

  init(
    _ negotiated: ServerConnection.Negotiated, eras: EraVerdicts, olderTransportAt: UInt64?, offer: ServerOffer?,
    of server: ServerConfiguration, seenAt: UInt64
  ) {
    self.init(
      revision: negotiated.revision, serverInfo: negotiated.serverInfo, instructions: negotiated.instructions,
      eras: eras, olderTransportAt: olderTransportAt, offer: offer.flatMap { Self.kept($0) },
      mark: Self.mark(of: server), seenAt: seenAt)
  }

  private init(
    revision: Revision, serverInfo: String, instructions: String, eras: EraVerdicts, olderTransportAt: UInt64?,
    offer: ServerOffer?, mark: String, seenAt: UInt64
  ) {
    self.revision = revision
    self.serverInfo = serverInfo
    self.instructions = instructions
    self.eras = eras
    self.olderTransportAt = olderTransportAt
    self.offer = offer
    self.mark = mark
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
      var offer: ServerOffer?
      if let lists = frame.raw("lists") {
        offer = Self.offer(lists, hash: frame.string("hash"), era: revision.era)
        if offer == nil { return nil }
      }
      return ServerFacts(
        revision: revision, serverInfo: String(decoding: serverInfo, as: UTF8.self), instructions: instructions,
        eras: Self.eras(of: frame), olderTransportAt: frame.raw("olderTransportAt").flatMap { JSONText.unsigned($0) },
        offer: offer, mark: frame.string("mark") ?? "", seenAt: seenAt)
    }
    guard let facts else { return nil }
    self = facts
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

  /// The text of a file that holds them.
  package var json: [UInt8] {
    let entries = Era.allCases.compactMap { era in
      eras[era].map { "\"\(era.rawValue)\":{\"isSpoken\":\($0.isSpoken),\"at\":\($0.at)}" }
    }
    let head =
      "{\"revision\":\"\(revision.rawValue)\",\"serverInfo\":\(serverInfo),"
      + "\"instructions\":\(JSONText.quote(instructions)),\"eras\":{\(entries.joined(separator: ","))},"
      + (olderTransportAt.map { "\"olderTransportAt\":\($0)," } ?? "")
      + "\"seenAt\":\(seenAt),\"mark\":\(JSONText.quote(mark))"
    return Array(head.utf8) + (offer.map { Self.members(of: $0) } ?? []) + Array("}\n".utf8)
  }

  /// Whether nothing but the dates of what still holds is new. The date of a no counts: after a day it is asked again.
  func saysSame(as other: ServerFacts) -> Bool {
    revision == other.revision && olderTransportAt == other.olderTransportAt && serverInfo == other.serverInfo
      && instructions == other.instructions
      && offer == other.offer && mark == other.mark
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
