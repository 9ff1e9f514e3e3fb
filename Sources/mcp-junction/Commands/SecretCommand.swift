import Configuration
import Editors
import EventLoop
import JSONRPC
import Platform

/// `secret set`, `secret list` and `secret rm`: what `${secret:NAME}` stands for.
@GatewayActor
struct SecretCommand {
  nonisolated static let rows = [
    Command(
      "secret", "set", summary: "Keep a secret, for '${secret:NAME}' in the configuration.",
      arguments: [name(repeats: false)], options: [place],
      examples: [
        .init(line: "secret set GITHUB_TOKEN", effect: "Type it; the terminal does not show it."),
        .init(line: "secret set GITHUB_TOKEN <token.txt", effect: "From a file or a program."),
        .init(line: "secret set input:api-key", effect: "What '${input:api-key}' stands for."),
      ]
    ) { context in await using(context) { await $0.set(context.invocation.arguments[0]) } },
    Command(
      "secret", "list", summary: "Show the names of secrets, where they are and who uses them.", options: [.json],
      examples: [.init(line: "secret list", effect: "Names only: no secret is shown.")]
    ) { context in await using(context) { await $0.list() } },
    Command(
      "secret", "rm", summary: "Forget secrets.", arguments: [name(repeats: true)],
      examples: [.init(line: "secret rm GITHUB_TOKEN", effect: "Wherever it is kept.")]
    ) { context in await using(context) { await $0.remove(context.invocation.arguments) } },
  ]

  private nonisolated static func name(repeats: Bool) -> Command.Argument {
    .init(
      name: "NAME", complaint: "needs the name of a secret", effect: "What it is kept under.", repeats: repeats,
      offer: .secrets)
  }

  private nonisolated static let place = CommandOption(
    "--in", value: .choice(SecretStore.Place.allCases.map(\.rawValue), placeholder: "PLACE"),
    "Where it is kept: keyring, or file, which only you can read. Default: the keyring where there is one.")

  private static func using(
    _ context: CommandContext, _ body: @GatewayActor (SecretCommand) async -> ExitStatus
  ) async -> ExitStatus {
    await ValueSources.using(context.surroundings) { await body(SecretCommand(context, $0.secrets)) }
  }

  private let context: CommandContext
  private let secrets: SecretStore

  private init(_ context: CommandContext, _ secrets: SecretStore) {
    self.context = context
    self.secrets = secrets
  }

  // MARK: - Set

  private func set(_ name: String) async -> ExitStatus {
    guard ValueSource.isSecretName(name) else {
      return fail(.noSecret, "a secret's name is up to 128 letters, digits and '._/@:-'", .unusable)
    }
    let value: String
    switch await typed(name) {
    case .failure(let nothing): return nothing.status
    case .success(let text): value = text
    }
    let place = context.invocation.value(of: Self.place).flatMap(SecretStore.Place.init)
    switch await secrets.set(value, name: name, in: place) {
    case .failure(let problem): return fail(.secretNotKept, problem.reason, .failed)
    case .success(let place):
      context.console.say("\(name): kept in the \(place.rawValue)\n")
      if !SecretUsers(context.surroundings).servers(of: name).isEmpty,
        let own = try? OwnFile.open(context.surroundings).get()
      {
        await RunningGateways(on: own.path, in: context.surroundings).takeUp()
      }
      return .good
    }
  }

  /// Why there is no value; it was said.
  private struct NoValue: Error {
    let status: ExitStatus
  }

  /// Returns what is typed, or what standard input holds: an argument could be seen by everybody on the machine.
  private func typed(_ name: String) async -> Result<String, NoValue> {
    var value: String
    if Terminal.isTerminal(context.console.streams.input) {
      switch await context.console.ask("\(name): ", isHidden: true) {
      case .line(let line): value = line
      case .nothing: value = ""
      case .interrupted: return .failure(NoValue(status: .interrupted))
      }
    } else {
      guard let bytes = await context.console.typedText(limit: ValueSources.sizeLimit),
        case .success(let text) = ValueSources.text(bytes)
      else {
        return .failure(
          NoValue(
            status: fail(
              .noSecret, "a secret is UTF-8 text without NUL, of up to \(ValueSources.sizeLimit) bytes", .unusable)))
      }
      value = text
    }
    guard !value.isEmpty else {
      return .failure(NoValue(status: fail(.noSecret, "nothing was typed; nothing is kept", .unusable)))
    }
    return .success(value)
  }

  // MARK: - List and remove

  private func list() async -> ExitStatus {
    let users = SecretUsers(context.surroundings)
    switch await secrets.names() {
    case .failure(let problem): return fail(.secretNotKept, problem.reason, .failed)
    case .success(let kept):
      let missing = users.names.filter { name in !kept.contains { $0.name == name } }
      let rows = kept.map { (name: $0.name, place: Optional($0.place)) } + missing.map { ($0, nil) }
      return context.invocation.has(.json) ? say(json: rows, users) : say(rows, users)
    }
  }

  private typealias Row = (name: String, place: SecretStore.Place?)

  private func say(json rows: [Row], _ users: SecretUsers) -> ExitStatus {
    let items = rows.map { row in
      let servers = users.servers(of: row.name).map(JSONText.quote).joined(separator: ",")
      let place = row.place.map { JSONText.quote($0.rawValue) } ?? "null"
      return "{\"name\":\(JSONText.quote(row.name)),\"place\":\(place),\"servers\":[\(servers)]}"
    }
    context.console.say(json: "{\"secrets\":[\(items.joined(separator: ","))]}")
    return .good
  }

  private func say(_ rows: [Row], _ users: SecretUsers) -> ExitStatus {
    guard !rows.isEmpty else { return context.console.say("no secrets; 'mcp-junction secret set NAME' keeps one\n") }
    let lines =
      [("NAME", "KEPT IN", "USED BY")]
      + rows.map { row in
        let servers = users.servers(of: row.name)
        return (row.name, row.place?.rawValue ?? "nowhere", servers.isEmpty ? "-" : servers.joined(separator: ", "))
      }
    let width = (lines.map(\.0.count).max() ?? 0) + 2
    let text = lines.map { line in
      line.0.padded(to: width) + line.1.padded(to: 9) + line.2 + "\n"
    }
    return context.console.say(shown: text.joined())
  }

  private func remove(_ names: [String]) async -> ExitStatus {
    var status = ExitStatus.good
    for name in names {
      switch await secrets.remove(name) {
      case .failure(let problem): status = fail(.secretNotKept, problem.reason, .failed)
      case .success(false):
        status = fail(
          .noSuchSecret, "no secret is kept under '\(name)'; 'mcp-junction secret list' shows them", .noSuchName)
      case .success(true): context.console.say("\(name): forgotten\n")
      }
    }
    return status
  }

  private func fail(_ complaint: Complaint, _ text: String, _ status: ExitStatus) -> ExitStatus {
    context.complain(complaint, text)
    return status
  }
}

extension String {
  /// Returns the text with spaces behind it up to a width in characters.
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
