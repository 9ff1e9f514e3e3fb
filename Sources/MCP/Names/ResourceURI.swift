import JSONRPC

/// What the gateway has to know about resource URIs (RFC 3986).
package enum ResourceURI {
  /// Whether the text begins with a legal scheme and a colon.
  package static func hasScheme(_ uri: String) -> Bool {
    guard let colon = uri.utf8.firstIndex(of: UInt8(ascii: ":")), colon != uri.utf8.startIndex else { return false }
    let scheme = uri.utf8[..<colon]
    guard let first = scheme.first, first.isASCIILetter else { return false }
    return scheme.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == 0x2B || $0 == 0x2D || $0 == 0x2E }
  }

  /// Returns why a client that parses URIs refuses one; nil when it takes it. The Python SDK up to version 1 parses them as
  /// browsers do (WHATWG URL, section 4.4).
  package static func fault(of uri: String) -> String? {
    guard hasScheme(uri), let colon = uri.utf8.firstIndex(of: UInt8(ascii: ":")) else {
      return "its \"uri\" has no scheme"
    }
    let rest = uri.utf8[uri.utf8.index(after: colon)...]
    // Those of the web have a host, however many slashes stand in front of it.
    let isOfWeb = ["http", "https", "ws", "wss", "ftp"].contains(uri[..<colon].lowercased())
    guard isOfWeb || rest.starts(with: "//".utf8) else { return nil }
    let behind = isOfWeb ? rest.drop { $0 == 0x2F || $0 == 0x5C } : rest.dropFirst(2)
    let authority = behind.prefix { $0 != 0x2F && $0 != 0x3F && $0 != 0x23 && !(isOfWeb && $0 == 0x5C) }
    let user = authority.lastIndex(of: UInt8(ascii: "@"))
    var host = user.map { authority[authority.index(after: $0)...] } ?? authority
    let isAddress = host.first == UInt8(ascii: "[")
    var port: Substring.UTF8View?
    if let colon = host.lastIndex(of: UInt8(ascii: ":")), !isAddress || host[colon...].allSatisfy({ $0 != 0x5D }) {
      port = host[host.index(after: colon)...]
      host = host[..<colon]
    }
    if let port, !port.isEmpty, UInt16(String(decoding: port, as: UTF8.self)) == nil || !port.allSatisfy(\.isASCIIDigit)
    {
      return "its \"uri\" has a port that is none"
    }
    if host.isEmpty { return isOfWeb || user != nil || port != nil ? "its \"uri\" has no host" : nil }
    let isHost =
      isAddress
      ? host.last == 0x5D && host.dropFirst().dropLast().allSatisfy { isHexadecimal($0) || $0 == 0x3A || $0 == 0x2E }
      : !host.contains { $0 <= 0x20 || "<>[]^|\\:".utf8.contains($0) }
    return isHost ? nil : "its \"uri\" has a host that is none"
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    byte.isASCIIDigit || (0x41...0x46).contains(byte & 0xDF)
  }

  /// Returns a form in which spellings of the same URI are equal: scheme and host in lower case, escapes in upper case,
  /// unreserved characters unescaped, no default trailing slash after the host (RFC 3986 section 6.2.2).
  package static func normalized(_ uri: String) -> String {
    var bytes: [UInt8] = []
    let source = Array(uri.utf8)
    var index = 0
    while index < source.count {
      if source[index] == UInt8(ascii: "%"), index + 2 < source.count, let high = hexadecimal(source[index + 1]),
        let low = hexadecimal(source[index + 2])
      {
        let value = high << 4 | low
        if value.isASCIILetter || value.isASCIIDigit || [0x2D, 0x2E, 0x5F, 0x7E].contains(value) {
          bytes.append(value)
        } else {
          bytes.append(contentsOf: [UInt8(ascii: "%"), upper(source[index + 1]), upper(source[index + 2])])
        }
        index += 3
      } else {
        bytes.append(source[index])
        index += 1
      }
    }
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return String(decoding: bytes, as: UTF8.self) }
    var end = colon
    if bytes[(colon + 1)...].starts(with: [0x2F, 0x2F]) {
      end = bytes[(colon + 3)...].firstIndex { $0 == 0x2F || $0 == 0x3F || $0 == 0x23 } ?? bytes.count
    }
    for position in 0..<end where (0x41...0x5A).contains(bytes[position]) { bytes[position] += 0x20 }
    if end > colon, end == bytes.count - 1, bytes[end] == 0x2F { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Returns the prefix that tells a server's copy of a clashing URI apart: legal in front of a scheme.
  package static func prefix(for serverPrefix: String) -> String {
    var result = ""
    for byte in serverPrefix.utf8 {
      switch byte {
      case 0x41...0x5A: result.unicodeScalars.append(Unicode.Scalar(byte + 0x20))
      case 0x61...0x7A, 0x30...0x39, 0x2D: result.unicodeScalars.append(Unicode.Scalar(byte))
      default: result += "."
      }
    }
    guard let first = result.utf8.first, first.isASCIILetter else { return "s" + result }
    return result
  }

  private static func upper(_ byte: UInt8) -> UInt8 { (0x61...0x66).contains(byte) ? byte - 0x20 : byte }

  private static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }
}
