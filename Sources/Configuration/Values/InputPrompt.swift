/// Something that the person is asked for, as VS Code writes it in `inputs`.
package struct InputPrompt: Equatable, Sendable {
  package let id: String
  /// The question; the id where the file has none.
  package let question: String
  /// Whether what is typed is not to be seen (`"password": true`).
  package let isHidden: Bool
  /// What counts when nothing was typed.
  package let fallback: String?
  /// What can be chosen; any text when it is empty.
  package let choices: [String]
}
