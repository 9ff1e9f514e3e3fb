/// What an editor gives a server of its own environment.
package enum EnvironmentPassing: Sendable {
  case all
  /// These variables, and what the entry sets.
  case only([String])
  /// All but those whose name says that they are secret (Gemini CLI, `services/environmentSanitization.ts`).
  case withoutSecrets

  /// What the common libraries of clients pass on (`getDefaultEnvironment` of the TypeScript SDK).
  static let library = EnvironmentPassing.only(["HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER"])

  private static let secretWords = [
    "TOKEN", "SECRET", "PASSWORD", "KEY", "AUTH", "CREDENTIAL", "PRIVATE", "CERT",
  ]

  /// Whether a variable reaches a server without being named in its entry.
  package func passes(_ variable: String) -> Bool {
    switch self {
    case .all: true
    case .only(let names): names.contains(variable)
    case .withoutSecrets: !Self.secretWords.contains { variable.uppercased().contains($0) }
    }
  }
}
