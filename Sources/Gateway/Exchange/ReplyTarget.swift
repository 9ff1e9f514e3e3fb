import EventLoop
import JSONRPC

/// The one array that answers a batch (2025-03-26, basic; JSON-RPC 2.0 section 6), filled as answers come.
@GatewayActor
final class BatchReply {
  private let output: OutputBuffer
  private let answers = OutputBuffer()
  private var waiting = 0
  private var isSealed = false
  private var collected: [UInt8] = []

  init(output: OutputBuffer) { self.output = output }

  /// Counts a request whose answer belongs to the array.
  func expect() { waiting += 1 }

  /// Where the next answer is written, before ``close()``.
  func open() -> OutputBuffer { answers }

  /// Takes what was written and, after the last answer, writes the array.
  func close() {
    let line = answers.withFront(limit: .max) { runs in runs.reduce(into: [UInt8]()) { $0 += $1 } }
    answers.removeAll()
    if !line.isEmpty {
      collected += collected.isEmpty ? [UInt8(ascii: "[")] : [UInt8(ascii: ",")]
      collected += line.last == UInt8(ascii: "\n") ? line.dropLast() : line[...]
    }
    finishWhenComplete()
  }

  /// An expected answer has come, or never will.
  func settle() {
    waiting -= 1
    close()
  }

  /// All elements of the batch have been looked at.
  func seal() {
    isSealed = true
    finishWhenComplete()
  }

  private func finishWhenComplete() {
    guard isSealed, waiting == 0, !collected.isEmpty else { return }
    output.append(collected + Array("]\n".utf8))
    collected = []
  }
}
