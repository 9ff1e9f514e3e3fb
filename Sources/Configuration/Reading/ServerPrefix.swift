import JSONRPC
import MCP

/// Derives the prefixes of public names from servers' names.
enum ServerPrefix {
  static let limit = 20

  /// What a configured one must be, for messages.
  static let rule = "must be a letter and up to \(limit - 1) letters, digits, '_' or '-', or empty"

  /// Returns one prefix for each server, in order: the configured one as it is, else one made of the name.
  ///
  /// Made prefixes differ from each other and from the configured ones when case is folded and runs of `_` are
  /// collapsed. All names that clash get a hash, so that a prefix does not depend on the order of the file.
  static func assign(_ servers: [(name: String, configured: String?)]) -> [String] {
    var taken: [String: Int] = [:]
    for server in servers { taken[PublicName.identity(server.configured ?? made(of: server.name)), default: 0] += 1 }
    var used = Set(servers.compactMap { $0.configured.map(PublicName.identity) })
    for server in servers where server.configured == nil {
      let prefix = made(of: server.name)
      if taken[PublicName.identity(prefix)] == 1 { used.insert(PublicName.identity(prefix)) }
    }
    return servers.map { server in
      if let configured = server.configured { return configured }
      let plain = made(of: server.name)
      if taken[PublicName.identity(plain)] == 1 { return plain }
      var salt = ""
      while true {
        let candidate = shortened(PublicName.legal(server.name), hashOf: server.name + salt)
        if used.insert(PublicName.identity(candidate)).inserted { return candidate }
        salt += "+"
      }
    }
  }

  /// Whether a configured prefix can stand in front of a public name.
  static func isLegal(_ prefix: String) -> Bool {
    prefix.count <= limit && (prefix.isEmpty || PublicName.legal(prefix) == prefix)
  }

  private static func made(of name: String) -> String {
    let legal = PublicName.legal(name)
    return legal.count <= limit ? legal : shortened(legal, hashOf: name)
  }

  private static func shortened(_ legal: String, hashOf name: String) -> String {
    "\(legal.prefix(15))_\(fourDigits(name))"
  }

  /// Returns the low four hexadecimal digits of the name's hash, folded over all its bits.
  private static func fourDigits(_ name: String) -> String {
    let hash = StableHash.of(Array(name.utf8))
    let folded = (hash ^ hash >> 16 ^ hash >> 32 ^ hash >> 48) & 0xFFFF
    let digits = String(folded, radix: 16)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }
}
