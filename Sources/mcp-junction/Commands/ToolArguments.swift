import Configuration
import JSONRPC
import TextEditing

/// The arguments of a tool, as they are typed.
enum ToolArguments: Equatable, Sendable {
  case none
  /// An object as JSON.
  case json(String)
  case standardInput
  case file(String)
  /// `key=value`, each value read as the tool's schema wants it.
  case pairs([Pair])

  struct Pair: Equatable, Sendable {
    let key: String
    let value: String
  }

  /// Whether a word is an argument, and no name.
  static func isArgument(_ word: String) -> Bool {
    word == "-" || word.hasPrefix("@") || word.hasPrefix("{") || pair(word) != nil
  }

  static func read(_ words: ArraySlice<String>) -> Result<ToolArguments, UsageProblem> {
    guard let first = words.first else { return .success(.none) }
    if words.count == 1, pair(first) == nil || first.hasPrefix("{") || first.hasPrefix("@") {
      if first == "-" { return .success(.standardInput) }
      return .success(first.hasPrefix("@") ? .file(String(first.dropFirst())) : .json(first))
    }
    var pairs: [Pair] = []
    for word in words {
      guard let pair = pair(word) else {
        return .failure(
          UsageProblem(
            "'\(word)' is no argument; write key=value, one object of JSON, @FILE, or '-' for standard input"))
      }
      guard !pairs.contains(where: { $0.key == pair.key }) else {
        return .failure(UsageProblem("the argument '\(pair.key)' is given twice"))
      }
      pairs.append(pair)
    }
    return .success(.pairs(pairs))
  }

  private static func pair(_ word: String) -> Pair? {
    guard let equals = word.firstIndex(of: "="), equals > word.startIndex else { return nil }
    let key = word[..<equals]
    guard key.allSatisfy({ $0.isLetter || $0.isNumber || "_-.".contains($0) }) else { return nil }
    return Pair(key: String(key), value: String(word[word.index(after: equals)...]))
  }

  // MARK: - By the schema

  /// Returns the arguments as an object of JSON.
  ///
  /// - Parameters:
  ///   - pairs: what was typed.
  ///   - schema: the tool's input schema; nil when it is not known, then what is no number and no boolean is text.
  static func object(_ pairs: [Pair], schema: DocumentNode?) -> Result<String, UsageProblem> {
    let properties = schema?.member("properties")?.value
    let isClosed = schema?.member("additionalProperties")?.value.value == .boolean(false)
    var names: [String] = []
    if case .object(let members)? = properties?.content { names = members.map(\.key) }
    var members: [String] = []
    for pair in pairs {
      let property = properties?.member(pair.key)?.value
      if property == nil, !names.isEmpty || isClosed {
        let near = NearestName.of(pair.key, among: names)
        if near != nil || isClosed {
          let cure =
            near.map { "did you mean '\($0)'?" } ?? "it takes \(names.isEmpty ? "none" : names.joined(separator: ", "))"
          return .failure(UsageProblem("the tool has no argument '\(pair.key)'; \(cure)"))
        }
      }
      switch value(pair, property) {
      case .success(let text): members.append("\(JSONText.quote(pair.key)):\(text)")
      case .failure(let problem): return .failure(problem)
      }
    }
    if let problem = problem(ofMissing: missing(pairs, schema)) { return .failure(problem) }
    return .success("{" + members.joined(separator: ",") + "}")
  }

  /// Returns the names of arguments that the schema needs and nobody has typed.
  static func missing(_ pairs: [Pair], _ schema: DocumentNode?) -> [String] {
    guard case .array(let required)? = schema?.member("required")?.value.content else { return [] }
    return required.compactMap(\.text).filter { name in !pairs.contains { $0.key == name } }
  }

  private static func problem(ofMissing missing: [String]) -> UsageProblem? {
    guard !missing.isEmpty else { return nil }
    return UsageProblem(
      "the tool needs \(missing.map { "'\($0)'" }.joined(separator: " and ")); write \(missing.map { "\($0)=…" }.joined(separator: " "))"
    )
  }

  private static func value(_ pair: Pair, _ property: DocumentNode?) -> Result<String, UsageProblem> {
    let types = types(property)
    let parsed = try? DocumentNode(json: Array(pair.value.utf8))
    if let choices = choices(property), types == ["string"], !choices.contains(pair.value) {
      let cure = NearestName.of(pair.value, among: choices).map { "; did you mean '\($0)'?" } ?? ""
      return .failure(UsageProblem("'\(pair.key)' must be one of \(choices.joined(separator: ", "))\(cure)"))
    }
    if let parsed, let kind = kind(parsed), kind != "string", types.isEmpty && kind != "object" || fits(kind, types) {
      return .success(pair.value)
    }
    if types.isEmpty || types.contains("string") { return .success(JSONText.quote(pair.value)) }
    return .failure(
      UsageProblem("'\(pair.key)' must be \(types.joined(separator: " or ")), not '\(pair.value)'"))
  }

  /// Returns what a value must be, for a person; nil when it may be anything.
  static func kindText(of property: DocumentNode) -> String? {
    if let choices = choices(property) { return "one of \(choices.joined(separator: ", "))" }
    let types = types(property)
    return types.isEmpty ? nil : types.joined(separator: " or ")
  }

  private static func fits(_ kind: String, _ types: [String]) -> Bool {
    types.contains(kind) || kind == "integer" && types.contains("number")
  }

  private static func types(_ property: DocumentNode?) -> [String] {
    switch property?.member("type")?.value.content {
    case .string(let type): return [type]
    case .array(let types): return types.compactMap(\.text)
    default: break
    }
    // Optional arguments of common servers: any of a type and null.
    guard case .array(let options)? = property?.member("anyOf")?.value.content else { return [] }
    return options.flatMap(types)
  }

  private static func choices(_ property: DocumentNode?) -> [String]? {
    guard case .array(let choices)? = property?.member("enum")?.value.content else { return nil }
    return choices.compactMap(\.text)
  }

  private static func kind(_ node: DocumentNode) -> String? {
    switch node.content {
    case .object: "object"
    case .array: "array"
    case .string: "string"
    case .number(let text): text.contains { ".eE".contains($0) } ? "number" : "integer"
    case .boolean: "boolean"
    case .null: "null"
    }
  }
}
