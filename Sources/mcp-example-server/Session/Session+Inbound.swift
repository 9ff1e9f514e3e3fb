import EventLoop
import JSONRPC
import MCP

extension Session {
  /// Takes one line of the client.
  func receive(_ event: FrameReader.Event) {
    switch event {
    case .frame(let frame):
      do throws(JSONSyntaxError) {
        receive(try JSON(parsing: frame.bytes))
      } catch {
        refuse(ProtocolError(.parse, "Parse error: \(error)"))
      }
    case .malformed(let line):
      let reason =
        switch line.reason {
        case .syntax(let error): "\(error)"
        case .tooLong(let limit): "the message is longer than \(limit) bytes"
        }
      refuse(ProtocolError(.parse, "Parse error: \(reason)"))
    }
  }

  private func receive(_ json: JSON) {
    guard let elements = json.elements else {
      take(Message(json)) { [weak self] answer in
        if let answer { self?.send(answer) }
      }
      return
    }
    guard client?.revision.allowsBatches == true, !elements.isEmpty else {
      refuse(ProtocolError(.invalidRequest, "A message must be an object"))
      return
    }
    let messages = elements.map { Message($0) }
    let batch = Batch(expecting: messages.count { $0.wantsAnswer }) { [weak self] in self?.send($0) }
    for message in messages { take(message) { batch.take($0) } }
  }

  private func take(_ message: Message, _ answer: @escaping Answer) {
    switch message {
    case .request(let id, let method, let params):
      do throws(ProtocolError) {
        try serve(id, method, params, answer)
      } catch {
        answer(Message.answer(.failure(error), id: id))
      }
    case .notification(let method, let params): note(method, params)
    case .response(let id, let outcome): clientRequests.answered(id, outcome)
    case .invalid(let id, let reason):
      let error = ProtocolError(.invalidRequest, "Invalid request: \(reason)")
      answer(id.map { Message.answer(.failure(error), id: $0) } ?? Message.refusal(error, omitsID: omitsUnknownID))
    }
  }

  private func serve(
    _ id: JSON, _ name: String, _ params: JSON, _ answer: @escaping Answer
  ) throws(ProtocolError) {
    guard let method = Method(rawValue: name) else { throw .methodNotFound(name) }
    guard !isCongested else { throw ProtocolError(.internal, "The client reads none of its answers") }
    switch method {
    case .toolsCall: try startCall(id, params, answer)
    case .tasksResult: try startTaskResult(id, params, answer)
    default: answer(Message.answer(.success(try result(of: method, params)), id: id))
    }
  }

  private func note(_ method: String, _ params: JSON?) {
    switch Method(rawValue: method) {
    case .cancelled:
      if let id = params?["requestId"] { running[id]?.cancel() }
    case .rootsListChanged: log(.notice, "The roots have changed; the tool 'roots' lists them.", logger: "roots")
    // The client is ready, which changes nothing here; and what is unknown is passed over.
    default: break
    }
  }

  private func refuse(_ error: ProtocolError) {
    send(Message.refusal(error, omitsID: omitsUnknownID))
  }

  private var omitsUnknownID: Bool { client?.revision.omitsUnknownID ?? false }
}
