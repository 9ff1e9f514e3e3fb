/// The bytes of an address that a socket is about to be connected to.
struct InternetAddress {
  /// Four bytes or sixteen, the first one highest.
  let bytes: [UInt8]

  /// Whether it is one of the public internet: not this machine's, of a private network, or of special use (RFC 6890). An
  /// IPv4 address inside an IPv6 one counts as what it is.
  var isPublic: Bool {
    switch bytes.count {
    case 4: isPublicV4(bytes[...])
    case 16: isPublicV6
    default: false
    }
  }

  private func isPublicV4(_ bytes: ArraySlice<UInt8>) -> Bool {
    let (first, second, third) = (
      bytes[bytes.startIndex], bytes[bytes.startIndex + 1], bytes[bytes.startIndex + 2]
    )
    switch (first, second) {
    case (0, _), (10, _), (127, _), (169, 254), (192, 168), (224..., _): return false
    case (100, 64...127), (172, 16...31), (198, 18...19): return false
    case (192, 0): return third != 0 && third != 2
    case (198, 51): return third != 100
    case (203, 0): return third != 113
    default: return true
    }
  }

  private var isPublicV6: Bool {
    // Mapped, and as NAT64 translates them (RFC 6052).
    if bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF { return isPublicV4(bytes[12...]) }
    if bytes[..<12].elementsEqual([0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]) { return isPublicV4(bytes[12...]) }
    // 6to4 (RFC 3056).
    if bytes[0] == 0x20, bytes[1] == 0x02 { return isPublicV4(bytes[2..<6]) }
    // Documentation, and what is given out as global unicast: all else is local, of a group, or of special use.
    if bytes[..<4].elementsEqual([0x20, 0x01, 0x0D, 0xB8]) { return false }
    return bytes[0] & 0xE0 == 0x20
  }
}
