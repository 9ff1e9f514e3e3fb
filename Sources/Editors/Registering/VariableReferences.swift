package import TextEditing

/// The variables that a configuration of ours refers to.
package enum VariableReferences {
  /// Variables that programs look at without being told: proxies, certificates, the agent of SSH, users' directories.
  package static let common = [
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSH_AUTH_SOCK",
    "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR",
  ]

  /// Returns the names of the variables in all texts of a document, each once, in their order.
  ///
  /// `needed` leaves out those that have a default, and the folders that editors know.
  package static func names(in node: DocumentNode, needed: Bool = false) -> [String] {
    var names: [String] = []
    for (name, hasDefault) in texts(in: node).flatMap(references) where !names.contains(name) {
      if !needed || !hasDefault && !name.hasPrefix("workspace") { names.append(name) }
    }
    return names
  }

  /// Returns the names of the secrets in all texts of a document, inputs among them, each once, in their order.
  package static func secrets(in node: DocumentNode) -> [String] {
    var names: [String] = []
    for text in texts(in: node) {
      for piece in text.replacing("$${", with: "").split(separator: "${", omittingEmptySubsequences: false).dropFirst()
      {
        let reference = piece.prefix { $0 != "}" }
        guard reference.endIndex < piece.endIndex else { continue }
        let name = reference.hasPrefix("secret:") ? reference.dropFirst(7) : reference
        guard reference.hasPrefix("secret:") || reference.hasPrefix("input:"), !names.contains(String(name)) else {
          continue
        }
        names.append(String(name))
      }
    }
    return names
  }

  private static func texts(in node: DocumentNode) -> [String] {
    switch node.content {
    case .object(let members): members.flatMap { texts(in: $0.value) }
    case .array(let elements): elements.flatMap { texts(in: $0) }
    case .string(let text): [text]
    default: []
    }
  }

  private static func references(in text: String) -> [(name: String, hasDefault: Bool)] {
    // `$${` is no reference.
    text.replacing("$${", with: "").split(separator: "${", omittingEmptySubsequences: false).dropFirst().compactMap {
      var name = $0.prefix { $0 != "}" }
      guard name.endIndex < $0.endIndex else { return nil }
      if name.hasPrefix("env:") { name = name.dropFirst(4) }
      let plain = name.prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
      let rest = name[plain.endIndex...]
      guard !plain.isEmpty, plain.first?.isNumber == false, rest.isEmpty || rest.hasPrefix(":-") else { return nil }
      return (String(plain), !rest.isEmpty)
    }
  }
}
