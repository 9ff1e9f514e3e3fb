/// References to variables, from the spelling of an editor to ours.
struct ReferenceConversion {
  let references: EditorDialect.References
  /// What a person has to see to.
  private(set) var notes: [String] = []

  init(_ references: EditorDialect.References) { self.references = references }

  /// Returns a text as we write it; nil when it stays.
  mutating func convert(_ text: String) -> String? {
    let converted =
      switch references {
      case .own: named(text)
      case .dollar: dollars(text)
      case .openCode: replaced(escaped(text), "{env:", "}")
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
      let variable = Self.variable(name.dropFirst(6))
      note("what the editor asks for as '\(name.dropFirst(6))' is taken from the variable \(variable); set it")
      return "${\(variable)}"
    case _ where name.hasPrefix("workspaceFolder") || name.hasPrefix("workspaceRoot"):
      note("${\(name)} is the folder that the editor has open; write the folder instead")
      return "${\(name)}"
    default: return "${\(name)}"
    }
  }

  private static func variable(_ input: Substring) -> String {
    let name = String(input.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    return name.first.map { $0.isLetter || $0 == "_" } == true ? name : "INPUT_\(name)"
  }

  // MARK: - Other spellings

  /// Converts `$VAR`; `${VAR}` is ours already.
  private mutating func dollars(_ text: String) -> String {
    if text.contains("$(") {
      note("a part that the editor runs as a command, $(…), is not taken over; write its result")
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

  private func replaced(_ text: String, _ before: String, _ after: Character) -> String {
    var result = ""
    var rest = text[...]
    while let start = rest.firstRange(of: before), let end = rest[start.upperBound...].firstIndex(of: after) {
      result += rest[..<start.lowerBound] + "${" + rest[start.upperBound..<end] + "}"
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  private mutating func note(_ text: String) {
    if !notes.contains(text) { notes.append(text) }
  }
}
