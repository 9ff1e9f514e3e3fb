import Configuration
import EventLoop
import Gateway
import JSONRPC
import TestSupport

/// A server in this process: answers the handshake and lists by itself and leaves everything else to the test.
@GatewayActor
final class FakeServer {
  /// Lines that the gateway sent, but for the handshake and lists.
  let received = Mailbox<String>()
  /// Every line of each process, in the order of their starts.
  private(set) var lines: [[String]] = []
  private var streams: [Transport.Events?] = []
  /// Processes that have ended.
  private(set) var ended: Set<Int> = []
  /// Every line, for asking what was never sent.
  private(set) var all: [String] = []
  var tools = ["echo"]
  /// What each of its tools says about itself, raw.
  var annotations = "{}"
  /// How each of them can be called, raw.
  var execution = "{}"
  var capabilities = #"{"tools":{"listChanged":true},"logging":{},"resources":{"subscribe":true},"prompts":{}}"#
  var resources: [String] = []
  var answersHandshake = true
  /// Lists that it leaves to the test.
  var unansweredLists: Set<String> = []
  /// What its supervisor says of it when it is asked whether it is stopped.
  var isStopped = false
  var instructions = ""
  private var output = OutputBuffer()
  private var reader = FrameReader(limit: .max)
  private(set) var exited = Gate()
  private(set) var gone = Gate()
  private(set) var starts = 0
  var launchFailure: LaunchFailure?

  func start() -> Result<ServerProcess, LaunchFailure> {
    if let launchFailure { return .failure(launchFailure) }
    starts += 1
    output = OutputBuffer()
    exited = Gate()
    gone = Gate()
    let output = output
    let index = lines.count
    lines.append([])
    streams.append(nil)
    output.onFirstByte = { [weak self] in TurnEnd.call { self?.drain(output, index) } }
    let (exited, gone) = (exited, gone)
    return .success(
      ServerProcess(
        pid: Int32(starts),
        transport: Transport(output: output, start: { [weak self] in self?.streams[index] = $0 }),
        standardErrorTail: { "the last words" }, exit: { exited.isOpen ? "exit code 3" : nil },
        end: { [weak self] _ in
          self?.ended.insert(index)
          exited.open()
          self?.streams[index]?.readEnded()
          gone.open()
        }, exited: exited, gone: gone, hasStopped: { [weak self] in self?.isStopped ?? false }))
  }

  func die() {
    exited.open()
    streams.last??.readEnded()
    gone.open()
  }

  /// Says something, the latest process if no other is named.
  func send(_ line: String, from process: Int? = nil) {
    let events = streams.isEmpty ? nil : streams[process ?? streams.count - 1]
    var text = line + "\n"
    text.withUTF8 { bytes in
      var reader = FrameReader(limit: .max)
      reader.receive(UnsafeRawBufferPointer(bytes)) { events?.received($0) }
    }
  }

  /// Answers a request with `result`, raw, under the request's id.
  func answer(_ request: String, _ result: String = "{}") { reply(request, "\"result\":\(result)") }

  /// Answers a request with the error object `error`, raw.
  func refuse(_ request: String, _ error: String) { reply(request, "\"error\":\(error)") }

  private func reply(_ request: String, _ member: String) {
    guard case .success(let frame) = Array(request.utf8).withUnsafeBytes({ Frame.parse($0) }), let id = frame.raw("id")
    else { return }
    send("{\"jsonrpc\":\"2.0\",\"id\":\(String(decoding: id, as: UTF8.self)),\(member)}")
  }

  private func drain(_ output: OutputBuffer, _ process: Int) {
    let bytes = output.withFront(limit: .max) { runs in runs.reduce(into: [UInt8]()) { $0 += $1 } }
    output.removeAll()
    var lines: [(String, String, String)] = []
    bytes.withUnsafeBytes { bytes in
      reader.receive(bytes) { event in
        guard case .frame(let frame) = event else { return }
        lines.append(
          (
            frame.string("method") ?? "", frame.raw("id").map { String(decoding: $0, as: UTF8.self) } ?? "",
            String(decoding: frame.bytes, as: UTF8.self)
          ))
      }
    }
    for (method, id, line) in lines {
      self.lines[process].append(line)
      take(method, id, line, process)
    }
  }

  private func take(_ method: String, _ id: String, _ line: String, _ process: Int) {
    all.append(line)
    let result: String
    switch method {
    case "initialize":
      guard answersHandshake else { return received.put(line) }
      result =
        #"{"protocolVersion":"2025-11-25","capabilities":\#(capabilities),"serverInfo":{"name":"fake","version":"1"},"instructions":\#(JSONText.quote(instructions))}"#
    case _ where unansweredLists.contains(method): return received.put(line)
    case "tools/list":
      let items = tools.map {
        #"{"name":\#(JSONText.quote($0)),"inputSchema":{"type":"object"},"annotations":\#(annotations),"execution":\#(execution)}"#
      }
      result = "{\"tools\":[\(items.joined(separator: ","))]}"
    case "prompts/list": result = #"{"prompts":[]}"#
    case "resources/list":
      let items = resources.map { #"{"uri":"\#($0)","name":"r"}"# }
      result = "{\"resources\":[\(items.joined(separator: ","))]}"
    case "resources/templates/list": result = #"{"resourceTemplates":[]}"#
    case "notifications/initialized": return
    default: return received.put(line)
    }
    send("{\"jsonrpc\":\"2.0\",\"id\":\(id),\"result\":\(result)}", from: process)
  }
}
