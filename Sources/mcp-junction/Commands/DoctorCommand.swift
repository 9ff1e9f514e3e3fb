import Configuration
import Editors
import EventLoop
import Platform

/// `doctor`: looks at everything that can be wrong around the gateway, and says the cure.
@GatewayActor
struct DoctorCommand {
  nonisolated static let row = Command(
    "doctor", summary: "Check everything around the gateway and say the cures.", options: [fix, .json],
    examples: [
      .init(line: "doctor", effect: "The configuration, its programs, editors' files, sockets, caches."),
      .init(line: "doctor --fix", effect: "And mend what can be mended without harm."),
      .init(line: "doctor --json", effect: "The findings for a program."),
    ]
  ) { context in await DoctorCommand(context).run() }

  private nonisolated static let fix = CommandOption("--fix", "Mend what can be mended without harm.")

  private let context: CommandContext

  private init(_ context: CommandContext) { self.context = context }

  private func run() async -> ExitStatus {
    let findings = await findings()
    var mended: Set<Int> = []
    if context.invocation.has(Self.fix) {
      for (index, finding) in findings.enumerated() {
        if mend(finding) { mended.insert(index) }
      }
    }
    let open = findings.indices.filter { !mended.contains($0) }.map { findings[$0].kind }
    let errors = open.count(where: \.isError)
    let warnings = open.count(where: \.isWarning)
    if context.invocation.has(.json) {
      let items = findings.enumerated().map { $1.json(isMended: mended.contains($0)) }.joined(separator: ",")
      context.console.say(json: "{\"healthy\":\(errors == 0),\"findings\":[\(items)]}")
    } else {
      let width = findings.map(\.subject.count).max() ?? 0
      let columns = Terminal.columns(context.console.streams.output)
      let lines = findings.enumerated().map { $1.text(width: width, columns: columns, isMended: mended.contains($0)) }
      context.console.say(
        shown: lines.joined() + "\(Self.count(errors, "error")), \(Self.count(warnings, "warning"))\n")
    }
    return errors == 0 ? .good : .failed
  }

  /// Mends what can be mended. Returns whether it is.
  private func mend(_ finding: Finding) -> Bool {
    switch finding.mend {
    case nil: return false
    case .action(let action):
      do throws(PlatformError) { try action() } catch {
        context.complain(.system, "\(finding.subject): \(error)")
        return false
      }
      return true
    case .edit(let path, let old, let new):
      // It is shown, which would be in a program's way.
      guard !context.invocation.has(.json) else { return false }
      context.console.say(shown: "\(path)\n" + EditPreview.text(from: old, to: new))
      return EditorFiles.write(path, from: old, to: new, context)
    }
  }

  private func findings() async -> [Finding] {
    await ValueSources.using(context.surroundings) { await findings($0) }
  }

  private func findings(_ values: ValueSources) async -> [Finding] {
    let surroundings = context.surroundings
    var findings: [Finding] = []
    switch OwnFile.open(surroundings) {
    case .failure(let failure):
      findings.append(
        Finding(.error(.ownFile), "configuration", "\(failure)", cure: "mend the line, then mcp-junction config check"))
    case .success(let own):
      findings += await ConfigurationCheck(surroundings, own, values).findings(
        loginPath: await LoginPath.ask(in: surroundings))
      findings += EditorCheck(surroundings, own, nameLimit: nameLimit(own, values)).findings()
    }
    return findings + SecretCheck(surroundings).findings() + (await GatewayCheck(surroundings).findings())
  }

  private func nameLimit(_ own: OwnFile, _ values: ValueSources) -> Int {
    let access = ConfigurationLoading.access(in: context.surroundings, values)
    return Configuration.read(own.bytes ?? [], path: own.path, in: context.surroundings, with: access).settings
      .nameLimit
  }

  private static func count(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
}
