import Configuration
package import TextEditing

/// Puts references in the place of the secrets that stand in a server's entry in plain text.
package struct SecretExtraction {
  /// A secret, and the name that the reference gives it.
  package struct Found: Equatable, Sendable {
    package let name: String
    package let value: String
  }

  /// What was found, each name once.
  package private(set) var found: [Found] = []
  /// Names that are in use for something else.
  private var taken: Set<String>

  init(taken: Set<String>) { self.taken = taken }

  /// Returns an entry with references, and the labels of what they stand for.
  mutating func convert(
    _ piece: Document, server: String
  ) throws(DocumentProblem) -> (piece: Document, labels: [String]) {
    var labels: [String] = []
    var texts: [(node: DocumentNode, text: String)] = []
    for (node, secret) in Self.secrets(in: piece.root) {
      guard let text = node.text else { continue }
      // A literal '${' in our spelling.
      let value = String(text[secret.range]).replacing("$${", with: "${")
      let name = name(for: value, server: server, label: secret.label)
      texts.append((node, secret.replaced(in: text, by: "${secret:\(name)}")))
      labels.append(secret.label)
    }
    return (try piece.replacing(texts: texts), labels)
  }

  /// Returns what looks like a secret in an entry, as it stands there.
  package static func values(in entry: DocumentNode) -> [String] {
    secrets(in: entry).compactMap { node, secret in node.text.map { String($0[secret.range]) } }
  }

  private mutating func name(for value: String, server: String, label: String) -> String {
    let plain = Self.legal(server) + "/" + Self.legal(label)
    var name = plain
    var number = 1
    while taken.contains(name), !found.contains(Found(name: name, value: value)) {
      number += 1
      name = "\(plain)-\(number)"
    }
    if taken.insert(name).inserted { found.append(Found(name: name, value: value)) }
    return name
  }

  private static func legal(_ text: String) -> String {
    String(text.prefix(50).map { ValueSource.isSecretName(String($0)) && $0 != "/" && $0 != ":" ? $0 : "_" })
  }

  /// Returns the secrets of an entry in our spelling, with the texts that they stand in.
  private static func secrets(in root: DocumentNode) -> [(DocumentNode, PlainSecret)] {
    var found: [(DocumentNode, PlainSecret)] = []
    for key in ["env", "environment", "envs", "headers", "http_headers"] {
      found += secrets(inPairs: root.member(key)?.value)
    }
    found += secrets(inPairs: root.member("requestOptions")?.value.member("headers")?.value)
    for key in ["url", "httpUrl", "serverUrl", "uri"] {
      if let node = root.member(key)?.value, let secret = node.text.flatMap({ PlainSecret(inAddress: $0) }) {
        found.append((node, secret))
      }
    }
    // OpenCode writes program and arguments in one list, and Zed once nested them.
    let command = root.member("command")?.value
    for list in [root.member("args")?.value, command, command?.member("args")?.value] {
      guard case .array(let elements)? = list?.content else { continue }
      found += PlainSecret.find(inArguments: elements.map { $0.text ?? "" }).map { (elements[$0.index], $0.secret) }
    }
    return found
  }

  private static func secrets(inPairs node: DocumentNode?) -> [(DocumentNode, PlainSecret)] {
    guard case .object(let members)? = node?.content else { return [] }
    return members.compactMap { member in
      member.value.text.flatMap { PlainSecret(in: $0, of: member.key) }.map { (member.value, $0) }
    }
  }
}
