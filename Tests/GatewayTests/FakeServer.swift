import Configuration
import EventLoop
import Gateway
import JSONRPC
import TestSupport

/// A server in this process: answers the handshake, lists and listens by itself and leaves everything else to the test.
@GatewayActor
@dynamicMemberLookup
final class FakeServer {
  /// Lines that the gateway sent, but for those that it answers by itself.
  let received = Mailbox<String>()
  /// Listens that it has acknowledged and that are open, as their raw ids, the latest last.
  private(set) var listens: [String] = []
  /// Every listen that it has acknowledged.
  let listened = Mailbox<String>()
  /// Every line, for asking what was never sent.
  private(set) var all: [String] = []
  var manners = ServerManners()
  /// What its supervisor says of it when it is asked whether it is stopped.
  var isStopped = false
  var launchFailure: LaunchFailure?
  /// Bytes that the gateway reads as one message.
  var frameLimit = Int.max
  /// Whether each message comes by itself, with its envelope, instead of in one stream.
  var takesEach = false
  /// Whether it goes on until it has to end at once.
  var endsUrgentlyOnly = false
  /// Sees everything that the gateway writes, with the number of the process, and says whether it takes it: else the
  /// manners do.
  var onLine: (@GatewayActor (String, Int) -> Bool)?
  private(set) var processes: [FakeProcess] = []

  subscript<Value>(dynamicMember path: WritableKeyPath<ServerManners, Value>) -> Value {
    get { manners[keyPath: path] }
    set { manners[keyPath: path] = newValue }
  }

  var starts: Int { processes.count }
  /// Every line of each process, in the order of their starts.
  var lines: [[String]] { processes.map(\.lines) }
  /// Processes that have ended.
  var ended: Set<Int> { Set(processes.indices.filter { processes[$0].isOver }) }

  func start() -> Result<Carrier, LaunchFailure> {
    if let launchFailure { return .failure(launchFailure) }
    let process = FakeProcess(limit: frameLimit)
    process.takesEach = takesEach
    process.endsUrgentlyOnly = endsUrgentlyOnly
    let number = processes.count
    processes.append(process)
    listens = []
    process.onLine = { [weak self] frame in self?.take(frame, number) }
    return .success(process.running(pid: Int32(number + 1), isStopped: { [weak self] in self?.isStopped ?? false }))
  }

  /// Whether its latest process runs.
  var isRunning: Bool { processes.last.map { !$0.isOver } ?? false }

  func die() { processes.last?.end() }

  /// Says something, the latest process if no other is named.
  func send(_ line: String, from process: Int? = nil) { write(Array((line + "\n").utf8), from: process) }

  /// Writes bytes, the latest process if no other is named.
  func write(_ bytes: [UInt8], from process: Int? = nil) {
    guard let last = processes.indices.last else { return }
    processes[process ?? last].write(bytes)
  }

  /// Answers a request with `result`, raw, under the request's id.
  func answer(_ request: String, _ result: String = "{}") { reply(request, "\"result\":\(result)") }

  /// Answers a request with the error object `error`, raw.
  func refuse(_ request: String, _ error: String) { reply(request, "\"error\":\(error)") }

  /// Tells everybody who listens, with their tags.
  ///
  /// - Parameter members: of the params, beside the tag; such as `"uri":"x:1"`.
  func tell(_ method: String, _ members: String = "") {
    let members = members.isEmpty ? "" : ",\(members)"
    for id in listens {
      send(
        #"{"jsonrpc":"2.0","method":"\#(method)","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":\#(id)}\#(members)}}"#
      )
    }
  }

  private func reply(_ request: String, _ member: String) {
    guard let id = JSONOracle.value(of: request, "id") else { return }
    send("{\"jsonrpc\":\"2.0\",\"id\":\(id),\(member)}")
  }

  private func take(_ frame: Frame, _ process: Int) {
    let line = String(decoding: frame.bytes, as: UTF8.self)
    all.append(line)
    if let onLine, onLine(line, process) { return }
    let method = frame.string("method") ?? ""
    switch method {
    case "notifications/initialized": return
    case "notifications/cancelled":
      let count = listens.count
      if let id = frame.raw("requestId", in: .params) { listens.removeAll { $0.utf8.elementsEqual(id) } }
      if listens.count < count { return }
    case "subscriptions/listen" where !manners.unanswered.contains(method): return acknowledge(line, process)
    default: break
    }
    let isModern = frame.range("io.modelcontextprotocol/protocolVersion", in: .paramsMeta) != nil
    guard let id = frame.raw("id"), let member = manners.answer(to: method, isModern: isModern) else {
      return received.put(line)
    }
    send("{\"jsonrpc\":\"2.0\",\"id\":\(String(decoding: id, as: UTF8.self)),\(member)}", from: process)
  }

  private func acknowledge(_ line: String, _ process: Int) {
    guard let id = JSONOracle.value(of: line, "id"),
      let filter = JSONOracle.value(of: line, "params", "notifications")
    else { return }
    listens.append(id)
    listened.put(line)
    send(
      #"{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":\#(id)},"notifications":\#(filter)}}"#,
      from: process)
  }
}
