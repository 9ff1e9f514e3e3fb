import EventLoop
import JSONRPC
import MCP

/// The conversation with one client: all that is remembered between two of its messages.
///
/// Requests that need no time are answered in the call that brings them (``Session/result(of:_:)``). Tool calls and waits
/// for a task's result are kept in ``running`` until they are answered or cancelled.
@GatewayActor
final class Session {
  /// Takes what a request is answered with; nil where a cancelled request gets no answer.
  typealias Answer = @GatewayActor (JSON?) -> Void

  let pageSize: Int?
  /// Nil until the client has sent `initialize`.
  var client: ClientState?
  var offers = Offers()
  /// Requests without an answer so far, by their id.
  var running: [JSON: RunningRequest] = [:]
  var tasks = TaskTable()
  /// Pages that the user has been to, as far as the tool `require_url` knows.
  var visitedPages: Set<String> = []
  /// Tasks that are at work, by their id.
  var taskRuns: [String: TaskRun] = [:]
  let clientRequests: ClientRequests
  private let output: OutputBuffer
  /// Bytes that the client may leave unread before its requests are refused. They are read all the same: two programs that
  /// both write before they read would wait for each other for ever.
  private let unreadLimit: Int
  private var onIdle: @GatewayActor () -> Void = {}

  init(output: OutputBuffer, pageSize: Int?, unreadLimit: Int = 256 << 20) {
    self.output = output
    self.unreadLimit = unreadLimit
    self.pageSize = pageSize
    clientRequests = ClientRequests { Self.write($0, to: output) }
  }

  var isCongested: Bool { output.count > unreadLimit }

  func send(_ message: JSON) { Self.write(message, to: output) }

  private static func write(_ message: JSON, to output: OutputBuffer) {
    output.append(message.text)
    output.append("\n")
  }

  func notify(_ method: Method, _ params: JSON? = nil) { send(Message.notification(method.rawValue, params)) }

  /// Sends a log message, unless the client has asked for more severe ones only.
  func log(_ level: LoggingLevel, _ data: JSON, logger: String? = nil, meta: JSON? = nil) {
    guard let client, level >= client.logLevel else { return }
    var params: JSON = ["level": .string(level.rawValue)]
    params["logger"] = logger.map { .string($0) }
    params["data"] = data
    params["_meta"] = meta
    notify(.message, params)
  }

  // MARK: - Requests that take time

  /// Keeps a request until it is answered. An id must not be in use.
  func begin(_ id: JSON, _ answer: @escaping Answer) throws(ProtocolError) -> RunningRequest {
    guard running[id] == nil else { throw ProtocolError(.invalidRequest, "The id \(id.text) is in use") }
    let request = RunningRequest { [weak self] outcome in
      answer(outcome.map { Message.answer($0, id: id) })
      self?.running[id] = nil
      self?.noteIdle()
    }
    running[id] = request
    return request
  }

  func noteIdle() {
    if running.isEmpty, taskRuns.isEmpty { onIdle() }
  }

  /// Ends the conversation: nothing more will be asked. What can be answered is answered, then `onIdle` is called.
  func end(_ onIdle: @escaping @GatewayActor () -> Void) {
    self.onIdle = onIdle
    clientRequests.close()
    for request in running.values { request.interrupt() }
    for run in taskRuns.values { run.work.cancel() }
    noteIdle()
  }
}
