package import Configuration
import MCP

extension CatalogView {
  /// What makes one view another than the next.
  package struct Terms: Hashable, Sendable {
    /// Characters of a public name.
    package var nameLimit: Int
    /// The servers that are seen, by their names in the configuration; nil for all.
    package var servers: Set<String>?
    /// The profile of the configuration by which it is shaped; nil for none. Nothing is seen by one that is not there.
    package var profile: String?
    /// Whether names have no `-`.
    package var avoidsDashes = false
    /// Whether a tool without a description gets one.
    package var describesAll = false

    package init(nameLimit: Int, servers: Set<String>? = nil) {
      self.nameLimit = nameLimit
      self.servers = servers
    }

    /// What a client sees.
    ///
    /// - Parameters:
    ///   - client: the name by which it introduces itself; nil before it has.
    ///   - profile: the name of a profile that it gets whatever it calls itself; nil for the first that fits.
    ///   - settings: the gateway's own.
    package init(of client: String?, profile: String?, _ settings: GatewaySettings) {
      let chosen = settings.profiles.first { one in profile.map { $0 == one.name } ?? client.map(one.isFor) ?? false }
      let quirks = client.flatMap { ClientQuirks.of($0) }
      nameLimit = chosen?.nameLimit ?? min(settings.nameLimit, quirks?.nameLimit ?? settings.nameLimit)
      self.profile = profile ?? chosen?.name
      avoidsDashes = quirks?.avoidsDashes ?? false
      describesAll = quirks?.describesAll ?? false
    }
  }
}
