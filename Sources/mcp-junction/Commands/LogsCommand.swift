import Configuration
import Editors
import EventLoop
import Platform

/// `logs [SERVER…]`: what servers wrote to their standard error, and what the gateway says of them.
@GatewayActor
struct LogsCommand {
  nonisolated static let row = Command(
    "logs", summary: "Show what servers and gateways have logged.",
    arguments: [
      .init(
        name: "SERVER", complaint: nil, effect: "Only these servers; all, and the gateways themselves, without one.",
        repeats: true, offer: .servers)
    ],
    options: [follow, count, audit, .json],
    examples: [
      .init(line: "logs time -f", effect: "One server's lines, and those that come."),
      .init(line: "logs -n 200", effect: "The last lines of all, in the order of time."),
      .init(line: "logs --audit --json", effect: "Calls, where 'junction.audit' has them written down."),
    ]
  ) { context in await LogsCommand(context).run() }

  private nonisolated static let follow = CommandOption("--follow", short: "-f", "Go on with lines that come.")
  private nonisolated static let count = CommandOption(
    "--lines", short: "-n", value: .text(placeholder: "N"), "How many lines. Default: 50.")
  private nonisolated static let audit = CommandOption("--audit", "The file of calls instead.")

  /// Milliseconds between two looks.
  private static let interval: UInt64 = 200

  private let context: CommandContext
  private let places: LogPlaces

  private init(_ context: CommandContext) {
    self.context = context
    places = LogPlaces(in: context.surroundings)
  }

  private func run() async -> ExitStatus {
    let written = context.invocation.value(of: Self.count)
    guard let count = written.map({ Int($0) }) ?? 50, count >= 0 else {
      context.complain(.usage, "--lines must be a whole number, not '\(written ?? "")'")
      return .unusable
    }
    guard let paths = paths() else { return .noSuchName }
    var tails = Dictionary(uniqueKeysWithValues: paths.map { ($0, LogTail($0)) })
    let found = paths.flatMap { tails[$0]?.last(count) ?? [] }
    let isAudit = context.invocation.has(Self.audit)
    show(isAudit ? found.suffix(count) : ordered(found).suffix(count))
    guard context.invocation.has(Self.follow) else {
      if found.isEmpty { context.note("nothing has been logged yet in \(places.directory ?? "")") }
      return .good
    }
    let stopped = Gate()
    let signals = SignalSource.ending.map { number in SignalSource(number) { stopped.open() } }
    defer { withExtendedLifetime(signals) {} }
    while !stopped.isOpen, !context.console.hasLostReader {
      let pause = Gate()
      let timer = LoopClock.loop.after(Self.interval) { pause.open() }
      await Gate.any(pause, stopped).wait()
      timer.cancel()
      for path in self.paths() ?? [] where tails[path] == nil { tails[path] = LogTail(path) }
      var news: [String] = []
      for path in tails.keys { news += tails[path]?.news() ?? [] }
      show(isAudit ? news[...] : ordered(news)[...])
    }
    return stopped.isOpen ? .interrupted : .good
  }

  /// Returns the files that are meant, or nil after saying why there are none.
  private func paths() -> [String]? {
    guard !context.invocation.has(Self.audit) else { return [places.audit].compactMap { $0 } }
    let names = context.invocation.arguments
    guard !names.isEmpty else { return places.all }
    let known = (try? OwnFile.open(context.surroundings).get())?.entries.map(\.key) ?? []
    for name in names where !known.contains(name) && !hasFile(name) {
      let near = NearestName.of(name, among: known).map { "did you mean '\($0)'?" }
      context.complain(
        .noSuchServer, "no server is called '\(name)'; \(near ?? "there are \(known.joined(separator: ", "))")")
      return nil
    }
    return names.compactMap(places.server)
  }

  /// Whether something is kept of a server, which the configuration may have no longer.
  private func hasFile(_ server: String) -> Bool { places.server(server).map(FileSystem.isRegularFile) ?? false }

  /// Returns lines of several files by their times; those of one time stay as they are.
  private func ordered(_ lines: [String]) -> [String] {
    lines.map { ($0, LogLine($0)?.time ?? "") }.enumerated().sorted {
      ($0.element.1, $0.offset) < ($1.element.1, $1.offset)
    }.map(\.element.0)
  }

  private func show(_ lines: ArraySlice<String>) {
    for line in lines {
      guard let read = LogLine(line) else { continue }
      if context.invocation.has(.json) {
        context.console.say(json: read.json)
      } else {
        context.console.say(shown: read.text + "\n")
      }
    }
  }
}
