package import TextEditing

/// A server as it stands in an editor's file.
package struct EditorEntry: Sendable {
  package let key: String
  /// Offset of its first byte, with its key where that stands in front.
  package let offset: Int
  package let node: DocumentNode
  let dialect: EditorDialect

  /// The program and its arguments; empty for a remote server.
  package var words: [String] {
    guard let command = node.member("command")?.value ?? node.member("cmd")?.value else { return [] }
    switch command.content {
    case .string(let text): return [text] + Self.texts(node.member("args")?.value)
    case .array: return Self.texts(command) + Self.texts(node.member("args")?.value)
    // Zed once nested it.
    case .object: return Self.texts(command.member("path")?.value) + Self.texts(command.member("args")?.value)
    default: return []
    }
  }

  /// The address of a remote server.
  package var address: String? {
    ["url", "httpUrl", "serverUrl", "uri"].lazy.compactMap { node.member($0)?.value.text }.first
  }

  /// Whether the editor starts it.
  package var isOn: Bool {
    if case .boolean(true)? = node.member("disabled")?.value.content { return false }
    if case .boolean(false)? = node.member("enabled")?.value.content { return false }
    return true
  }

  private static func texts(_ node: DocumentNode?) -> [String] {
    switch node?.content {
    case .string(let text): [text]
    case .array(let elements): elements.compactMap(\.text)
    default: []
    }
  }

  /// Whether it hands a variable to its server, by name or in its environment.
  package func handsOver(_ variable: String) -> Bool {
    ["env", "envs", "environment"].contains { node.member($0)?.value.member(variable) != nil }
      || ["env_vars", "env_keys"].contains { Self.texts(node.member($0)?.value).contains(variable) }
  }

  /// The names of variables and header fields whose secrets stand in the entry itself.
  package var plainSecrets: [String] {
    ["env", "envs", "environment", "headers", "http_headers"].flatMap { key -> [String] in
      guard case .object(let members)? = node.member(key)?.value.content else { return [] }
      return members.filter { member in
        let text = member.value.text ?? ""
        return !EnvironmentPassing.withoutSecrets.passes(member.key) && !text.isEmpty && !text.contains("$")
      }.map(\.key)
    }
  }
}
