import Configuration
import Editors
import EventLoop
import Gateway
import Platform

/// What the program says when a person starts it without a command: where things stand, and what to type next.
@GatewayActor
struct Standing {
  private let context: CommandContext

  init(_ context: CommandContext) { self.context = context }

  func show() -> ExitStatus {
    guard let own = OwnFile.read(context) else { return .unusable }
    let program = OwnProgram(context.surroundings)
    let files = EditorTable.all.flatMap { editor in
      EditorFiles.existing(editor, context.surroundings).compactMap { file in
        try? EditorFiles.open(editor, path: file.path, format: file.format).get().file
      }
    }
    let registered = files.filter { $0.entries.contains(where: program.isMeant) }.map(\.editor.name)
    let others = files.flatMap(\.entries).count { !program.isMeant(by: $0) }
    let count = own.entries.count
    let configuration = own.bytes == nil ? "none yet at \(own.path)" : "\(own.path), \(Self.count(count, "server"))"
    let text = """
      \(Program.identity.name) \(Program.identity.version): one MCP server in front of all of yours
        configuration  \(configuration)
        registered in  \(registered.isEmpty ? "no editor" : registered.joined(separator: ", "))
        running        \(running)

      Next:
      \(next(count, others, registered).map { "  mcp-junction \($0.0)\(Self.space($0.0))\($0.1)" }.joined(separator: "\n"))

      """
    return context.console.say(shown: text)
  }

  private var running: String {
    guard let directory = try? RuntimeDirectory.path(below: context.surroundings.runtimeDirectory) else {
      return "nobody can be asked; 'mcp-junction doctor' says why"
    }
    let count = ControlFiles.living(in: directory).count
    return count == 0 ? "none; an editor starts it" : Self.count(count, "gateway")
  }

  /// Returns what is worth typing next, with what it does.
  private func next(_ servers: Int, _ others: Int, _ registered: [String]) -> [(String, String)] {
    var lines: [(String, String)] = []
    if servers == 0, others > 0 { lines.append(("import", "take over \(Self.count(others, "server")) from editors")) }
    if servers == 0 { lines.append(("add time -- uvx mcp-server-time", "put a server in")) }
    if servers > 0, registered.isEmpty { lines.append(("register", "register in an editor")) }
    if servers > 0 { lines.append(("list", "show the servers' tools")) }
    lines.append(("doctor", "check everything"))
    if !registered.isEmpty { lines.append(("status", "how running gateways are")) }
    return lines + [("help", "all commands")]
  }

  private static func space(_ word: String) -> String { String(repeating: " ", count: max(2, 34 - word.count)) }

  private static func count(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
}
