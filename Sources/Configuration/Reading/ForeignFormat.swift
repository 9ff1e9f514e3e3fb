/// Tells what a file is that is no JSON, so that the message can name it instead of its first odd byte.
enum ForeignFormat {
  private static let cure =
    "write the servers as JSON: {\"mcpServers\": {\"NAME\": {\"command\": \"…\", \"args\": [\"…\"]}}}"

  /// Returns what is wrong with a file of another format; nil when it is none that is known.
  static func problem(in source: SourceText) -> ConfigurationProblem? {
    let head = source.bytes.prefix(4)
    if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) || head.prefix(2).contains(0) {
      return source.problem(at: 0, "the file is UTF-16 text; save it as UTF-8")
    }
    var offset = source.hasByteOrderMark ? 3 : 0
    for line in source.bytes[offset...].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      defer { offset += line.count + 1 }
      let text = String(decoding: line, as: UTF8.self)
      let words = text.drop(while: \.isWhitespace)
      if words.isEmpty || words.hasPrefix("#") || words == "---" { continue }
      return name(of: words).map { source.problem(at: offset, "this is \($0); \(cure)") }
    }
    return nil
  }

  /// Tells a format by the first line that says something.
  private static func name(of line: Substring) -> String? {
    let key = line.drop { $0 == "[" || $0 == "\"" }.prefix { $0.isLetter || $0.isNumber || "_-.".contains($0) }
    guard key.first?.isLetter == true else { return nil }
    let rest = line[key.endIndex...].drop { $0 == " " }
    if line.hasPrefix("["), rest.hasPrefix("]") || rest.hasPrefix(".") || key.contains(".") {
      return "TOML, as Codex keeps its servers"
    }
    guard !line.hasPrefix("["), !line.hasPrefix("\"") else { return nil }
    if rest.hasPrefix("=") { return "TOML, as Codex keeps its servers" }
    return rest.hasPrefix(":") ? "YAML, as Goose and Continue keep their servers" : nil
  }
}
