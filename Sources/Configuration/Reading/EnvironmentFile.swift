/// Reads the lines `NAME=value` of an `envFile`.
///
/// `export` in front, blank lines, and comments (a line that begins with `#`, or ` #` after an unquoted value) are
/// passed over. In double quotes `\n`, `\r`, `\t`, `\"`, `\\` and `\$` are escapes; in single quotes nothing is. No
/// variable is expanded. Of a name given twice the last value counts, as in a shell.
enum EnvironmentFile {
  static func parse(_ source: SourceText, server: String) -> Result<[EnvironmentVariable], ConfigurationProblem> {
    var variables: [EnvironmentVariable] = []
    var offset = source.hasByteOrderMark ? 3 : 0
    for line in source.bytes[offset...].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      defer { offset += line.count + 1 }
      guard !line.contains(0), let text = String(validating: line, as: UTF8.self) else {
        return .failure(source.problem(at: offset, "the line is not UTF-8 text", server: server))
      }
      switch variable(in: text) {
      case .success(let variable?): variables.append(variable)
      case .success(nil): continue
      case .failure(let reason): return .failure(source.problem(at: offset, reason.text, server: server))
      }
    }
    return .success(variables)
  }

  private struct Reason: Error {
    let text: String
  }

  private static func variable(in line: String) -> Result<EnvironmentVariable?, Reason> {
    var rest = trimmed(line[...])
    if rest.isEmpty || rest.hasPrefix("#") { return .success(nil) }
    if rest.hasPrefix("export ") || rest.hasPrefix("export\t") { rest = trimmed(rest.dropFirst(7)) }
    guard let equals = rest.firstIndex(of: "=") else { return .failure(Reason(text: "expected NAME=value")) }
    let name = trimmed(rest[..<equals])
    guard Expansion.isVariableName(name) else {
      // What stands there may be the rest of a secret that was meant to be one value, so it is not shown.
      return .failure(Reason(text: "before '=' stands no variable's name (letters, digits and '_', no digit first)"))
    }
    return value(trimmed(rest[rest.index(after: equals)...])).map { EnvironmentVariable(name: String(name), value: $0) }
  }

  private static func value(_ text: Substring) -> Result<String, Reason> {
    guard let quote = text.first, quote == "\"" || quote == "'" else { return .success(unquoted(text)) }
    var result = ""
    var rest = text.dropFirst()
    while let character = rest.popFirst() {
      if character == quote {
        guard rest.isEmpty || trimmed(rest).hasPrefix("#") else {
          return .failure(Reason(text: "text after the closing quote"))
        }
        return .success(result)
      }
      guard character == "\\", quote == "\"", let escaped = rest.popFirst() else {
        result.append(character)
        continue
      }
      switch escaped {
      case "n": result += "\n"
      case "r": result += "\r"
      case "t": result += "\t"
      case "\"", "\\", "$": result.append(escaped)
      default: result += "\\\(escaped)"
      }
    }
    return .failure(Reason(text: "the quote is not closed on its line"))
  }

  private static func unquoted(_ text: Substring) -> String {
    var previous: Character = " "
    for index in text.indices {
      if text[index] == "#", isSpace(previous) { return String(trimmed(text[..<index])) }
      previous = text[index]
    }
    return String(text)
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop(while: isSpace)
    while let last = text.last, isSpace(last) { text.removeLast() }
    return text
  }

  private static func isSpace(_ character: Character) -> Bool {
    character == " " || character == "\t" || character == "\r"
  }
}
