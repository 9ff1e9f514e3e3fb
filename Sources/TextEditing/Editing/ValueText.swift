import JSONRPC

/// Values as they are written in each format.
enum ValueText {
  /// Returns JSON: what holds containers over several lines, everything else on one.
  ///
  /// - Parameters:
  ///   - value: what is written.
  ///   - indentation: of the line on which it begins.
  ///   - unit: the indentation of one level more.
  ///   - lineEnd: what ends a line; nil for all on one line.
  static func json(_ value: DocumentValue, indentation: String, unit: String, lineEnd: String?) -> String {
    let inner = indentation + unit
    let items: [String]
    let braces: (String, String)
    switch value {
    case .object(let members):
      items = members.map {
        JSONText.quote($0.key) + ": " + json($0.value, indentation: inner, unit: unit, lineEnd: lineEnd)
      }
      braces = ("{", "}")
    case .array(let elements):
      items = elements.map { json($0, indentation: inner, unit: unit, lineEnd: lineEnd) }
      braces = ("[", "]")
    default: return scalar(value)
    }
    if items.isEmpty { return braces.0 + braces.1 }
    if let lineEnd, value.needsLines {
      let lines = items.map { lineEnd + inner + $0 }.joined(separator: ",")
      return braces.0 + lines + lineEnd + indentation + braces.1
    }
    let space = braces.0 == "{" ? " " : ""
    return braces.0 + space + items.joined(separator: ", ") + space + braces.1
  }

  /// Returns a value of TOML on one line.
  static func toml(_ value: DocumentValue) -> String {
    switch value {
    case .object(let members):
      members.isEmpty
        ? "{}" : "{ " + members.map { "\(tomlKey($0.key)) = \(toml($0.value))" }.joined(separator: ", ") + " }"
    case .array(let elements): "[" + elements.map(toml).joined(separator: ", ") + "]"
    default: scalar(value)
    }
  }

  /// Returns a key of TOML.
  static func tomlKey(_ key: String) -> String { isBare(key) ? key : JSONText.quote(key) }

  /// Returns a value of YAML on one line.
  static func yamlFlow(_ value: DocumentValue) -> String {
    switch value {
    case .object(let members):
      "{" + members.map { "\(yamlScalar(.string($0.key))): \(yamlFlow($0.value))" }.joined(separator: ", ") + "}"
    case .array(let elements): "[" + elements.map(yamlFlow).joined(separator: ", ") + "]"
    default: yamlScalar(value)
    }
  }

  /// Returns the lines of a member of YAML, or of several.
  static func yaml(_ members: [DocumentValue.Member], indentation: String) -> [String] {
    members.flatMap { member -> [String] in
      let key = indentation + yamlScalar(.string(member.key)) + ":"
      switch member.value {
      case .object(let inner) where !inner.isEmpty: return [key] + yaml(inner, indentation: indentation + "  ")
      case .array(let elements) where !elements.isEmpty:
        return [key] + elements.flatMap { yamlElement($0, indentation: indentation + "  ") }
      default: return [key + " " + yamlFlow(member.value)]
      }
    }
  }

  /// Returns the lines of an element of a sequence.
  static func yamlElement(_ value: DocumentValue, indentation: String) -> [String] {
    guard case .object(let members) = value, !members.isEmpty else { return [indentation + "- " + yamlFlow(value)] }
    let lines = yaml(members, indentation: indentation + "  ")
    return [indentation + "- " + lines[0].dropFirst(indentation.count + 2)] + lines.dropFirst()
  }

  private static func yamlScalar(_ value: DocumentValue) -> String {
    guard case .string(let text) = value, isPlainYAML(text) else { return scalar(value) }
    return text
  }

  /// Whether a text means itself without quotes. YAML 1.1, which many still read, has more words for true and false.
  private static func isPlainYAML(_ text: String) -> Bool {
    guard let first = text.first, first.isASCII, first.isLetter || first == "/" || first == "_" else { return false }
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
    return text.utf8.allSatisfy { isBare($0) || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ".") }
      && !words.contains(text.lowercased())
  }

  private static func isBare(_ key: String) -> Bool { !key.isEmpty && key.utf8.allSatisfy(isBare) }

  private static func isBare(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) && byte < 0x80 || byte == UInt8(ascii: "_")
      || byte == UInt8(ascii: "-")
  }

  private static func scalar(_ value: DocumentValue) -> String {
    switch value {
    case .string(let text): JSONText.quote(text)
    case .number(let text): text
    case .boolean(let value): value ? "true" : "false"
    case .null, .object, .array: "null"
    }
  }
}

extension DocumentValue {
  /// Whether it is easier to read over several lines: an object, or a list of such.
  fileprivate var needsLines: Bool {
    switch self {
    case .object: true
    case .array(let elements): elements.contains(where: \.isContainer)
    default: false
    }
  }
}
