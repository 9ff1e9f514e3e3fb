import Configuration
import Editors
import EventLoop
import Platform
import TextEditing

/// What `doctor` finds in editors' files.
@GatewayActor
struct EditorCheck {
  private let surroundings: Surroundings
  private let own: OwnFile
  private let program: OwnProgram
  private let nameLimit: Int

  /// `nameLimit` is how many characters a public name may have.
  init(_ surroundings: Surroundings, _ own: OwnFile, nameLimit: Int) {
    self.surroundings = surroundings
    self.own = own
    self.nameLimit = nameLimit
    program = OwnProgram(surroundings)
  }

  func findings() -> [Finding] {
    var findings: [Finding] = []
    for editor in EditorTable.all {
      for file in EditorFiles.existing(editor, surroundings) {
        switch EditorFiles.open(editor, path: file.path, format: file.format) {
        case .failure(let failure):
          findings.append(
            Finding(
              .error(.editorFile), editor.name, "its file cannot be read: \(failure)",
              cure: "mend the file in the editor"))
        case .success(let opened): findings += self.findings(opened.file)
        }
      }
    }
    if findings.isEmpty {
      findings.append(
        Finding(
          .warning(.notRegistered), "editors", "the gateway is registered in none",
          cure: "mcp-junction register shows them"))
    }
    return findings
  }

  private func findings(_ file: EditorFile) -> [Finding] {
    let editor = file.editor
    let mine = file.entries.filter(program.isMeant)
    guard let entry = mine.first else { return [] }
    var findings = program(of: entry, in: file)
    if mine.count > 1 {
      findings.append(
        Finding(
          .warning(.otherProgram), editor.name,
          "starts the gateway \(mine.count) times: \(mine.map(\.key).joined(separator: ", "))",
          cure: "take all but one out of \(file.path)"))
    }
    if !entry.isOn {
      findings.append(
        Finding(
          .warning(.notRegistered), editor.name, "has the gateway switched off", cure: "switch it on in the editor"))
    }
    findings += variables(of: entry, file)
    let doubles = ServerTwins.doubles(of: own.entries, in: file.entries)
    if !doubles.isEmpty {
      findings.append(
        Finding(
          .warning(.startedTwice), editor.name,
          "also starts \(doubles.map(\.key).joined(separator: ", ")) itself: tools appear twice",
          cure: "mcp-junction register \(editor.name) --replace"))
    }
    if let budget = editor.names.budget(forKey: entry.key), budget < nameLimit {
      findings.append(
        Finding(
          .warning(.namesTooLong), editor.name,
          "takes names of \(budget) characters, and the gateway makes some of up to \(nameLimit)",
          cure: "set \"nameLimit\": \(max(24, budget)) in the 'junction' of \(own.path)"))
    }
    return findings.isEmpty ? [Finding(.good, editor.name, "the gateway is registered in \(file.path)")] : findings
  }

  /// Finds an entry that starts another program than this one, or on another file.
  private func program(of entry: EditorEntry, in file: EditorFile) -> [Finding] {
    let editor = file.editor
    let cure = "mcp-junction register \(editor.name)"
    let command = entry.words[0]
    let found = ExecutableSearch.resolve(
      command, path: surroundings.environment["PATH"], base: surroundings.workingDirectory)
    guard case .success(let path) = found else {
      return [
        Finding(
          .error(.otherProgram), editor.name, "starts \(command), which is not there", cure: "\(cure); --fix does it",
          mend: repair(of: entry, in: file))
      ]
    }
    if !program.isSame(as: path) {
      return [
        Finding(
          .warning(.otherProgram), editor.name, "starts another mcp-junction than this one: \(path)", cure: cure)
      ]
    }
    let launch = ProcessLaunch(command: path, arguments: Array(entry.words.dropFirst()))
    // What the editor does not pass on does not count there.
    let passed = surroundings.environment.filter { editor.environment.passes($0.key) }
    let there = Surroundings(environment: passed, workingDirectory: surroundings.homeDirectory ?? "/")
    let other = ConfigurationLoading.gateway(of: launch, in: there)
    let location = other?.configuration.flatMap { other?.absolute($0.path) }
    guard let location, location != own.path else { return [] }
    return [Finding(.warning(.otherProgram), editor.name, "uses another configuration: \(location)", cure: cure)]
  }

  /// Returns the edit that leads an entry to this program; nil where the command is written in another way than usual.
  private func repair(of entry: EditorEntry, in file: EditorFile) -> Finding.Mend? {
    let place = ["command", "cmd"].first { entry.node.member($0)?.value.text != nil }
    guard let place,
      let edited = try? file.document.setting(
        .string(program.path), at: file.dialect.steps(to: entry.key) + [.key(place)])
    else { return nil }
    return .edit(path: file.path, from: file.document.bytes, to: edited.bytes)
  }

  /// Finds variables that servers need and this editor hands to nobody.
  private func variables(of entry: EditorEntry, _ file: EditorFile) -> [Finding] {
    let needed = own.entries.filter(\.isOn).flatMap { VariableReferences.names(in: $0.node, needed: true) }
    var seen: Set<String> = []
    let lost = needed.filter {
      !file.editor.environment.passes($0) && !entry.handsOver($0) && seen.insert($0).inserted
    }
    guard !lost.isEmpty else { return [] }
    let cure =
      file.dialect.handsNothingOver
      ? "put \(lost.count == 1 ? "it" : "them") into a file, and name it as \"envFile\" in \(own.path)"
      : "set \(lost.count == 1 ? "it" : "them") here, and mcp-junction register \(file.editor.name)"
    return [
      Finding(
        .warning(.variablesLost), file.editor.name,
        "does not pass on \(lost.joined(separator: ", ")), which servers need", cure: cure)
    ]
  }
}
