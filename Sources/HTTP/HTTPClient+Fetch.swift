import EventLoop

extension HTTPClient {
  /// Bytes of an answer that nobody should need more of who asks for it as a whole.
  package static let answerLimit = 1 << 20

  /// Makes a request and returns its answer as a whole.
  ///
  /// - Parameters:
  ///   - request: should have a timeout.
  ///   - limit: bytes of the body beyond which it fails.
  /// - Throws: ``HTTPFailure``; any status is an answer.
  package func fetch(
    _ request: HTTPRequest, limit: Int = answerLimit
  ) async throws(HTTPFailure) -> HTTPResponse {
    let answer = Answer(limit: limit)
    let result: Result<HTTPResponse, HTTPFailure> = await withCheckedContinuation { continuation in
      answer.transfer = start(
        request,
        HTTPTransfer.Events(
          began: { answer.head = $0 }, received: { answer.take($0) { continuation.resume(returning: $0) } },
          ended: { failure in
            if let failure { return continuation.resume(returning: .failure(failure)) }
            guard let head = answer.head else {
              return continuation.resume(
                returning: .failure(HTTPFailure(.http, "the answer has no header", mayHaveArrived: true)))
            }
            continuation.resume(returning: .success(HTTPResponse(head: head, body: answer.body)))
          }))
    }
    return try result.get()
  }

  /// An answer as far as it has come.
  @GatewayActor
  private final class Answer {
    let limit: Int
    var transfer: HTTPTransfer?
    var head: HTTPHead?
    var body: [UInt8] = []

    init(limit: Int) { self.limit = limit }

    func take(_ bytes: UnsafeRawBufferPointer, _ fail: (Result<HTTPResponse, HTTPFailure>) -> Void) {
      guard let transfer else { return }
      guard body.count + bytes.count <= limit else {
        self.transfer = nil
        transfer.cancel()
        return fail(
          .failure(HTTPFailure(.http, "the answer is longer than \(limit) bytes", mayHaveArrived: true)))
      }
      body.append(contentsOf: bytes)
    }
  }
}
