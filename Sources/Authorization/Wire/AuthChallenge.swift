import JSONRPC

/// One challenge of `WWW-Authenticate` (RFC 9110 section 11.6.1).
package struct AuthChallenge: Equatable, Sendable {
  /// In lower case.
  package let scheme: String
  /// By their names in lower case; of a name that stands twice the first counts.
  package let parameters: [String: String]

  /// Bytes of a field beyond which the rest is not looked at.
  private static let limit = 16 << 10

  /// Returns the challenges of a field, which may hold several. What cannot be understood is passed over.
  package static func parse(_ field: String) -> [AuthChallenge] {
    var reader = Reader(rest: Array(field.utf8.prefix(limit))[...])
    return reader.challenges()
  }

  private struct Reader {
    var rest: ArraySlice<UInt8>

    mutating func challenges() -> [AuthChallenge] {
      var found: [AuthChallenge] = []
      var scheme: String?
      var parameters: [String: String] = [:]
      func finish() {
        if let scheme { found.append(AuthChallenge(scheme: scheme, parameters: parameters)) }
      }
      while true {
        skip { $0.isBlank || $0 == UInt8(ascii: ",") }
        guard !rest.isEmpty else { break }
        let word = take(while: \.isToken)
        guard !word.isEmpty else {
          rest.removeFirst()
          continue
        }
        if scheme != nil, let value = value() {
          parameters[word.lowercased()] = parameters[word.lowercased()] ?? value
          continue
        }
        finish()
        (scheme, parameters) = (word.lowercased(), [:])
        skipToken68()
      }
      finish()
      return found
    }

    /// Takes `=` and what follows it; nil, and nothing, when there is no `=`.
    private mutating func value() -> String? {
      let before = rest
      skip(\.isBlank)
      guard rest.first == UInt8(ascii: "=") else {
        rest = before
        return nil
      }
      rest.removeFirst()
      skip(\.isBlank)
      return rest.first == UInt8(ascii: "\"") ? quoted() : take { !$0.isBlank && $0 != UInt8(ascii: ",") }
    }

    private mutating func quoted() -> String {
      rest.removeFirst()
      var bytes: [UInt8] = []
      while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
        if byte == UInt8(ascii: "\\"), let escaped = rest.popFirst() {
          bytes.append(escaped)
        } else {
          bytes.append(byte)
        }
      }
      return String(decoding: bytes, as: UTF8.self)
    }

    /// Passes over the one value that schemes such as Negotiate have instead of parameters.
    private mutating func skipToken68() {
      let before = rest
      skip(\.isBlank)
      skip { $0.isASCIILetter || $0.isASCIIDigit || "-._~+/".utf8.contains($0) }
      skip { $0 == UInt8(ascii: "=") }
      skip(\.isBlank)
      if let next = rest.first, next != UInt8(ascii: ",") { rest = before }
    }

    private mutating func skip(_ isSkipped: (UInt8) -> Bool) { rest = rest.drop(while: isSkipped) }

    private mutating func take(while isTaken: (UInt8) -> Bool) -> String {
      let taken = rest.prefix(while: isTaken)
      rest = rest[taken.endIndex...]
      return String(decoding: taken, as: UTF8.self)
    }
  }
}

extension UInt8 {
  fileprivate var isBlank: Bool { self == 0x20 || self == 0x09 }

  /// `tchar` of RFC 9110 section 5.6.2.
  fileprivate var isToken: Bool { isASCIILetter || isASCIIDigit || "!#$%&'*+-.^_`|~".utf8.contains(self) }
}
