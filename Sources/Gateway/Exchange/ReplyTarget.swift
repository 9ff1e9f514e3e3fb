import EventLoop
import JSONRPC

/// Where the answers to some requests go that do not just go out one by one: into the one array that answers a batch
/// (2025-03-26, basic; JSON-RPC 2.0 section 6), filled as answers come.
@GatewayActor
final class ReplyTarget {
  /// Bytes of the array beyond which further answers go out by themselves, which clients know by their ids as well.
  private static let longest = 32 << 20

  /// Where an answer is written; ``settle()`` follows it.
  let buffer = OutputBuffer()
  private let output: OutputBuffer
  private var waiting = 0
  private var isSealed = false
  private var collected: [UInt8] = []

  init(batchTo output: OutputBuffer) { self.output = output }

  /// Counts a request whose answer belongs here.
  func expect() { waiting += 1 }

  /// An expected answer was written, or never will be.
  func settle() {
    waiting -= 1
    gather()
  }

  /// An answer that nobody expected was written.
  func gather() {
    let line = buffer.withFront(limit: .max) { runs in runs.reduce(into: [UInt8]()) { $0 += $1 } }
    buffer.removeAll()
    if collected.count + line.count > Self.longest {
      output.append(line)
    } else if !line.isEmpty {
      collected.append(collected.isEmpty ? UInt8(ascii: "[") : UInt8(ascii: ","))
      collected += line.last == UInt8(ascii: "\n") ? line.dropLast() : line[...]
    }
    finishWhenComplete()
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
