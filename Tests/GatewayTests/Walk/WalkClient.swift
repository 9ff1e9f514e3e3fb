import EventLoop
import TestSupport

/// A client of one era in a random walk, which knows what it may be told.
@GatewayActor
final class WalkClient {
  struct Request {
    let method: String
    /// Raw; what the server of a call is asked to say again.
    let word: String
    let server: String?
    var isTakenBack = false

    var isListen: Bool { method == "subscriptions/listen" }
  }

  /// An interim answer, for whose call the client may come back.
  struct Interim {
    let request: Request
    let answer: String
  }

  /// What the modern client, or the session of the legacy one, declares.
  static let capabilities = #"{"elicitation":{"form":{},"url":{}},"sampling":{},"roots":{}}"#

  let isModern: Bool
  private let name: String
  private let client: ScriptedClient
  private(set) var open: [String: Request] = [:]
  /// Raw ids of questions that it has not answered.
  private(set) var questions: [String] = []
  private(set) var interim: [Interim] = []
  /// Errors without an id that it has deserved.
  private var deserved = 0
  private var lastNumber = 0
  /// How many messages it was sent.
  private(set) var heard = 0
  /// A server all of whose calls succeed.
  var reliable: String?
  /// Whether what only modern results have is a fault in those of a legacy client.
  var holdsLegacyToItsEra = true
  /// What it came across: methods, and kinds of answers.
  private(set) var seen: Set<String> = []
  /// What it was sent and should not have been, until the walk takes it.
  private var faults: [String] = []

  init(_ client: ScriptedClient, isModern: Bool) {
    self.client = client
    self.isModern = isModern
    name = isModern ? "m" : "l"
    client.onLine = { [unowned self] in hear($0) }
  }

  /// Requests whose answers are still owed.
  var owed: [String] { open.filter { !$0.value.isTakenBack && !$0.value.isListen }.keys.sorted() }

  /// Calls of a server whose answers are still owed.
  func owed(to server: String) -> [String] { owed.filter { open[$0]?.server == server } }

  /// Whether the answer to the call with a word is still owed.
  func owes(_ word: String) -> Bool { owed.contains { open[$0]?.word == word } }

  var unanswered: Int { client.unanswered }

  /// Returns what it was sent and should not have been, once.
  func takeFaults() -> [String] {
    defer { faults = [] }
    return faults
  }

