import Configuration
import Editors
import EventLoop
import JSONRPC
import Platform
import TextEditing

/// `register EDITOR…`: writes the gateway into editors' own files.
@GatewayActor
struct RegisterCommand {
  nonisolated static let row = Command(
    "register", summary: "Register the gateway in an editor, as an edit of its own file.",
    arguments: [
      .init(
        name: "EDITOR", complaint: nil, effect: "Its name; without one, the editors that are known are shown.",
        repeats: true, offer: .editors)
    ],
    options: [all, replace, .yes, .dryRun],
    examples: [
      .init(line: "register", effect: "Show the editors and where the gateway is registered."),
      .init(line: "register cursor --dry-run", effect: "Show what would be written."),
      .init(line: "register cursor --replace", effect: "And let Cursor no longer start what the gateway starts."),
      .init(line: "register --all --yes", effect: "In every editor that has a file, without asking."),
    ]
  ) { context in
    let names = context.invocation.arguments
    if names.isEmpty, !context.invocation.has(all) { return EditorList(context).show() }
    guard let editors = editors(names, context) else { return .unusable }
    guard let own = OwnFile.read(context) else { return .unusable }
    var status = ExitStatus.good
    for editor in editors {
      let result = await RegisterCommand(context, own, editor).run()
      if result != .good { status = result }
    }
    return status
  }

  private nonisolated static let all = CommandOption("--all", "Every editor that has a file.")
  private nonisolated static let replace = CommandOption(
    "--replace", "Take out, or switch off, what the editor would then start a second time.")

  private let context: CommandContext
  private let own: OwnFile
  private let editor: Editor
  private let program: OwnProgram

  private init(_ context: CommandContext, _ own: OwnFile, _ editor: Editor) {
    self.context = context
    self.own = own
    self.editor = editor
    program = OwnProgram(context.surroundings)
  }

  private static func editors(_ names: [String], _ context: CommandContext) -> [Editor]? {
    if context.invocation.has(all) {
      return EditorTable.all.filter { !EditorFiles.existing($0, context.surroundings).isEmpty }
    }
    var editors: [Editor] = []
    for name in names {
      guard let editor = EditorTable.editor(named: name) else {
        EditorList(context).complain(unknown: name)
        return nil
      }
      editors.append(editor)
    }
    return editors
  }

  private func run() async -> ExitStatus {
    guard let (path, format) = EditorFiles.main(editor, context.surroundings) else {
      context.complain(.noEditorFile, "nothing says where \(editor.title) has its file: HOME is not set")
      return .unusable
    }
    let registration = Registration(
      command: program.path, arguments: own.arguments(in: context.surroundings), variables: variables)
    guard let opened = EditorFiles.read(editor, path: path, format: format, context) else {
      context.note("write this entry into \(path) yourself:")
      context.console.say(EditorList.pasted(registration))
      return .unusable
    }
    do throws(DocumentProblem) {
      return try await register(registration, in: opened)
    } catch {
      context.complain(.editorFile, "\(path):\(error)")
      return .unusable
    }
  }

  private func register(
    _ registration: Registration, in opened: EditorFiles.Opened
  ) async throws(DocumentProblem) -> ExitStatus {
    let file = opened.file
    let mine = file.entries.first(where: program.isMeant)
    if mine == nil, file.entries.contains(where: { $0.key == Registration.key }) {
      context.complain(
        .nameTaken, "\(file.path) has another server called '\(Registration.key)'; give it another name there first")
      return .unusable
    }
    let key = mine?.key ?? Registration.key
    let doubles = ServerTwins.doubles(of: own.entries, in: file.entries)
    let replaced = context.invocation.has(Self.replace) ? doubles : []
    let edited = try registration.apply(to: file, key: key, replacing: replaced)
    warn(registration, doubles: replaced.isEmpty ? doubles : [])
    if edited.document.bytes == file.document.bytes, opened.bytes != nil {
      context.console.say("\(editor.title): registered already in \(file.path)\n")
      return .good
    }
    var text = "\(editor.title): \(file.path)\n"
    text += EditPreview.text(from: file.document.bytes, to: edited.document.bytes)
    if !replaced.isEmpty { text += "  no longer started by it: \(replaced.map(\.key).joined(separator: ", "))\n" }
    context.console.say(shown: text)
    if context.invocation.has(.dryRun) { return .good }
    let answer = await Consent.ask("Write this into \(file.path)?", context)
    guard answer == .yes else { return Consent.refused(answer, context) }
    return try write(edited, opened, key: mine?.key)
  }

  private func write(
    _ edited: EditorFile, _ opened: EditorFiles.Opened, key: String?
  ) throws(DocumentProblem) -> ExitStatus {
    let journal = RegistrationJournal(editor: editor.name, path: edited.path, context.surroundings)
    var before = opened.bytes
    // What is kept is the file without us, also when we stand in it already.
    if let key, let bytes = opened.bytes {
      switch journal.origin(of: bytes) {
      case .bytes(let origin): before = origin
      case .absent: before = nil
      case nil:
        let kept = opened.file.dialect.path.count
        before = try Registration.removed(from: opened.file, key: key, keeping: kept).document.bytes
      }
    }
    do throws(PlatformError) { try journal.keep(before: before, after: edited.document.bytes) } catch {
      context.complain(.system, "the file cannot be kept for undoing: \(error)")
      return .unusable
    }
    guard EditorFiles.write(edited.path, from: opened.bytes, to: edited.document.bytes, context) else {
      return .unusable
    }
    let backup = before == nil ? "" : "; what it was is kept in \(journal.backupPath ?? "")"
    context.console.say(shown: "  written\(backup)\n  next: \(editor.cure)\n")
    return .good
  }

  // MARK: - What a person should know

  /// The variables that servers need, as far as they are set: of others a reference would arrive as it stands.
  private var variables: [String] {
    let names = VariableReferences.names(in: own.document.root) + VariableReferences.common
    var seen: Set<String> = []
    return names.filter { context.surroundings.environment[$0]?.isEmpty == false && seen.insert($0).inserted }
  }

  private func warn(_ registration: Registration, doubles: [EditorEntry]) {
    if own.bytes == nil || own.entries.isEmpty {
      context.note("\(own.path) has no servers yet; 'mcp-junction import' or 'mcp-junction add' puts some in")
    }
    let needed = VariableReferences.names(in: own.document.root)
    let lost = registration.missing(in: editor).filter(needed.contains)
    if !lost.isEmpty, EditorTable.editor(named: editor.name)?.dialects[0].handsNothingOver == true {
      context.note(
        "\(editor.title) may not pass \(lost.joined(separator: ", ")) on, and its file cannot say so: put "
          + "\(lost.count == 1 ? "it" : "them") into a file, and name that as \"envFile\" in \(own.path)")
    }
    guard !doubles.isEmpty else { return }
    let names = doubles.map { "'\($0.key)'" }.joined(separator: ", ")
    context.note(
      "\(editor.title) starts \(names) itself as well: tools would appear twice. --replace takes "
        + "\(doubles.count == 1 ? "it" : "them") out there")
  }
}
