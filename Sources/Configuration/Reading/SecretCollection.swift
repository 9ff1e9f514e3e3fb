import JSONRPC

/// Gathers the texts that must never be shown.
struct SecretCollection {
  /// Shorter texts are too common to blot out, and too weak to be worth it.
  static let minimum = 8
  /// Parts of a longer text from this length on are secrets when they look like one.
  private static let partMinimum = 16

  private(set) var texts: [String] = []
  /// Values that are no secret under any name: paths and errors would become unreadable without them.
  private let exempt: Set<String>

  /// - Parameter exempt: what ``exemptValues(in:)`` returned.
  init(exempt: Set<String>) { self.exempt = exempt }

  static func exemptValues(in environment: [String: String]) -> Set<String> {
    Set(environment.filter { isExempt($0.key) }.values)
  }

  /// Adds the value of a variable or header. Each line of a longer text counts by itself as well, since logs come line
  /// by line, and so does what follows an authentication scheme (`Bearer …`), the password of an address, and every part
  /// that looks like a key.
  mutating func add(_ value: String, of name: String) {
    guard !Self.isExempt(name), !exempt.contains(value) else { return }
    append(value)
    let lines = value.split(whereSeparator: \.isNewline)
    if lines.count > 1 { for line in lines { append(String(line)) } }
    if let space = value.firstIndex(of: " ") { append(String(value[space...].drop { $0 == " " })) }
    if let password = Self.password(in: value) { append(String(password)) }
    for part in Self.parts(of: value) where Self.looksRandom(part) { append(String(part)) }
  }

  /// Adds what is secret of a program's arguments: what stands behind an option or a name that says so, as in
  /// `--api-key KEY`, `--token=TOKEN`, `-e PASSWORD=…` and `--header "Authorization: …"`.
  mutating func add(arguments: [String]) {
    var name: Substring?
    for argument in arguments {
      if let name, !argument.hasPrefix("-") { add(argument, of: String(name)) }
      name = nil
      if let separator = argument.firstIndex(where: { $0 == "=" || $0 == ":" }),
        Self.isTelling(argument[..<separator])
      {
        add(
          String(argument[argument.index(after: separator)...].drop { $0 == " " }), of: String(argument[..<separator]))
      } else if argument.hasPrefix("-"), Self.isTelling(argument[...]) {
        name = argument[...]
      } else if let password = Self.password(in: argument) {
        append(String(password))
      }
    }
  }

  /// Adds a default that the file gives for a variable, when the variable or the text itself looks like a secret.
  mutating func add(default text: String, of variable: String) {
    if Self.isTelling(variable[...]) || Self.looksRandom(text[...]) { add(text, of: variable) }
  }

  private mutating func append(_ text: String) {
    if text.count >= Self.minimum, !texts.contains(text) { texts.append(text) }
  }

  private static func isExempt(_ name: String) -> Bool {
    ["PATH", "HOME", "LANG", "LANGUAGE"].contains(name) || name.hasPrefix("LC_")
  }

  // MARK: - What looks like a secret

  /// Whether a name says that its value is one.
  private static func isTelling(_ name: Substring) -> Bool {
    let name = name.lowercased()
    if ["file", "path", "dir", "url", "uri", "type"].contains(where: name.hasSuffix) { return false }
    return name.hasSuffix("key") || tellingWords.contains { name.contains(ascii: $0) }
  }

  private static let tellingWords: [StaticString] = [
    "token", "secret", "passw", "passphrase", "apikey", "api-key", "api_key", "credential", "authorization", "bearer",
  ]

  /// Returns the password of an address: `scheme://user:password@host`.
  private static func password(in value: String) -> Substring? {
    guard let scheme = value.firstRange(ofASCII: "://") else { return nil }
    let authority = value[scheme.upperBound...].prefix { !"/?#".contains($0) }
    guard let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") else { return nil }
    return authority[authority.index(after: colon)..<at]
  }

  /// Returns the pieces of a text that is put together.
  private static func parts(of value: String) -> [Substring] {
    value.split { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-")) }
  }

  /// Whether a text has the form of a key: long, of letters and digits.
  private static func looksRandom(_ text: Substring) -> Bool {
    text.utf8.count >= partMinimum && text.utf8.contains(where: \.isASCIILetter)
      && text.utf8.count(where: \.isASCIIDigit) >= 2
  }
}
