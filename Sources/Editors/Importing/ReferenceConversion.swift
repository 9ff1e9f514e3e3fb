/// References to variables, from the spelling of an editor to ours.
struct ReferenceConversion {
  private let references: EditorDialect.References
  /// Whether the file is one of ours, where all of our references mean what they say.
  private let isOurs: Bool
  /// What a person has to see to.
  private(set) var notes: [String] = []

  init(_ references: EditorDialect.References, isOurs: Bool) {
    self.references = references
    self.isOurs = isOurs
  }

  /// Returns a text as we write it; nil when it stays.
  mutating func convert(_ text: String) -> String? {
    let converted =
      switch references {
      case .own: named(text)
      case .dollar: dollars(text)
      case .openCode: replaced(replaced(escaped(text), "{env:", "}"), "{file:", "}", kind: "file:")
      case .secrets: secrets(text)
      case .none: escaped(text)
      }
    return converted == text ? nil : converted
  }

  /// What looks like a reference of ours and was none.
  private func escaped(_ text: String) -> String { text.replacing("${", with: "$${") }

  // MARK: - Names in braces

  /// Converts what editors know besides variables: `${userHome}`, `${input:id}`.
  private mutating func named(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    while let start = rest.firstRange(of: "${"), let end = rest[start.upperBound...].firstIndex(of: "}") {
      let name = rest[start.upperBound..<end]
      result += rest[..<start.lowerBound] + reference(String(name))
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  private mutating func reference(_ name: String) -> String {
    switch name {
    case "userHome": return "${HOME}"
    case "pathSeparator", "/": return "/"
    case _ where name.hasPrefix("input:"):
      note("'\(name.dropFirst(6))' is asked for once more here, and kept as a secret")
      return "${\(name)}"
    // Ours; in the editor's file it stood for itself.
    case _ where !isOurs && ["cmd:", "file:", "secret:"].contains(where: name.hasPrefix): return "$${\(name)}"
    case _ where name.hasPrefix("workspaceFolder") || name.hasPrefix("workspaceRoot"):
      note("${\(name)} is the folder that the editor has open; write the folder instead")
      return "${\(name)}"
    default: return "${\(name)}"
    }
  }

  // MARK: - Other spellings

  /// Converts `$VAR`; `${VAR}` is ours already.
  private mutating func dollars(_ text: String) -> String {
    var text = text
    while let start = text.firstRange(of: "$("), let end = text[start.upperBound...].firstIndex(of: ")") {
      note("what the editor runs as a command, $(…), is run here only where \"commands\" in 'junction' says so")
      text.replaceSubrange(start.lowerBound...end, with: "${cmd:\(text[start.upperBound..<end])}")
    }
    var result = ""
    var rest = text[...]
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      let name = rest[rest.index(after: dollar)...].prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
      if let first = name.first, !first.isNumber {
        result += "${\(name)}"
      } else {
        result += "$" + name
      }
      rest = rest[name.endIndex...]
    }
    return result + rest
  }

  private func secrets(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    while let start = rest.firstRange(of: "${{"), let end = rest[start.upperBound...].firstRange(of: "}}") {
      let name = rest[start.upperBound..<end.lowerBound].filter { !$0.isWhitespace }
      let isSecret = name.hasPrefix("secrets.")
      result += rest[..<start.lowerBound]
      result += isSecret ? "${\(name.dropFirst(8))}" : "$" + rest[rest.index(after: start.lowerBound)..<end.upperBound]
      rest = rest[end.upperBound...]
    }
    return result + rest
  }

  private func replaced(_ text: String, _ before: String, _ after: Character, kind: String = "") -> String {
    var result = ""
    var rest = text[...]
    while let start = rest.firstRange(of: before), let end = rest[start.upperBound...].firstIndex(of: after) {
      result += rest[..<start.lowerBound] + "${\(kind)" + rest[start.upperBound..<end] + "}"
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  private mutating func note(_ text: String) {
    if !notes.contains(text) { notes.append(text) }
  }
}
