import Configuration

/// A secret that stands in a text as it is.
struct PlainSecret {
  /// The variable, header field or option that it belongs to.
  let label: String
  /// Where it stands in the text.
  let range: Range<String.Index>

  private init(_ label: some StringProtocol, _ text: Substring) {
    self.label = String(label)
    range = text.startIndex..<text.endIndex
  }

  /// Finds it in the value of a variable or a header field; nil when there is none, or a reference stands there.
  init?(in text: String, of name: String) {
    guard !Self.refers(text) else { return nil }
    if let password = SecretSigns.password(in: text), !password.isEmpty {
      self.init(name, password)
    } else if SecretSigns.isTelling(name), !text.isEmpty {
      self.init(name, Self.behindScheme(text))
    } else if SecretSigns.isKey(text) {
      self.init(name, text[...])
    } else {
      return nil
    }
  }

  /// Finds it in an address: a password, a telling parameter, or a part of the path that is a key.
  init?(inAddress text: String) {
    guard !Self.refers(text), let scheme = text.firstRange(of: "://") else { return nil }
    if let password = SecretSigns.password(in: text), !password.isEmpty {
      self.init("password", password)
      return
    }
    let parts = text[scheme.upperBound...].split(separator: "?", maxSplits: 1)
    if let key = parts.first?.split(separator: "/").dropFirst().first(where: SecretSigns.isKey) {
      self.init("url", key)
      return
    }
    for parameter in parts.dropFirst().first?.split(separator: "&") ?? [] {
      let pair = parameter.split(separator: "=", maxSplits: 1)
      if pair.count == 2, SecretSigns.isTelling(pair[0]) || SecretSigns.isKey(pair[1]) {
        self.init(pair[0], pair[1])
        return
      }
    }
    return nil
  }

  /// Finds those in arguments, by their places: what stands behind an option that says so, or is a key itself.
  static func find(inArguments words: [String]) -> [(index: Int, secret: PlainSecret)] {
    var found: [(index: Int, secret: PlainSecret)] = []
    var option: Substring?
    for (index, word) in words.enumerated() {
      defer { option = word.hasPrefix("-") && !word.contains("=") ? word.drop { $0 == "-" } : nil }
      if refers(word) { continue }
      if let option, !word.hasPrefix("-"), SecretSigns.isTelling(option) {
        found.append((index, PlainSecret(option, behindScheme(word))))
      } else if word.contains("://"), let secret = PlainSecret(inAddress: word) {
        found.append((index, secret))
      } else if let separator = word.firstIndex(where: { $0 == "=" || $0 == ":" }),
        word[..<separator].allSatisfy({ $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }),
        SecretSigns.isTelling(word[..<separator])
      {
        let value = word[word.index(after: separator)...].drop { $0 == " " }
        if !value.isEmpty {
          found.append((index, PlainSecret(word[..<separator].drop { $0 == "-" }, behindScheme(value))))
        }
      } else if SecretSigns.isKey(word) {
        found.append((index, PlainSecret("argument", word[...])))
      }
    }
    return found
  }

  /// Returns the text with something else in the secret's place.
  func replaced(in text: String, by replacement: String) -> String {
    text[..<range.lowerBound] + replacement + text[range.upperBound...]
  }

  private static func refers(_ text: String) -> Bool { text.replacing("$${", with: "").contains("${") }

  /// Returns what follows an authentication scheme (RFC 9110 section 11.1), as in `Bearer …`.
  private static func behindScheme(_ text: String) -> Substring { behindScheme(text[...]) }

  private static func behindScheme(_ text: Substring) -> Substring {
    let words = text.split(separator: " ")
    guard words.count == 2, ["bearer", "basic", "token", "apikey", "digest"].contains(words[0].lowercased()) else {
      return text
    }
    return words[1]
  }
}
