import Configuration
import Editors
import EventLoop
import Platform
import TextEditing

/// The editors that are known, for a person.
@GatewayActor
struct EditorList {
  private let context: CommandContext

  init(_ context: CommandContext) { self.context = context }

  /// Shows where the gateway is registered and where it could be.
  func show() -> ExitStatus {
    let program = OwnProgram(context.surroundings)
    var rows = [("EDITOR", "STATE")]
    for editor in EditorTable.all {
      let files = EditorFiles.existing(editor, context.surroundings)
      guard !files.isEmpty else {
        rows.append((editor.name, "no file"))
        continue
      }
      for file in files {
        guard case .success(let opened) = EditorFiles.open(editor, path: file.path, format: file.format) else {
          rows.append((editor.name, "\(file.path) cannot be read; 'mcp-junction doctor' says why"))
          continue
        }
        let entries = opened.file.entries
        let own = entries.contains(where: program.isMeant)
        let others = entries.count - (own ? 1 : 0)
        let state = own ? "registered" : "not registered"
        rows.append((editor.name, "\(state), \(others) other server\(others == 1 ? "" : "s"), \(file.path)"))
      }
    }
    let width = rows.map(\.0.count).max() ?? 0
    let lines = rows.map { $0.0 + String(repeating: " ", count: width + 2 - $0.0.count) + $0.1 + "\n" }
    return context.console.say(shown: lines.joined())
  }

  /// Says that an editor is not known, and what to paste into its file.
  func complain(unknown name: String) {
    let near = EditorTable.nearest(to: name).map { "did you mean '\($0)'?" }
    let all = "known are " + EditorTable.all.map(\.name).joined(separator: ", ")
    context.complain(.noSuchEditor, "no editor is called '\(name)'; \(near ?? all)")
    guard near == nil, let own = OwnFile.read(context) else { return }
    let registration = Registration(
      command: OwnProgram(context.surroundings).path, arguments: own.arguments(in: context.surroundings), variables: [])
    context.note("for others, paste this where they keep their servers:")
    context.console.say(Self.pasted(registration))
  }

  /// Returns the gateway's entry as it is pasted into most editors' files.
  static func pasted(_ registration: Registration) -> String {
    let path = [DocumentStep.key("mcpServers"), .key(Registration.key)]
    let document = try? Document([], format: .json).setting(registration.generic, at: path)
    return String(decoding: document?.bytes ?? [], as: UTF8.self)
  }
}
