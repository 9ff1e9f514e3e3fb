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
    let (answer, port) = try await open(question, at: path, within: patience)
    port.close()
    return answer
  }

  /// Asks one question, and returns the answer with the connection, which is the caller's then and not being read.
  ///
  /// - Throws: as ``ask(_:at:within:)``.
  package static func open(
    _ question: String, at path: String, within patience: UInt64 = ControlSocket.patience
  ) async throws(PlatformError) -> (answer: StoredFrame, port: StreamPort) {
    let descriptor = junction_connect(path)
    guard descriptor >= 0 else { throw PlatformError("ask", path: path, code: errno) }
    let port = try StreamPort(reading: descriptor, writing: descriptor, frameLimit: answerLimit)
    let over = Gate()
    var answer: StoredFrame?
    port.onEvent = { event in
      if case .frame(let frame) = event, answer == nil { answer = frame.copy() }
      port.stopReading()
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
    port.onEvent = { _ in }
    port.onReadEnd = {}
    guard let answer else {
      port.close()
      throw PlatformError("ask", path: path, code: isLate ? ETIMEDOUT : ECONNRESET)
    }
    return (answer, port)
  }
}
