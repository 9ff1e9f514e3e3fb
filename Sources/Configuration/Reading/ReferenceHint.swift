/// What to write instead of a reference that other programs understand.
enum ReferenceHint {
  /// Returns the cure for a variable that is not set.
  static func unset(_ variable: String) -> String {
    if isFolder(variable) {
      return "it is an editor's, and the gateway serves no single folder: write the path itself"
    }
    if variable == "userHome" { return "write '${HOME}'" }
    return "set it where the editor is started or in the 'env' of the gateway's own entry there, or write "
      + "'${\(variable):-default}'"
  }

  /// Returns the cure for a reference that is not one of ours, by what stands between the braces.
  static func malformed(_ reference: Substring) -> String {
    let parts = reference.split(separator: ":", maxSplits: 1)
    let kind = parts.first ?? ""
    if isFolder(String(kind)) {
      return "is an editor's folder, and the gateway serves no single one: write the path itself"
    }
    if ["command", "config", "keyring", "keychain", "op", "vault"].contains(kind), parts.count == 2 {
      return "is not known here; use '${secret:NAME}' or '${cmd:…}'"
    }
    if reference.contains(ascii: "secrets.") { return "is Continue's; use '${secret:NAME}' or a variable" }
    return "is not ${VAR}, ${VAR:-default} or ${env:VAR}; for a literal '${' write '$${'"
  }

  /// Returns a warning for a text that looks like another program's reference and is handed over as it is.
  static func literal(in text: String, expandsBraced: Bool) -> String? {
    let word = text.split(separator: " ").last ?? ""
    if word.hasPrefix("$"), isVariable(word.dropFirst()) { return advice(word, word.dropFirst()) }
    if word.hasPrefix("%"), word.hasSuffix("%"), isVariable(word.dropFirst().dropLast()) {
      return advice(word, word.dropFirst().dropLast())
    }
    guard !expandsBraced, let start = text.firstRange(ofASCII: "{env:"),
      let end = text[start.upperBound...].firstIndex(of: "}")
    else { return nil }
    // As in '${env:NAME}', which is ours.
    if start.lowerBound > text.startIndex, text[text.index(before: start.lowerBound)] == "$" { return nil }
    let name = text[start.upperBound..<end]
    return Expansion.isVariableName(name) ? advice(text[start.lowerBound...end], name) : nil
  }

  private static func advice(_ written: Substring, _ name: Substring) -> String {
    "'\(written)' is handed over as it is; write '${\(name)}' for the value of the variable"
  }

  /// Whether a text is a variable's name as people write them: in capitals.
  private static func isVariable(_ name: Substring) -> Bool {
    name.count > 1 && Expansion.isVariableName(name) && !name.contains(where: \.isLowercase)
  }

  private static func isFolder(_ name: String) -> Bool {
    [
      "workspaceFolder", "workspaceFolderBasename", "workspaceRoot", "projectRoot", "fileDirname",
      "fileWorkspaceFolder",
    ]
    .contains(name)
  }
}
