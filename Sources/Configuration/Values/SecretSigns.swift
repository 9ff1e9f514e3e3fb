import JSONRPC

/// What tells that a text is a secret, though nobody has said so.
package enum SecretSigns {
  /// Bytes from which on a text of letters and digits looks like a key.
  private static let partMinimum = 16

  /// What the keys of well-known services begin with.
  private static let prefixes = [
    "sk-", "sk_", "pk_", "rk_", "ghp_", "gho_", "ghs_", "ghu_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "xapp-",
    "AKIA",
    "ASIA", "AIza", "lin_api_", "figd_", "ntn_", "secret_", "hf_", "npm_", "pypi-", "dop_v1_", "eyJ", "ya29.", "SG.",
  ]

  /// Whether a name says that its value is a secret.
  package static func isTelling(_ name: some StringProtocol) -> Bool {
    let name = name.lowercased()
    if ["file", "path", "dir", "url", "uri", "type"].contains(where: name.hasSuffix) { return false }
    return ["key", "pass", "pwd", "_pat", "-pat"].contains(where: name.hasSuffix)
      || tellingWords.contains { name.contains(ascii: $0) }
  }

  private static let tellingWords: [StaticString] = [
    "token", "secret", "passw", "passphrase", "apikey", "api-key", "api_key", "credential", "authorization", "bearer",
  ]

  /// Returns the password of an address: `scheme://user:password@host`.
  package static func password(in value: String) -> Substring? {
    guard let scheme = value.firstRange(ofASCII: "://") else { return nil }
    let authority = value[scheme.upperBound...].prefix { !"/?#".contains($0) }
    guard let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") else { return nil }
    return authority[authority.index(after: colon)..<at]
  }

  /// Returns the pieces of a text that is put together.
  static func parts(of value: String) -> [Substring] { value.split { !isOfKey($0) } }

  /// Whether a text has the form of a key: long, of letters and digits.
  package static func looksRandom(_ text: some StringProtocol) -> Bool {
    text.utf8.count >= partMinimum && text.utf8.contains(where: \.isASCIILetter)
      && text.utf8.count(where: \.isASCIIDigit) >= 2
  }

  /// Whether a whole text is a key, by its form or by how the keys of a known service begin.
  package static func isKey(_ text: some StringProtocol) -> Bool {
    text.utf8.count >= partMinimum && text.allSatisfy { isOfKey($0) || $0 == "." }
      && (looksRandom(text) && !text.contains(".") || prefixes.contains { text.hasPrefix($0) })
  }

  private static func isOfKey(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || character == "_" || character == "-")
  }
}
