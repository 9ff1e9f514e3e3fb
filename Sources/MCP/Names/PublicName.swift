import JSONRPC

/// The rules by which a server's tool or prompt gets a name that every client accepts.
///
/// Clients and model APIs differ in what they allow; the common ground is `[A-Za-z0-9_-]` with a letter first, and some
/// drop or refuse what is longer than 60 to 64 characters with their own prefix counted.
package enum PublicName {
  /// Stands between the server's prefix and the original name. Names are never split at it.
  package static let separator = "__"

  /// Characters that every model API takes, a client's own prefix included.
  package static let longest = 64

  /// Returns the name that a server's item has when nothing clashes, at most `limit` characters long. `shown` is what it
  /// is called instead of its own name.
  package static func plain(prefix: String, original: String, shown: String? = nil, limit: Int) -> String {
    let name = legal(whole(prefix, shown ?? original))
    return name.utf8.count <= limit ? name : suffixed(name, prefix: prefix, original: original, limit: limit)
  }

  /// Returns the name that an item has when another one would have the same: a readable head and a stable hash of
  /// (server, original). `round` tells apart hashes that are equal.
  package static func suffixed(
    prefix: String, original: String, shown: String? = nil, limit: Int, round: Int = 0
  ) -> String {
    let name = legal(whole(prefix, shown ?? original))
    return suffixed(name, prefix: prefix, original: original, limit: limit, round: round)
  }

  private static func whole(_ prefix: String, _ name: String) -> String {
    prefix.isEmpty ? name : prefix + separator + name
  }

  private static func suffixed(
    _ name: String, prefix: String, original: String, limit: Int, round: Int = 0
  ) -> String {
    var head = Substring(name.prefix(max(1, limit - 9)))
    while head.count > 1, head.hasSuffix("_") { head = head.dropLast() }
    return head + "_" + hash(prefix, original, digits: 8, round: round)
  }

  /// Returns a stable hash in lower-case hexadecimal.
  package static func hash(_ first: String, _ second: String, digits: Int, round: Int = 0) -> String {
    var hash = StableHash.of(Array(first.utf8) + [0] + Array(second.utf8) + Array(repeating: 1, count: round))
    hash ^= hash >> 32
    let text = String(hash & 0xFFFF_FFFF, radix: 16)
    return String((String(repeating: "0", count: 8 - text.count) + text).suffix(digits))
  }

  /// Returns the text with every character outside the alphabet replaced and a letter in front.
  package static func legal(_ name: String) -> String {
    if let first = name.utf8.first, first.isASCIILetter, name.utf8.allSatisfy(isLegal) { return name }
    var bytes: [UInt8] = []
    for character in name {
      let utf8 = Array(character.utf8)
      bytes.append(utf8.count == 1 && isLegal(utf8[0]) ? utf8[0] : UInt8(ascii: "_"))
    }
    guard let first = bytes.first, first.isASCIILetter else { return "s" + String(decoding: bytes, as: UTF8.self) }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isLegal(_ byte: UInt8) -> Bool {
    byte.isASCIILetter || byte.isASCIIDigit || byte == 0x5F || byte == 0x2D
  }

  /// Returns what two names must not share: some clients fold case, one collapses runs of `_`.
  package static func identity(_ name: String) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(name.utf8.count)
    for byte in name.utf8 {
      if byte == 0x5F, result.last == 0x5F { continue }
      result.append((0x41...0x5A).contains(byte) ? byte + 0x20 : byte)
    }
    return String(decoding: result, as: UTF8.self)
  }
}
