import Configuration
import EventLoop
import Platform

/// What references stand for that are no variables: files, commands, secrets and inputs.
///
/// Reading a configuration waits for nothing, so that it is told only what is known already; what it asked for besides is
/// looked up afterwards, all at the same time, and the file is read again.
@GatewayActor
final class ValueSources {
  /// Bytes that a value may have.
  static let sizeLimit = KeyringProcess.sizeLimit
  /// Milliseconds after which what failed is tried again when it is asked for again.
  private static let failureLifetime: UInt64 = 10_000

  private struct Answer {
    let value: Result<String, ValueProblem>
    let time: Instant
    /// Whether it is looked up again when it is asked for.
    var isOld = false
  }

  let secrets: SecretStore
  private let runner: ProgramRunner
  private let clock: LoopClock
  private var answers: [ValueSource: Answer] = [:]
  /// What is being looked up; each opens when it is known.
  private var pending: [ValueSource: Gate] = [:]
  /// What the last readings asked for in vain.
  private var questions: Set<ValueSource> = []

  /// - Parameters:
  ///   - surroundings: where programs and files are found.
  ///   - supervisor: the parent of commands; nil for one of its own.
  ///   - clock: what is waited by.
  init(in surroundings: Surroundings, below supervisor: Supervisor? = nil, clock: LoopClock = .loop) {
    runner = ProgramRunner(surroundings, below: supervisor)
    secrets = SecretStore(in: surroundings, runner)
    self.clock = clock
  }

  /// Runs `body` with sources of its own, and ends what they have started.
  static func using<Value>(
    _ surroundings: Surroundings, _ body: @GatewayActor (ValueSources) async -> Value
  ) async -> Value {
    let sources = ValueSources(in: surroundings)
    let value = await body(sources)
    await sources.end()
    return value
  }

  /// Returns what is known of a value, and remembers the question where nothing is, or what is known is old.
  func look(_ source: ValueSource) -> Result<String, ValueProblem> {
    guard let answer = answers[source] else {
      questions.insert(source)
      return .failure(ValueProblem("it is still being looked up", isPending: true))
    }
    var isOld = answer.isOld
    if case .failure = answer.value, clock.now() >= answer.time.advanced(by: Self.failureLifetime) { isOld = true }
    if isOld { questions.insert(source) }
    return answer.value
  }

  /// Whether anything was asked for that is to be looked up.
  var hasQuestions: Bool { !questions.isEmpty }

  /// Looks up what was asked for.
  ///
  /// - Parameter patience: milliseconds to wait, behind which the looking goes on; nil for as long as it takes, which has
  ///   limits of its own.
  /// - Returns: whether anything is known that was not, or not so, before.
  func answer(within patience: UInt64? = nil) async -> Bool {
    guard !questions.isEmpty else { return false }
    let asked = questions
    questions = []
    let before = asked.map { answers[$0]?.value }
    let over = Gate()
    let timer = patience.map { clock.after($0) { over.open() } }
    for gate in asked.map({ start($0) }) where !over.isOpen { await Gate.any(gate, over).wait() }
    timer?.cancel()
    return zip(asked, before).contains { answers[$0]?.value != $1 }
  }

  /// Has everything looked up again when it is asked for; until then what is known counts.
  func renew() { for source in answers.keys { answers[source]?.isOld = true } }

  /// The inputs that were asked for and never typed.
  var missingInputs: [String] {
    answers.compactMap { source, answer in
      if case .input(let id) = source, case .failure = answer.value { id } else { nil }
    }.sorted()
  }

  /// Ends what was started for it.
  func end() async { await runner.end() }

  // MARK: - Looking up

  private func start(_ source: ValueSource) -> Gate {
    if let gate = pending[source] { return gate }
    let gate = Gate()
    pending[source] = gate
    Task { @GatewayActor in
      let value = await find(source)
      answers[source] = Answer(value: value, time: clock.now())
      pending[source] = nil
      gate.open()
    }
    return gate
  }

  private func find(_ source: ValueSource) async -> Result<String, ValueProblem> {
    switch source {
    // Whoever reads the configuration reads files.
    case .file: .failure(ValueProblem("it is not looked for here"))
    case .command(let command): await output(of: command)
    case .secret(let name): await secret(name, cure: "'mcp-junction secret set \(name)' keeps it")
    case .input(let id):
      await secret(
        ValueSource.secretName(ofInput: id),
        cure: "type it once: 'mcp-junction secret set \(ValueSource.secretName(ofInput: id))'")
    }
  }

  private func output(of command: CommandReference) async -> Result<String, ValueProblem> {
    let run = await runner.run(command.words, within: command.timeout, limit: Self.sizeLimit)
    return run.flatMap { outcome in
      guard outcome.exit == .code(0) else {
        // What it said may hold what it was to keep secret.
        return .failure(ValueProblem("the command ended with \(outcome.exit)"))
      }
      return Self.text(outcome.output)
    }
  }

  private func secret(_ name: String, cure: String) async -> Result<String, ValueProblem> {
    await secrets.value(of: name).flatMap { value in
      value.map { .success($0) } ?? .failure(ValueProblem("no secret is kept under '\(name)': \(cure)"))
    }
  }

  /// Returns bytes as a value: without the line ending at their end.
  static func text(_ bytes: [UInt8]) -> Result<String, ValueProblem> {
    var bytes = bytes
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    guard bytes.count <= sizeLimit else { return .failure(ValueProblem("it has more than \(sizeLimit) bytes")) }
    guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
      return .failure(ValueProblem("it is no UTF-8 text without NUL"))
    }
    return .success(text)
  }
}
