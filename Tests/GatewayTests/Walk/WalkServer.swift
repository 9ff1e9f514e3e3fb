import EventLoop
import TestSupport

/// A server in a random walk: keeps what it was asked until the walk has it answered.
@GatewayActor
final class WalkServer {
  struct Request {
    let process: Int
    /// Raw.
    let id: String
    let method: String
    let line: String
  }

  let name: String
  let fake: FakeServer
  /// What it has not answered, in the order of its arrival.
  private(set) var pending: [Request] = []
  /// What it has answered already, or was told not to answer.
  private(set) var stale: [Request] = []
  /// Raw ids of the questions that it waits for.
  private(set) var questions: [String] = []
  /// Answers by itself to everything but what clients ask.
  var isHelpful = true
  private var lastQuestion = 0

  init(_ name: String, _ fake: FakeServer) {
    self.name = name
    self.fake = fake
    fake.onLine = { [unowned self] in take($0, $1) }
  }

  private static let clientMethods: Set<String> = [
    "tools/call", "resources/read", "prompts/get", "completion/complete", "resources/subscribe",
    "resources/unsubscribe", "logging/setLevel",
  ]

  private func take(_ line: String, _ process: Int) -> Bool {
    guard let method = JSONOracle.value(of: line, "method").map({ String($0.dropFirst().dropLast()) }) else {
      let id = JSONOracle.value(of: line, "id")
      questions.removeAll { $0 == id }
      return true
    }
    guard let id = JSONOracle.value(of: line, "id") else {
      if method == "notifications/cancelled", let id = JSONOracle.value(of: line, "params", "requestId") {
        for request in pending where request.id == id && request.process == process { note(request) }
        pending.removeAll { $0.id == id && $0.process == process }
        return false
      }
      return true
    }
    if method == "ping", isHelpful {
      fake.send(#"{"jsonrpc":"2.0","id":\#(id),"result":{}}"#, from: process)
      return true
    }
    guard !isHelpful || Self.clientMethods.contains(method) else { return false }
    pending.append(Request(process: process, id: id, method: method, line: line))
    return true
  }

  private func note(_ request: Request) {
    stale.append(request)
    if stale.count > 20 { stale.removeFirst() }
  }

  /// Forgets what processes that are over were asked.
  func forgetTheDead() {
    let ended = fake.ended
    pending.removeAll { ended.contains($0.process) }
    if !fake.isRunning { questions = [] }
  }

  /// Takes out one of the requests that it has not answered.
  func take(_ index: Int) -> Request {
    let request = pending.remove(at: index)
    note(request)
    return request
  }

  /// Answers under a request's id; `member` is raw.
  func reply(to request: Request, _ member: String) {
    fake.send(#"{"jsonrpc":"2.0","id":\#(request.id),\#(member)}"#, from: request.process)
  }

  /// The good answer to a request, raw.
  func goodResult(_ request: Request) -> String {
    let type = isModern(request) ? #""resultType":"complete","# : ""
    switch request.method {
    case "tools/call":
      let word = JSONOracle.value(of: request.line, "params", "arguments", "word") ?? "null"
      return #"{\#(type)"content":[],"word":\#(word)}"#
    case "resources/read": return #"{\#(type)"contents":[],"ttlMs":1000,"cacheScope":"public"}"#
    case "prompts/get": return #"{\#(type)"messages":[]}"#
    case "completion/complete": return #"{\#(type)"completion":{"values":[]}}"#
    default: return "{\(type.dropLast())}"
    }
  }

  func isModern(_ request: Request) -> Bool { request.line.contains("io.modelcontextprotocol/protocolVersion") }

  /// Asks something.
  func ask(_ method: String) {
    lastQuestion += 1
    let id = lastQuestion % 2 == 0 ? "\(lastQuestion)" : "\"q\(lastQuestion)\""
    questions.append(id)
    fake.send(
      #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":{"message":"m","requestedSchema":{"type":"object","properties":{}},"messages":[],"maxTokens":1}}"#
    )
  }

  func takeBackQuestion(_ index: Int) {
    let id = questions.remove(at: index)
    fake.send(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(id)}}"#)
  }
}
