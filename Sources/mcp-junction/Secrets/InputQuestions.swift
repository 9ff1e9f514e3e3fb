import Configuration
import EventLoop

/// Asks a person for what `${input:…}` stands for, once: what they type is kept as a secret.
@GatewayActor
struct InputQuestions {
  private let console: Console
  private let secrets: SecretStore

  init(_ console: Console, _ secrets: SecretStore) {
    self.console = console
    self.secrets = secrets
  }

  /// Asks for inputs. Returns whether any was answered; nothing is asked where there is no terminal.
  ///
  /// - Parameters:
  ///   - ids: what is missing.
  ///   - prompts: what the file says of inputs.
  func ask(_ ids: [String], _ prompts: [InputPrompt]) async -> Bool {
    guard console.hasPerson else { return false }
    var isAnswered = false
    for id in ids {
      let prompt = prompts.first { $0.id == id }
      let question = prompt.map { $0.question == id ? id : "\($0.question) (\(id))" } ?? id
      let choices = prompt?.choices ?? []
      let options = choices.isEmpty ? "" : " [\(choices.joined(separator: ", "))]"
      guard
        case .line(let line) = await console.ask(
          "\(ShownText.line(question + options)): ", isHidden: prompt?.isHidden ?? true)
      else { return isAnswered }
      guard !line.isEmpty, choices.isEmpty || choices.contains(line) else { continue }
      switch await secrets.set(line, name: ValueSource.secretName(ofInput: id)) {
      case .success: isAnswered = true
      case .failure(let problem): console.complain(.secretNotKept, "'\(id)' is not kept: \(problem.reason)")
      }
    }
    return isAnswered
  }
}
