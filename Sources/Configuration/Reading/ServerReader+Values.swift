import JSONRPC
import TextEditing

extension ServerReader {
  mutating func boolean(_ field: DocumentNode.Member?) -> Bool? {
    guard let field else { return nil }
    if case .boolean(let value) = field.value.content { return value }
    report(field.value.offset, "'\(field.key)' must be true or false, not \(field.value.kind)")
    return nil
  }

  mutating func string(_ node: DocumentNode, key: String) -> String? {
    guard case .string(let text) = node.content else {
      report(node.offset, "'\(key)' must be a string, not \(node.kind)")
      return nil
    }
    return checked(text, node, key: key)
  }

  private mutating func checked(_ text: String, _ node: DocumentNode, key: String) -> String? {
    guard !text.utf8.contains(0) else {
      report(node.offset, "'\(key)' contains a NUL character, which no program can be given")
      return nil
    }
    return text
  }

  /// Returns a string with its variables put in.
  mutating func expanded(_ node: DocumentNode, key: String) -> String? {
    guard let text = string(node, key: key) else { return nil }
    let expansion = Expansion(
      environment: context.environment, expandsBraced: dialect.expandsBracedVariables, look: context.look)
    switch expansion.expand(text) {
    case .success(let (result, uses)):
      for use in uses {
        switch use.origin {
        case .variable: secrets.add(use.value, of: use.name)
        case .fallback: secrets.add(default: use.value, of: use.name)
        case .source(.input) where context.inputs[use.name]?.isHidden == false: secrets.add(use.value, of: use.name)
        case .source: secrets.add(certain: use.value)
        }
      }
      if let hint = ReferenceHint.literal(in: text, expandsBraced: dialect.expandsBracedVariables) {
        warn(node.offset, "'\(key)': \(hint)")
      }
      return result
    case .failure(.unset(let variable)):
      report(
        node.offset, "'\(key)' uses the variable \(variable), which is not set; \(ReferenceHint.unset(variable))",
        .unset)
    case .failure(.missing(let reference, let reason)):
      report(node.offset, "'\(key)' uses '\(reference)': \(reason)", .noValue)
    case .failure(.malformed(let reason)): report(node.offset, "'\(key)': \(reason)")
    }
    return nil
  }

  /// Returns a value of `args`, `env` or `headers` as text: numbers and booleans as they are spelled.
  private mutating func text(_ node: DocumentNode, key: String) -> String? {
    switch node.content {
    case .number(let spelling): return spelling
    case .boolean(let value): return "\(value)"
    default: return expanded(node, key: key)
    }
  }

  mutating func arguments(_ field: DocumentNode.Member?) -> [String] { field.map { texts($0) } ?? [] }

  /// Reads an array of texts; `null` in it is nothing.
  mutating func texts(_ field: DocumentNode.Member) -> [String] {
    guard case .array(let elements) = field.value.content else {
      report(field.value.offset, "'\(field.key)' must be an array of strings, not \(field.value.kind)")
      return []
    }
    var texts: [String] = []
    for (index, element) in elements.enumerated() {
      if case .null = element.content { continue }
      if let text = text(element, key: "\(field.key)[\(index)]") { texts.append(text) }
    }
    return texts
  }

  /// Reads names of tools, which are taken as they are.
  mutating func patterns(_ field: DocumentNode.Member?) -> [String] {
    guard let field else { return [] }
    guard case .array(let elements) = field.value.content else {
      report(field.value.offset, "'\(field.key)' must be an array of tools' names, not \(field.value.kind)")
      return []
    }
    var patterns: [String] = []
    for (index, element) in elements.enumerated() {
      if let pattern = string(element, key: "\(field.key)[\(index)]") { patterns.append(pattern) }
    }
    return patterns
  }

  /// Reads `env` or `headers`; a name with `null` is absent.
  mutating func pairs(_ field: DocumentNode.Member?) -> [EnvironmentVariable] {
    guard let field else { return [] }
    guard case .object(let members) = field.value.content else {
      report(field.value.offset, "'\(field.key)' must be an object with string values, not \(field.value.kind)")
      return []
    }
    var pairs: [EnvironmentVariable] = []
    for member in members {
      guard !member.key.isEmpty, !member.key.utf8.contains(where: { $0 == 0 || $0 == UInt8(ascii: "=") }) else {
        report(member.keyOffset, "\(JSONText.quote(member.key)) cannot be a name in '\(field.key)'")
        continue
      }
      if case .null = member.value.content { continue }
      if let value = text(member.value, key: "\(field.key).\(member.key)") {
        pairs.append(EnvironmentVariable(name: member.key, value: value))
      }
    }
    return pairs
  }

  mutating func variables(inFile field: DocumentNode.Member?) -> [EnvironmentVariable] {
    guard let field, let path = expanded(field.value, key: field.key).map(context.resolve) else { return [] }
    switch context.access.readFile(path) {
    case .failure(let problem):
      report(field.value.offset, "'envFile' \(path) cannot be read: \(problem.reason)", .noValue)
      return []
    case .success(let bytes):
      switch EnvironmentFile.parse(SourceText(path: path, bytes: bytes), server: name) {
      case .success(let variables): return variables
      case .failure(let problem):
        add(problem)
        return []
      }
    }
  }
}
