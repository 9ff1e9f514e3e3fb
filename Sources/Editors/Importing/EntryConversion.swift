import JSONRPC
import TextEditing

/// A server's entry, from an editor's way of writing to ours. Comments, order and what means nothing to us stay.
struct EntryConversion {
  private let dialect: EditorDialect
  private(set) var notes: [String] = []
  private let isOurs: Bool
  private var piece: Document

  init(_ entry: EditorEntry, in file: EditorFile) throws(DocumentProblem) {
    dialect = entry.dialect
    isOurs = file.editor.name == Editor.own.name
    piece = try Document(Array(file.document.json(of: entry.node).utf8), format: .json)
  }

  /// Returns the entry as it goes into our file.
  mutating func convert() throws(DocumentProblem) -> String {
    var references = ReferenceConversion(dialect.references, isOurs: isOurs)
    piece = try piece.changingTexts { references.convert($0) }
    notes += references.notes
    if dialect.isList || dialect.shape.namesItself { piece = try piece.removing(at: [.key("name")]) }
    try convertTimes()
    try convertVariables()
    try convertHeaders()
    if let type = dialect.untypedRemote, piece.root.member("url") != nil,
      ["type", "transport", "transportType"].allSatisfy({ piece.root.member($0) == nil })
    {
      try set(.string(type), "type")
    }
    return String(decoding: piece.bytes, as: UTF8.self)
  }

  private mutating func set(_ value: DocumentValue, _ path: String...) throws(DocumentProblem) {
    piece = try piece.setting(value, at: path.map(DocumentStep.key))
  }

  /// Takes a member out. Returns what it was.
  private mutating func take(_ key: String) throws(DocumentProblem) -> DocumentValue? {
    let value = piece.root.member(key)?.value.value
    piece = try piece.removing(at: [.key(key)])
    return value
  }

  // MARK: - Times

  private mutating func convertTimes() throws(DocumentProblem) {
    if let written = number("timeout") {
      switch dialect.timeout {
      case .milliseconds: break
      case .seconds: try set(.number(String(Int(written * 1000))), "timeout")
      case .listing:
        _ = try take("timeout")
        if written > 120_000 { try set(.string("\(Int(written))ms"), "junction", "handshakeTimeout") }
      }
    }
    // Codex.
    if let seconds = number("startup_timeout_sec") {
      _ = try take("startup_timeout_sec")
      try set(.string("\(Int(seconds * 1000))ms"), "junction", "handshakeTimeout")
    }
    if let milliseconds = number("startup_timeout_ms") {
      _ = try take("startup_timeout_ms")
      try set(.string("\(Int(milliseconds))ms"), "junction", "handshakeTimeout")
    }
    if let seconds = number("tool_timeout_sec") {
      _ = try take("tool_timeout_sec")
      try set(.number(String(Int(seconds * 1000))), "timeout")
    }
  }

  /// Returns a number that can be a time; nil for what is none, which stays for our own reader to judge.
  private func number(_ key: String) -> Double? {
    guard case .number(let text)? = piece.root.member(key)?.value.content, let value = Double(text) else { return nil }
    return value > 0 && value < 1e9 ? value : nil
  }

  // MARK: - Variables

  /// Converts lists of variables that an editor passes on by name.
  private mutating func convertVariables() throws(DocumentProblem) {
    for key in ["env_vars", "env_keys"] {
      guard case .array(let names)? = try take(key) else { continue }
      for case .string(let name) in names { try set(.string("${\(name)}"), environmentKey, name) }
      if key == "env_keys", !names.isEmpty {
        notes.append(
          "the editor keeps \(list(names)) in its keyring; set \(names.count == 1 ? "it" : "them") as variables")
      }
    }
  }

  private var environmentKey: String {
    ["envs", "environment"].first { piece.root.member($0) != nil } ?? "env"
  }

  private func list(_ names: [DocumentValue]) -> String {
    names.compactMap { if case .string(let name) = $0 { name } else { nil } }.joined(separator: ", ")
  }

  /// Converts the header fields that Codex takes from variables.
  private mutating func convertHeaders() throws(DocumentProblem) {
    let key = piece.root.member("http_headers") == nil ? "headers" : "http_headers"
    if case .string(let name)? = try take("bearer_token_env_var") {
      try set(.string("Bearer ${\(name)}"), key, "Authorization")
    }
    if case .object(let fields)? = try take("env_http_headers") {
      for field in fields {
        if case .string(let name) = field.value { try set(.string("${\(name)}"), key, field.key) }
      }
    }
  }
}
