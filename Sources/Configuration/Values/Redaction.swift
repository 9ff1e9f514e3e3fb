import JSONRPC

/// Blots secrets out of text that is about to be shown.
///
/// Text must be redacted before it is cut: what is left of a secret that was cut in two is not recognised. What has fewer
/// than ``SecretCollection/minimum`` bytes is only recognised where it stands by itself, between characters that are
/// neither letters nor digits.
package struct Redaction: Sendable {
  private static let blot = "•••"
  /// Bytes from which on the beginning of a secret tells something.
  private static let tellingBytes = 4

  /// The secrets by their first byte, longest first.
  private var secrets: [[[UInt8]]] = []
  private let isEmpty: Bool

  /// Takes secrets as they are; each is recognised as programs write it as well: in JSON, in addresses, in Base64, as a
  /// literal.
  package init(_ secrets: some Sequence<String>) {
    var all: Set<String> = []
    for secret in Set(secrets) where !secret.isEmpty {
      all.formUnion(SecretSpelling.all(of: secret))
    }
    isEmpty = all.isEmpty
    guard !isEmpty else { return }
    self.secrets = Array(repeating: [], count: 256)
    for secret in all {
      let bytes = Array(secret.utf8)
      self.secrets[Int(bytes[0])].append(bytes)
    }
    for byte in self.secrets.indices { self.secrets[byte].sort { $0.count > $1.count } }
  }

  /// Takes the secrets of all servers, disabled ones included.
  package init(_ configuration: Configuration) { self.init(configuration.servers.flatMap(\.secrets)) }

  /// Returns the text with every secret blotted out; secrets that overlap become one blot.
  ///
  /// `isCut` says that the text goes on somewhere else: then what may be the beginning of a secret at its end is blotted
  /// out as well.
  package func redact(_ text: String, isCut: Bool = false) -> String {
    guard !isEmpty else { return text }
    var bytes = text
    return bytes.withUTF8 { redacted($0, isCut) } ?? text
  }

  /// Returns nil when there is nothing to blot out.
  private func redacted(_ bytes: UnsafeBufferPointer<UInt8>, _ isCut: Bool) -> String? {
    var result: [UInt8] = []
    var plain = 0
    var index = 0
    while index < bytes.count {
      var end = endOfSecret(in: bytes, at: index, isCut)
      guard end > index else {
        index += 1
        continue
      }
      var next = index + 1
      while next < end {
        end = max(end, endOfSecret(in: bytes, at: next, isCut))
        next += 1
      }
      result += bytes[plain..<index]
      result += Self.blot.utf8
      plain = end
      index = end
    }
    guard plain > 0 else { return nil }
    return String(decoding: result + bytes[plain...], as: UTF8.self)
  }

  /// Returns the offset after the longest secret that begins at `start`, or `start` when there is none.
  @inline(__always)
  private func endOfSecret(in bytes: UnsafeBufferPointer<UInt8>, at start: Int, _ isCut: Bool) -> Int {
    let candidates = secrets[Int(bytes[start])]
    guard !candidates.isEmpty else { return start }
    for secret in candidates {
      let length = min(secret.count, bytes.count - start)
      guard length == secret.count || isCut && length >= Self.tellingBytes else { continue }
      guard bytes[start..<(start + length)].elementsEqual(secret[..<length]) else { continue }
      if secret.count >= SecretCollection.minimum || Self.isAlone(start..<(start + length), in: bytes) {
        return start + length
      }
    }
    return start
  }

  /// Whether neither a letter nor a digit is beside a piece of the text.
  private static func isAlone(_ piece: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let before = piece.lowerBound > 0 && isOfWord(bytes[piece.lowerBound - 1])
    return !before && !(piece.upperBound < bytes.count && isOfWord(bytes[piece.upperBound]))
  }

  private static func isOfWord(_ byte: UInt8) -> Bool { byte.isASCIILetter || byte.isASCIIDigit || byte >= 0x80 }
}
