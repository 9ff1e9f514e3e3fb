import EventLoop
import Gateway
import JSONRPC
import Platform

/// Where the program speaks to whoever started it: the real standard output, and standard error.
@GatewayActor
final class Console {
  let streams: StandardStreams
  private let errors: DescriptorWriter
  private var results: DescriptorWriter?
  /// Why results cannot be written.
  private var failure: PlatformError?
  /// Lines that standard error did not take.
  private var dropped = 0
  private static let backlogLimit = 1 << 20

  init(_ streams: StandardStreams) throws(PlatformError) {
    self.streams = streams
    let descriptor = try Descriptor.duplicate(2)
    do {
      errors = try DescriptorWriter(taking: descriptor)
    } catch {
      Descriptor.close(descriptor)
      throw error
    }
  }

  /// Writes a line to standard error. When nobody reads there, lines are dropped instead of waited for.
  func complain(_ line: String) {
    guard errors.output.isEmpty || errors.output.count < Self.backlogLimit else {
      dropped += 1
      return
    }
    if dropped > 0 {
      errors.output.append("level=warning event=log_lines_dropped count=\(dropped)\n")
      dropped = 0
    }
    errors.output.append(line + "\n")
  }

  /// Writes to standard error as it is, without ending the line: for progress on a terminal.
  func show(_ text: String) { errors.output.append(text) }

  /// Writes a result to the real standard output. Returns the status of success.
  @discardableResult
  func say(_ text: String) -> ExitStatus {
    withResults { $0.append(text) }
    return .good
  }

  func say(_ bytes: UnsafeRawBufferPointer) { withResults { $0.append(bytes) } }

  private func withResults(_ body: (OutputBuffer) -> Void) {
    if results == nil, failure == nil {
      do throws(PlatformError) { results = try DescriptorWriter(taking: streams.output) } catch { failure = error }
    }
    if let results { body(results.output) }
  }

  /// Waits until everything is written, as long as somebody reads results, and a moment for standard error. Returns the
  /// status to end with: a result that could not be written is no success, unless its reader had seen enough.
  func finish(_ status: ExitStatus) async -> ExitStatus {
    if let results { await Self.close(results, within: nil) }
    let failure = failure ?? results?.failure
    let isUnusable = failure.map { !$0.isReaderGone } ?? false
    if isUnusable, let failure { complain("\(Program.identity.name): standard output is unusable: \(failure)") }
    await Self.close(errors, within: 500)
    return isUnusable && status == .good ? .failed : status
  }

  private static func close(_ writer: DescriptorWriter, within limit: UInt64?) async {
    let over = Gate()
    writer.onClosed = { over.open() }
    writer.onEnd = { over.open() }
    writer.closeWhenWritten()
    let timer = limit.map { LoopClock.loop.after($0) { over.open() } }
    await over.wait()
    timer?.cancel()
    writer.close()
  }
}
