/// Derives the prefixes of public names from servers' names.
enum ServerPrefix {
  static let limit = 20

  /// Returns one prefix for each server, in order: the configured one as it is, else one made of the name.
  ///
  /// Made prefixes differ from each other and from the configured ones when case is folded and runs of `_` are
  /// collapsed. All names that clash get a hash, so that a prefix does not depend on the order of the file.
  static func assign(_ servers: [(name: String, configured: String?)]) -> [String] {
    var taken: [String: Int] = [:]
    for server in servers { taken[folded(server.configured ?? made(of: server.name)), default: 0] += 1 }
    var used = Set(servers.compactMap { $0.configured.map(folded) })
    for server in servers where server.configured == nil {
      let prefix = made(of: server.name)
      if taken[folded(prefix)] == 1 { used.insert(folded(prefix)) }
    }
    return servers.map { server in
      if let configured = server.configured { return configured }
      let plain = made(of: server.name)
      if taken[folded(plain)] == 1 { return plain }
      var salt = ""
      while true {
        let candidate = shortened(legal(server.name), hashOf: server.name + salt)
        if used.insert(folded(candidate)).inserted { return candidate }
        salt += "+"
      }
    }
  }

  /// Whether a configured prefix can stand in front of a public name.
  static func isLegal(_ prefix: String) -> Bool { prefix.count <= limit && (prefix.isEmpty || legal(prefix) == prefix) }

  private static func made(of name: String) -> String {
    let legal = legal(name)
    return legal.count <= limit ? legal : shortened(legal, hashOf: name)
  }

  private static func shortened(_ legal: String, hashOf name: String) -> String {
    "\(legal.prefix(15))_\(StableHash.fourDigits(name))"
  }

  private static func legal(_ name: String) -> String {
    if let first = name.utf8.first, isLetter(first), name.utf8.allSatisfy(isLegal) { return name }
    let replaced = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") ? $0 : "_" })
    guard let first = replaced.first, first.isLetter else { return "s" + replaced }
    return replaced
  }

  private static func folded(_ prefix: String) -> String {
    var result = ""
    for character in prefix.lowercased() where character != "_" || result.last != "_" { result.append(character) }
    return result
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }

  private static func isLegal(_ byte: UInt8) -> Bool {
    isLetter(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
  }
}
