/// Puts environment variables in for `${VAR}`, `${VAR:-default}` and `${env:VAR}`.
///
/// In the files of OpenCode and Kilo, `{env:VAR}` is one as well. As in a shell, the default also stands for a variable that is set to nothing. `$${` is a literal `${`. Nothing else
/// is special: a `$` without a brace stays.
struct Expansion: Sendable {
  enum Failure: Error, Equatable {
    case unset(variable: String)
    case malformed(String)
  }

  /// A variable that was put in, with its value.
  struct Use: Equatable {
    let name: String
    let value: String
    /// Whether the value is the reference's own default.
    var isDefault = false
  }

  let environment: [String: String]
  /// Whether `{env:VAR}` refers to a variable.
  var expandsBraced = false

  /// Returns the text with every reference replaced, and the variables that were used.
  func expand(_ text: String) -> Result<(text: String, uses: [Use]), Failure> {
    guard text.utf8.contains(where: { $0 == UInt8(ascii: "$") || $0 == UInt8(ascii: "{") }) else {
      return .success((text, []))
    }
    var result = ""
    var uses: [Use] = []
    var rest = text[...]
    while let start = rest.firstIndex(where: { $0 == "$" || $0 == "{" }) {
      result += rest[..<start]
      rest = rest[start...]
      if rest.hasPrefix("$${") {
        result += "${"
        rest = rest.dropFirst(3)
      } else if rest.hasPrefix("${") || expandsBraced && rest.hasPrefix("{env:") {
        guard let end = rest.firstIndex(of: "}") else { return .failure(.malformed("'${' without '}'")) }
        switch value(of: rest[..<end].drop { $0 == "$" }.dropFirst()) {
        case .success(let (value, use)):
          result += value
          if let use { uses.append(use) }
        case .failure(let failure): return .failure(failure)
        }
        rest = rest[rest.index(after: end)...]
      } else {
        result.append(rest.removeFirst())
      }
    }
    return .success((result + rest, uses))
  }

  private func value(of reference: Substring) -> Result<(String, Use?), Failure> {
    var name = reference
    if name.hasPrefix("env:") { name = name.dropFirst(4) }
    var fallback: Substring?
    if let colon = name.firstIndex(of: ":"), name[colon...].hasPrefix(":-") {
      fallback = name[colon...].dropFirst(2)
      name = name[..<colon]
    }
    guard Self.isVariableName(name) else {
      return .failure(.malformed("'${\(reference)}' \(ReferenceHint.malformed(reference))"))
    }
    if let brace = fallback?.firstIndex(of: "{"), reference[..<brace].last == "$" {
      return .failure(.malformed("the default in '${\(reference)}' cannot refer to another variable"))
    }
    let variable = String(name)
    if let value = environment[variable], !(value.isEmpty && fallback != nil) {
      return .success((value, Use(name: variable, value: value)))
    }
    if let fallback {
      return .success((String(fallback), Use(name: variable, value: String(fallback), isDefault: true)))
    }
    return .failure(.unset(variable: variable))
  }

  static func isVariableName(_ name: some StringProtocol) -> Bool {
    guard let first = name.first, first == "_" || first.isASCII && first.isLetter else { return false }
    return name.allSatisfy { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
  }
}
