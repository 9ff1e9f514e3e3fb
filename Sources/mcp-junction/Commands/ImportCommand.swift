import Configuration
import Editors
import EventLoop
import Platform
import TextEditing

/// `import [EDITOR…]`: takes the servers of this machine's editors into the configuration.
@GatewayActor
struct ImportCommand {
  nonisolated static let row = Command(
    "import", summary: "Take over the servers that editors have.",
    arguments: [
      .init(
        name: "EDITOR", complaint: nil, effect: "An editor's name, or the path of a file; all editors without one.",
        repeats: true, offer: .editors)
    ],
    options: [unwrap, .yes, .dryRun],
    examples: [
      .init(line: "import --dry-run", effect: "Show what there is and what would be taken."),
      .init(line: "import cursor codex", effect: "Only from these, after asking."),
      .init(line: "import team/servers.json --yes", effect: "From a file, without asking."),
    ]
  ) { context in
    guard let own = OwnFile.read(context) else { return .unusable }
    return await ValueSources.using(context.surroundings) { await ImportCommand(context, own, $0.secrets).run() }
  }

  private nonisolated static let unwrap = CommandOption(
    "--unwrap", "Where a server is only a bridge to an address (mcp-remote), take the address.")

  private let context: CommandContext
  private let own: OwnFile
  private let secrets: SecretStore

  private init(_ context: CommandContext, _ own: OwnFile, _ secrets: SecretStore) {
    self.context = context
    self.own = own
    self.secrets = secrets
  }

  private func run() async -> ExitStatus {
    guard let files = files() else { return .unusable }
    let program = OwnProgram(context.surroundings)
    // Nothing is overwritten by a name that happens to be the same.
    let kept = (try? await secrets.names().get()) ?? []
    var plan = ImportPlan(
      into: own.file, unwraps: context.invocation.has(Self.unwrap), takenSecrets: Set(kept.map(\.name)),
      isGateway: { program.isMeant(by: $0) })
    var status = ExitStatus.good
    for file in files where file.path != own.path {
      do throws(DocumentProblem) { try plan.add(file) } catch {
        context.complain(.editorFile, "\(file.path):\(error)")
        status = .failed
      }
    }
    show(plan, of: files)
    guard plan.own.document.bytes != own.document.bytes else { return status }
    if context.invocation.has(.dryRun) { return status }
    let answer = await Consent.ask("Write \(own.path)?", context)
    guard answer == .yes else { return Consent.refused(answer, context) }
    let found = plan.extraction.found
    guard await keep(found) else { return .unusable }
    let written = own.write(plan.own.document, context)
    guard written == .good else { return written }
    context.console.say(shown: "  written: \(own.path)\n  next: mcp-junction doctor, then mcp-junction register\n")
    return status
  }

  /// Keeps the secrets that our file refers to from now on, if the person wants that. Returns false after saying why that was
  /// not possible.
  private func keep(_ found: [SecretExtraction.Found]) async -> Bool {
    guard !found.isEmpty else { return true }
    let names = found.map(\.name).joined(separator: ", ")
    guard await Consent.ask("Keep \(found.count) secret\(found.count == 1 ? "" : "s") (\(names))?", context) == .yes
    else {
      context.note("not kept: \(names); 'mcp-junction secret set NAME' keeps one")
      return true
    }
    for secret in found {
      switch await secrets.set(secret.value, name: secret.name) {
      case .success(let place): context.console.say(shown: "  kept in the \(place.rawValue): \(secret.name)\n")
      case .failure(let problem):
        context.complain(.secretNotKept, "\(secret.name) cannot be kept: \(problem.reason)")
        return false
      }
    }
    return true
  }

  // MARK: - Where to look

  private func files() -> [EditorFile]? {
    let names = context.invocation.arguments
    guard !names.isEmpty else {
      return EditorTable.all.flatMap { editor in
        EditorFiles.existing(editor, context.surroundings).compactMap { file in
          EditorFiles.read(editor, path: file.path, format: file.format, context)?.file
        }
      }
    }
    var files: [EditorFile] = []
    for name in names {
      if let editor = EditorTable.editor(named: name) {
        let existing = EditorFiles.existing(editor, context.surroundings)
        if existing.isEmpty { context.complain(.noEditorFile, "\(editor.title) has no file here") }
        for file in existing {
          guard let opened = EditorFiles.read(editor, path: file.path, format: file.format, context) else { return nil }
          files.append(opened.file)
        }
      } else if FileSystem.isRegularFile(context.surroundings.absolute(name)) {
        let path = context.surroundings.absolute(name)
        guard let opened = EditorFiles.read(.own, path: path, format: .json, context) else { return nil }
        files.append(opened.file)
      } else {
        EditorList(context).complain(unknown: name)
        return nil
      }
    }
    return files
  }

  // MARK: - What is shown

  private func show(_ plan: ImportPlan, of files: [EditorFile]) {
    var text = ""
    for file in files where file.path != own.path {
      text += "\(file.editor.title): \(file.path)\n"
      let findings = plan.findings.filter { $0.file == file.path }
      if findings.isEmpty { text += "  no servers\n" }
      for finding in findings { text += row(finding) }
      if let count = file.projectCount, count > 0 {
        text +=
          "  \(count) project\(count == 1 ? "" : "s") with servers of \(count == 1 ? "its" : "their") own, left where they are\n"
      }
    }
    if files.isEmpty { text += "no editor's file was found here\n" }
    let taken = plan.findings.count { if case .take = $0.decision { true } else { false } }
    text += "\(taken) of \(plan.findings.count) servers to take over\n"
    context.console.say(shown: text)
  }

  /// Returns a server's lines. Arguments and values stay out: they may be secrets.
  private func row(_ finding: ImportPlan.Finding) -> String {
    let entry = finding.entry
    let what = entry.words.isEmpty ? entry.address.map(Self.host) ?? "" : Self.command(entry.words)
    let off = entry.isOn ? "" : ", disabled"
    var lines: [String]
    switch finding.decision {
    case .take(let name): lines = ["  + \(name)  \(what)\(off)"]
    case .have(let name): lines = ["  = \(entry.key)  is here already\(name == entry.key ? "" : " as '\(name)'")"]
    case .skip(let reason): lines = ["  - \(entry.key)  \(reason)"]
    }
    let unset = finding.variables.filter { context.surroundings.environment[$0]?.isEmpty != false }
    lines += finding.notes.map { "      \($0)" }
    if !unset.isEmpty { lines.append("      not set here: \(unset.joined(separator: ", "))") }
    return lines.map { $0 + "\n" }.joined()
  }

  /// Returns the program, and the package where it is a launcher.
  private static func command(_ words: [String]) -> String {
    let package = words.dropFirst().first { !$0.hasPrefix("-") && $0 != "run" && $0 != "exec" }
    let launchers = ["npx", "uvx", "bunx", "pipx", "uv", "pnpm", "yarn", "npm", "dnx"]
    guard let package, launchers.contains(words[0]) else { return words[0] }
    return "\(words[0]) \(package)"
  }

  /// Returns an address without what may be secret in it.
  private static func host(_ address: String) -> String {
    let rest = address.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
    guard rest.count == 3 else { return "…" }
    let host = rest[2].prefix { !"/?#".contains($0) }
    return "\(rest[0])//\(host.split(separator: "@").last ?? "")"
  }
}