  /// Opens its session.
  func begin() {
    client.start()
    if isModern { return ask("server/discover") }
    open["\"init\""] = Request(method: "initialize", word: "0", server: nil)
    tell(
      #"{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":\#(Self.capabilities),"clientInfo":{"name":"l","version":"1"}}}"#
    )
    tell(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
  }

  /// Makes a request; `members` of its params are raw.
  func ask(_ method: String, _ members: String = "", of server: String? = nil, id spelled: String? = nil) {
    lastNumber += 1
    let id = spelled ?? (lastNumber % 3 == 0 ? "\"\\u0061\(lastNumber)\"" : "\(lastNumber)")
    guard open[id] == nil else { return }
    let word = "\"\(name)\(lastNumber)\""
    open[id] = Request(method: method, word: word, server: server)
    let named =
      method == "tools/call" ? "\(members),\"arguments\":{\"word\":\(word)}" : members
    write(id, method, named)
  }

  /// Calls a tool of a server.
  func call(_ server: String, tool: String = "echo", meta: String = "") {
    ask("tools/call", "\"name\":\"\(server)__\(tool)\"", of: server)
  }

  private func write(_ id: String, _ method: String, _ members: String) {
    let meta = #""progressToken":\#(id),"io.modelcontextprotocol/logLevel":"debug""#
    if isModern { return tell(Modern.request(id, method, members, capabilities: Self.capabilities, meta: meta)) }
    let rest = members.isEmpty ? "" : ",\(members)"
    tell(#"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":{"_meta":{"progressToken":\#(id)}\#(rest)}}"#)
  }

  func tell(_ line: String) { client.tell(line) }

  /// Writes what is no message, for which it is told off at most once.
  func babble(_ line: String) {
    deserved += 1
    tell(line)
  }

  /// Takes a request back.
  func takeBack(_ id: String) {
    open[id]?.isTakenBack = true
    tell(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(id)}}"#)
    if open[id]?.isListen == true { open[id] = nil }
  }

  /// Answers a question that it was asked; `member` is raw.
  func answer(_ index: Int, _ member: String) {
    let id = questions.remove(at: index)
    tell(#"{"jsonrpc":"2.0","id":\#(id),\#(member)}"#)
  }

  /// Comes back with what an interim answer asked for; more than once is more than a client should.
  func comeBack(_ index: Int, action: String = "accept", times: Int = 1) {
    let interim = interim.remove(at: index)
    let requests = JSONOracle.value(of: interim.answer, "result", "inputRequests") ?? "{}"
    let responses = (JSONOracle.members(of: Array(requests.utf8)) ?? []).map {
      "\"\(String(decoding: $0.key, as: UTF8.self))\":{\"action\":\"\(action)\"}"
    }
    let state = JSONOracle.value(of: interim.answer, "result", "requestState").map { ",\"requestState\":\($0)" } ?? ""
    for _ in 0..<times {
      lastNumber += 1
      open["\(lastNumber)"] = interim.request
      write(
        "\(lastNumber)", interim.request.method,
        #""name":"\#(interim.request.server ?? "")__echo","arguments":{"word":\#(interim.request.word)},"inputResponses":{\#(responses.joined(separator: ","))}\#(state)"#
      )
    }
  }

  /// Never comes back with anything that was asked so far.
  func forgetInterim() { interim = [] }

  private func hear(_ line: String) {
    heard += 1
    do throws(StrictMessage.Fault) {
      try take(StrictMessage(line), line)
    } catch {
      // It is reported once, and not again as an answer that is missing.
      if let id = JSONOracle.value(of: line, "id") { open[id] = nil }
      faults.append("a \(isModern ? "modern" : "legacy") client got \(line.prefix(500)): \(error.reason)")
    }
  }

  private func kind(of answer: StrictMessage, _ line: String) -> String {
    if answer.kind == .error { return "error" }
    if line.contains("\"mcp-junction/failure\"") { return "failure" }
    return line.contains("\"input_required\"") ? "input_required" : "answer"
  }

  private func take(_ message: StrictMessage, _ line: String) throws(StrictMessage.Fault) {
    seen.insert(message.method ?? kind(of: message, line))
    switch message.kind {
    case .request:
      if isModern { throw StrictMessage.Fault(reason: "it must not be asked") }
      if let id = message.id { questions.append(id) }
    case .notification:
      if message.method == "notifications/cancelled", let id = JSONOracle.value(of: line, "params", "requestId") {
        questions.removeAll { $0 == id }
      }
    case .result, .error:
      guard let id = message.id, id != "null" else {
        deserved -= 1
        if deserved < 0 { throw StrictMessage.Fault(reason: "nothing deserved it") }
        return
      }
      guard let request = open.removeValue(forKey: id) else {
        throw StrictMessage.Fault(reason: "no such request is open")
      }
      if let server = request.server, server == reliable, !line.contains("\"word\"") {
        throw StrictMessage.Fault(reason: "nothing was wrong with the server of the call")
      }
      guard message.kind == .result else { return }
      if let word = JSONOracle.value(of: line, "result", "word"), word != request.word {
        throw StrictMessage.Fault(reason: "it is the answer to \(word), not to \(request.word)")
      }
      let type = JSONOracle.value(of: line, "result", "resultType")
      guard (type != nil) == isModern || !isModern && !holdsLegacyToItsEra else {
        throw StrictMessage.Fault(reason: "it is not of the client's era")
      }
      if type == "\"input_required\"", request.method == "tools/call" {
        interim.append(Interim(request: request, answer: line))
      }
    }
  }
}
