/// Puts values in for references: `${VAR}`, `${VAR:-default}`, `${env:VAR}`, and `${file:…}`, `${cmd:…}`, `${secret:…}`
/// and `${input:…}`.
///
/// In the files of OpenCode and Kilo, `{env:VAR}` and `{file:…}` are references as well. As in a shell, the default also
/// stands for a variable that is set to nothing. `$${` is a literal `${`. Nothing else is special: a `$` without a brace
/// stays.
struct Expansion {
  enum Failure: Error, Equatable {
    case unset(variable: String)
    case malformed(String)
    /// What a reference stands for is not there, and why.
    case missing(reference: String, reason: String)
  }

  /// A value that was put in.
  struct Use: Equatable {
    enum Origin: Equatable {
      case variable
      /// The reference's own default.
      case fallback
      case source(ValueSource.Kind)
    }

    /// The variable, or what the reference names.
    let name: String
    let value: String
    var origin = Origin.variable
  }

  let environment: [String: String]
  /// Whether `{env:VAR}` and `{file:…}` are references.
  var expandsBraced = false
  /// Returns what a reference to a place other than the environment stands for.
  var look: (_ kind: ValueSource.Kind, _ name: String) -> Result<String, ValueProblem> = { _, _ in
    .failure(ValueProblem("it is not looked for here"))
  }

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
      } else if rest.hasPrefix("${") || expandsBraced && (rest.hasPrefix("{env:") || rest.hasPrefix("{file:")) {
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
    let parts = reference.split(separator: ":", maxSplits: 1)
    if parts.count == 2, let kind = ValueSource.Kind(rawValue: String(parts[0])), !parts[1].hasPrefix("-") {
      let name = String(parts[1])
      return look(kind, name).map { ($0, Use(name: name, value: $0, origin: .source(kind))) }.mapError {
        .missing(reference: "${\(reference)}", reason: $0.reason)
      }
    }
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
      return .success((String(fallback), Use(name: variable, value: String(fallback), origin: .fallback)))
    }
    return .failure(.unset(variable: variable))
  }

  static func isVariableName(_ name: some StringProtocol) -> Bool {
    guard let first = name.first, first == "_" || first.isASCII && first.isLetter else { return false }
    return name.allSatisfy { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
  }
}
