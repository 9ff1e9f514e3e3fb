import CLibUV
package import EventLoop
package import JSONRPC

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The asking side of a ``ControlSocket``.
@GatewayActor
package enum ControlClient {
  /// The most bytes of an answer.
  private static let answerLimit = 64 << 20

  /// Asks one question, a line of JSON, and suspends until it is answered.
  ///
  /// - Throws: ETIMEDOUT when there is no answer in time, ECONNRESET when the peer ends without one.
  package static func ask(
    _ question: String, at path: String, within patience: UInt64 = ControlSocket.patience
  ) async throws(PlatformError) -> StoredFrame {
    let descriptor = junction_connect(path)
    guard descriptor >= 0 else { throw PlatformError("ask", path: path, code: errno) }
    let port = try StreamPort(reading: descriptor, writing: descriptor, frameLimit: answerLimit)
    let over = Gate()
    var answer: StoredFrame?
    port.onEvent = { event in
      if case .frame(let frame) = event, answer == nil { answer = frame.copy() }
      over.open()
    }
    port.onReadEnd = { over.open() }
    let timer = LoopTimer()
    var isLate = false
    timer.start(after: patience) {
      isLate = true
      over.open()
    }
    port.startReading()
    port.output.append(question + "\n")
    await over.wait()
    timer.stop()
    port.close()
    guard let answer else { throw PlatformError("ask", path: path, code: isLate ? ETIMEDOUT : ECONNRESET) }
    return answer
  }
}
