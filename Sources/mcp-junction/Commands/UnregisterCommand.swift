import Configuration
import Editors
import EventLoop
import Platform
import TextEditing

/// `unregister EDITOR…`: takes the gateway out of editors' files again.
@GatewayActor
struct UnregisterCommand {
  nonisolated static let row = Command(
    "unregister", summary: "Take the gateway out of an editor's file again.",
    arguments: [
      .init(
        name: "EDITOR", complaint: "needs the name of an editor", effect: "Its name.", repeats: true, offer: .editors)
    ],
    options: [.yes, .dryRun],
    examples: [
      .init(line: "unregister cursor", effect: "A file that was not changed since is again what it was, to the byte.")
    ]
  ) { context in
    var status = ExitStatus.good
    for name in context.invocation.arguments {
      guard let editor = EditorTable.editor(named: name) else {
        EditorList(context).complain(unknown: name)
        return .unusable
      }
      let result = await UnregisterCommand(context, editor).run()
      if result != .good { status = result }
    }
    return status
  }

  private let context: CommandContext
  private let editor: Editor

  private init(_ context: CommandContext, _ editor: Editor) {
    self.context = context
    self.editor = editor
  }

  private func run() async -> ExitStatus {
    let program = OwnProgram(context.surroundings)
    var status = ExitStatus.good
    var isFound = false
    for (path, format) in EditorFiles.existing(editor, context.surroundings) {
      guard let opened = EditorFiles.read(editor, path: path, format: format, context) else { return .unusable }
      guard let entry = opened.file.entries.first(where: program.isMeant), let bytes = opened.bytes else { continue }
      isFound = true
      do throws(DocumentProblem) {
        let result = try await remove(entry, opened, bytes)
        if result != .good { status = result }
      } catch {
        context.complain(.editorFile, "\(path):\(error)")
        status = .unusable
      }
    }
    if !isFound { context.console.say("\(editor.title): the gateway is not registered there\n") }
    return status
  }

  private func remove(
    _ entry: EditorEntry, _ opened: EditorFiles.Opened, _ bytes: [UInt8]
  ) async throws(DocumentProblem) -> ExitStatus {
    let path = opened.file.path
    let journal = RegistrationJournal(editor: editor.name, path: path, context.surroundings)
    let origin = journal.origin(of: bytes)
    let left: [UInt8]?
    let way: String
    switch origin {
    case .bytes(let before): (left, way) = (before, "brings back what it was before")
    case .absent: (left, way) = (nil, "removes the file, which was made for the gateway alone")
    case nil:
      let kept = journal.before.flatMap { depth($0, opened) } ?? opened.file.dialect.path.count
      left = try Registration.removed(from: opened.file, key: entry.key, keeping: kept).document.bytes
      way = "takes '\(entry.key)' out, and leaves the rest"
    }
    context.console.say(shown: "\(editor.title): \(way): \(path)\n")
    if context.invocation.has(.dryRun) { return .good }
    let answer = await Consent.ask("Write \(path)?", context)
    guard answer == .yes else { return Consent.refused(answer, context) }
    if let left {
      guard EditorFiles.write(path, from: bytes, to: left, context) else { return .unusable }
    } else {
      do throws(PlatformError) { try FileSystem.remove(path) } catch {
        context.complain(.system, "\(error)")
        return .unusable
      }
    }
    if origin != nil { journal.forget() }
    context.console.say(shown: "  written\n  next: \(editor.cure)\n")
    return .good
  }

  /// Returns how many keys on the way to the servers a file had.
  private func depth(_ bytes: [UInt8], _ opened: EditorFiles.Opened) -> Int? {
    let format = opened.file.document.format
    return (try? EditorFile(editor, path: opened.file.path, format: format, bytes: bytes)).map(Registration.depth)
  }
}
