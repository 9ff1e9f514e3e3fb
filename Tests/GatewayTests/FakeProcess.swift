import EventLoop
import Gateway
import JSONRPC
import TestSupport
import Testing

/// One process of a fake server: what the gateway writes to it in whole lines, and what it writes as bytes.
@GatewayActor
final class FakeProcess {
  /// Called with every line that the gateway wrote.
  var onLine: (Frame) -> Void = { _ in }
  /// Every line that the gateway wrote.
  private(set) var lines: [String] = []
  private(set) var isOver = false
  /// Whether the gateway reads what it writes.
  private(set) var isRead = true
  private let output = OutputBuffer()
  private var fromGateway = FrameReader(limit: .max)
  private var toGateway: FrameReader
  private var events: Carrier.Events?
  private let exited = Gate()
  private let gone = Gate()

  /// - Parameter limit: bytes that the gateway reads as one message.
  init(limit: Int) {
    toGateway = FrameReader(limit: limit)
    output.onFirstByte = { [weak self] in TurnEnd.call { self?.drain() } }
  }

  /// Envelopes of what came message by message.
  private(set) var envelopes: [Envelope] = []
  /// Whether each message comes by itself instead of in one stream.
  var takesEach = false
  /// Whether it goes on until it has to end at once.
  var endsUrgentlyOnly = false

  private var way: Carrier.Way {
    guard takesEach else { return .stream(output) }
    return .each { [weak self] envelope, message in
      self?.envelopes.append(envelope)
      self?.take(message)
    }
  }

  /// The process as the gateway knows it.
  func running(pid: Int32, isStopped: @escaping @GatewayActor () -> Bool) -> Carrier {
    Carrier(
      way: way, process: pid, start: { [weak self] in self?.events = $0 },
      setReading: { [weak self] in self?.isRead = $0 }, end: { [weak self] in self?.endOrdered(urgent: $0) },
      ending: { [exited] in exited.isOpen ? "exit code 3" : nil }, lastWords: { "the last words" }, exited: exited,
      gone: gone, hasStopped: { isStopped() })
  }

  private func endOrdered(urgent: Bool) { if urgent || !endsUrgentlyOnly { end() } }

  func end() {
    guard !isOver else { return }
    isOver = true
    exited.open()
    toGateway.finish { events?.received($0) }
    events?.ended()
    gone.open()
  }

  /// Writes bytes, whatever they are.
  func write(_ bytes: [UInt8]) {
    guard !isOver else { return }
    bytes.withUnsafeBytes { bytes in toGateway.receive(bytes) { events?.received($0) } }
  }

  private func drain() { take(output) }

  private func take(_ output: OutputBuffer) {
    let bytes = output.withFront(limit: .max) { runs in runs.reduce(into: [UInt8]()) { $0 += $1 } }
    output.removeAll()
    var frames: [StoredFrame] = []
    bytes.withUnsafeBytes { bytes in
      fromGateway.receive(bytes) { event in
        switch event {
        case .frame(let frame): frames.append(frame.copy())
        case .malformed(let line): Issue.record("the gateway wrote to a server what is no message: \(line.excerpt)")
        }
      }
    }
    for frame in frames {
      lines.append(String(decoding: frame.bytes, as: UTF8.self))
      onLine(frame)
    }
  }
}
