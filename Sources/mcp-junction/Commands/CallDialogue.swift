import Configuration
import EventLoop
import Gateway
import JSONRPC
import MCP
import Platform
import TextEditing

/// What a person at the terminal is shown and asked while a tool is called: arguments that are missing, progress, and what the
/// server wants to know.
@GatewayActor
final class CallDialogue {
  /// What servers are told that the person can be asked.
  static let capabilities = #"{"elicitation":{}}"#
  /// How often a person may type again what was no answer.
  private static let attempts = 3

  private let context: CommandContext
  private var questions: [StoredFrame] = []
  private var isAsking = false

  /// Nil where there is nobody.
  init?(_ context: CommandContext) {
    guard context.console.hasPerson else { return nil }
    self.context = context
  }

  /// Takes what the gateway says on its own during the call.
  func attach(to client: OwnClient) {
    client.onMessage = { [weak self, weak client] frame in
      guard let self, let client else { return }
      if frame.method == .progress { return show(frame) }
      guard frame.kind == .request else { return }
      guard frame.method == .elicitationCreate, frame.range("requestedSchema", in: .params) != nil else {
        return Self.refuse(frame, to: client)
      }
      questions.append(frame.copy())
      askNext(for: client)
    }
  }

  // MARK: - Arguments

  /// Returns the arguments with those that are missing, as the person types them; nil when they do not want to.
  func completed(_ pairs: [ToolArguments.Pair], schema: DocumentNode) async -> [ToolArguments.Pair]? {
    var pairs = pairs
    for name in ToolArguments.missing(pairs, schema) {
      guard let value = await ask(name, schema.member("properties")?.value.member(name)?.value, isNeeded: true) else {
        return nil
      }
      pairs.append(ToolArguments.Pair(key: name, value: value))
    }
    return pairs
  }

  /// Asks for one value; nil when the person does not want to give one.
  private func ask(_ name: String, _ property: DocumentNode?, isNeeded: Bool) async -> String? {
    let description = property?.member("description")?.value.text ?? property?.member("title")?.value.text
    let kind = property.flatMap { ToolArguments.kindText(of: $0) }
    let notes = [kind, isNeeded ? nil : "may stay empty"].compactMap { $0 }.joined(separator: ", ")
    if let description { context.console.tell("  \(description)") }
    for _ in 0..<Self.attempts {
      let prompt = ShownText.line("\(name)\(notes.isEmpty ? "" : " (\(notes))")") + ": "
      guard case .line(let line) = await context.console.ask(prompt) else { return nil }
      if !line.isEmpty || !isNeeded { return line }
    }
    return nil
  }

  // MARK: - Progress

  private func show(_ frame: Frame) {
    guard let progress = frame.raw("progress", in: .params) else { return }
    let done = String(decoding: progress, as: UTF8.self)
    let total = frame.raw("total", in: .params).map { " of \(String(decoding: $0, as: UTF8.self))" } ?? ""
    let message = frame.string("message", in: .params).map { "  \($0)" } ?? ""
    let columns = Terminal.columns(2) ?? 80
    context.console.show("\r\u{1B}[K" + String(ShownText.line("\(done)\(total)\(message)").prefix(columns - 1)))
    isShowing = true
  }

  private var isShowing = false

  /// Takes the line of progress away.
  func clear() {
    if isShowing { context.console.show("\r\u{1B}[K") }
    isShowing = false
  }

  // MARK: - Questions

  private static func refuse(_ frame: Frame, to client: OwnClient) {
    guard let id = frame.raw("id") else { return }
    client.say(
      "{\"jsonrpc\":\"2.0\",\"id\":\(String(decoding: id, as: UTF8.self)),\"error\":{\"code\":-32601,"
        + "\"message\":\"The command line cannot answer this.\"}}")
  }

  /// One question after the other, as a person reads them.
  private func askNext(for client: OwnClient) {
    guard !isAsking, !questions.isEmpty else { return }
    isAsking = true
    let frame = questions.removeFirst()
    Task { @GatewayActor in
      let result = await answer(frame)
      let id = frame.raw("id").map { String(decoding: $0, as: UTF8.self) } ?? "null"
      client.say("{\"jsonrpc\":\"2.0\",\"id\":\(id),\"result\":\(result)}")
      isAsking = false
      askNext(for: client)
    }
  }

  private func answer(_ frame: Frame) async -> String {
    clear()
    context.console.tell("The server asks: \(frame.string("message", in: .params) ?? "")")
    let cancelled = #"{"action":"cancel"}"#
    guard let raw = frame.raw("requestedSchema", in: .params), let schema = try? DocumentNode(json: Array(raw)),
      case .object(let properties)? = schema.member("properties")?.value.content
    else { return cancelled }
    let needed = Set(ToolArguments.missing([], schema))
    for _ in 0..<Self.attempts {
      var pairs: [ToolArguments.Pair] = []
      for property in properties {
        guard let line = await ask(property.key, property.value, isNeeded: needed.contains(property.key)) else {
          return cancelled
        }
        if !line.isEmpty { pairs.append(ToolArguments.Pair(key: property.key, value: line)) }
      }
      switch ToolArguments.object(pairs, schema: schema) {
      case .success(let content): return "{\"action\":\"accept\",\"content\":\(content)}"
      case .failure(let problem): context.complain(.arguments, "\(problem)")
      }
    }
    return cancelled
  }
}
