import Configuration
import Editors
import EventLoop
import Platform
import TextEditing

/// `add NAME -- COMMAND…`: puts a server into the configuration, as an edit of its text.
@GatewayActor
struct AddCommand {
  nonisolated static let row = Command(
    "add", summary: "Put a server into the configuration.",
    arguments: [
      .init(name: "NAME", complaint: "needs a name for the server", effect: "What the server is called."),
      .init(
        name: "COMMAND", complaint: nil, effect: "The program and its arguments, behind '--'; no shell sees them.",
        repeats: true),
    ],
    options: [environment, url, header, .dryRun],
    examples: [
      .init(line: "add time -- uvx mcp-server-time", effect: "A program with its arguments."),
      .init(
        line: "add git -e 'TOKEN=${GIT_TOKEN}' -- npx -y git-mcp", effect: "And a variable, as a reference to ours."),
      .init(line: "add docs --url https://docs.example.com/mcp", effect: "A remote server."),
    ]
  ) { context in
    guard let own = OwnFile.read(context) else { return .unusable }
    return AddCommand(context, own).run()
  }

  private nonisolated static let environment = CommandOption(
    "--env", short: "-e", value: .text(placeholder: "NAME=VALUE"), repeats: true,
    "A variable for the server; '${VAR}' in its value refers to one of ours.")
  private nonisolated static let url = CommandOption(
    "--url", value: .text(placeholder: "URL"), "The address of a remote server, instead of a command.")
  private nonisolated static let header = CommandOption(
    "--header", value: .text(placeholder: "NAME:VALUE"), repeats: true, "A header field for a remote server.")

  private let context: CommandContext
  private let own: OwnFile
  private let name: String

  private init(_ context: CommandContext, _ own: OwnFile) {
    self.context = context
    self.own = own
    name = context.invocation.arguments[0]
  }

  private func run() -> ExitStatus {
    guard let entry = entry() else { return .unusable }
    if own.entries.contains(where: { $0.key == name }) {
      context.complain(
        .nameTaken, "\(own.path) has a server called '\(name)' already; 'mcp-junction remove \(name)' takes it out")
      return .unusable
    }
    do throws(DocumentProblem) {
      let edited = try own.document.setting(entry, at: own.file.dialect.steps(to: name))
      let secrets = try edited.node(at: own.file.dialect.steps(to: name)).map(SecretExtraction.values) ?? []
      let preview = EditPreview.text(from: own.document.bytes, to: edited.bytes)
      context.console.say(shown: "\(own.path)\n" + Redaction(secrets).redact(preview))
      if !secrets.isEmpty {
        context.note(
          "a secret stands there in plain text; 'mcp-junction secret set NAME' keeps one, and '${secret:NAME}' stands for it"
        )
      }
      return context.invocation.has(.dryRun) ? .good : own.write(edited, context)
    } catch {
      context.complain(.ownFile, "\(own.path):\(error)")
      return .unusable
    }
  }

  /// Returns the entry that was typed, or nil after saying what is wrong with it.
  private func entry() -> DocumentValue? {
    let words = Array(context.invocation.arguments.dropFirst())
    let address = context.invocation.value(of: Self.url)
    guard let variables = pairs(Self.environment, "="), let headers = pairs(Self.header, ":") else { return nil }
    switch (words.first, address) {
    case (let command?, nil):
      guard headers.isEmpty else { return refuse("--header goes with --url") }
      var members = [DocumentValue.Member("command", .string(command))]
      if words.count > 1 { members.append(.init("args", .array(words.dropFirst().map(DocumentValue.string)))) }
      return .object(members + (variables.isEmpty ? [] : [.init("env", .object(variables))]))
    case (nil, let address?):
      guard variables.isEmpty else { return refuse("--env goes with a command") }
      return .object(
        [.init("url", .string(address))] + (headers.isEmpty ? [] : [.init("headers", .object(headers))]))
    case (.some, .some): return refuse("'\(name)' is given a command and --url; a server has one of them")
    case (nil, nil):
      return refuse("'add' needs the program behind '--', as in 'mcp-junction add \(name) -- uvx mcp-server-time'")
    }
  }

  private func pairs(_ option: CommandOption, _ separator: Character) -> [DocumentValue.Member]? {
    var members: [DocumentValue.Member] = []
    for text in context.invocation.values(of: option) {
      guard let place = text.firstIndex(of: separator), place > text.startIndex else {
        _ = refuse("\(option.name) needs \(option.value.placeholder ?? ""), not '\(text)'")
        return nil
      }
      let value = text[text.index(after: place)...].drop { separator == ":" && $0 == " " }
      members.append(.init(String(text[..<place]), .string(String(value))))
    }
    return members
  }

  private func refuse(_ text: String) -> DocumentValue? {
    context.complain(.usage, text)
    return nil
  }
}
