import Configuration
import Editors
import EventLoop
import Platform
import TextEditing

/// `remove`, `enable` and `disable`: change servers' entries in the configuration, as edits of its text.
@GatewayActor
struct ChangeCommand {
  enum Change: Sendable {
    case remove, enable, disable
  }

  nonisolated static let rows = [
    row("remove", "Take servers out of the configuration.", .remove, "remove time", "The rest of the file stays."),
    row("enable", "Use servers again.", .enable, "enable time git", "Two servers that were disabled."),
    row(
      "disable", "Keep servers in the configuration without starting them.", .disable, "disable time", "Until 'enable'."
    ),
  ]

  private nonisolated static func row(
    _ word: String, _ summary: String, _ change: Change, _ line: String, _ effect: String
  ) -> Command {
    Command(
      word, summary: summary,
      arguments: [
        .init(
          name: "NAME", complaint: "needs the name of a server", effect: "A server's name.", repeats: true,
          offer: .servers)
      ],
      options: [.dryRun], examples: [.init(line: line, effect: effect)]
    ) { context in
      guard let own = OwnFile.read(context) else { return .unusable }
      return ChangeCommand(context, own, change).run()
    }
  }

  private let context: CommandContext
  private let own: OwnFile
  private let change: Change

  private init(_ context: CommandContext, _ own: OwnFile, _ change: Change) {
    self.context = context
    self.own = own
    self.change = change
  }

  private func run() -> ExitStatus {
    let names = own.entries.map(\.key)
    for name in context.invocation.arguments where !names.contains(name) {
      let cure = NearestName.of(name, among: names).map { "did you mean '\($0)'?" }
      context.complain(
        .noSuchServer,
        "no server is called '\(name)' in \(own.path); \(cure ?? "it has \(names.joined(separator: ", "))")")
      return .noSuchName
    }
    do throws(DocumentProblem) {
      var document = own.document
      for name in context.invocation.arguments { document = try changed(name, document) }
      let words = document.bytes == own.document.bytes ? "nothing to change" : done
      if !context.invocation.has(.dryRun), document.bytes != own.document.bytes {
        let status = own.write(document, context)
        guard status == .good else { return status }
      }
      return context.console.say(
        shown: "\(own.path): \(words): \(context.invocation.arguments.joined(separator: ", "))\n")
    } catch {
      context.complain(.ownFile, "\(own.path):\(error)")
      return .unusable
    }
  }

  private func changed(_ name: String, _ document: Document) throws(DocumentProblem) -> Document {
    let steps = own.file.dialect.steps(to: name)
    guard change != .remove else { return try document.removing(at: steps) }
    var document = document
    // Other programs spell it the other way round.
    for key in ["enabled", "isActive"] where try document.node(at: steps + [.key(key)]) != nil {
      document = try document.setting(.boolean(change == .enable), at: steps + [.key(key)])
    }
    if change == .disable { return try document.setting(.boolean(true), at: steps + [.key("disabled")]) }
    return try document.removing(at: steps + [.key("disabled")])
  }

  private var done: String {
    let words =
      switch change {
      case .remove: "removed"
      case .enable: "enabled"
      case .disable: "disabled"
      }
    return context.invocation.has(.dryRun) ? "would be \(words)" : words
  }
}
