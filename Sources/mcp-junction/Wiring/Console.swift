import Configuration
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
  /// What was typed behind the last line that was asked for.
  var typedAhead: [UInt8] = []
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
  ///
  /// Much of what is said comes from others, and none of it may look like a line of our own.
  func tell(_ line: String) {
    guard errors.output.isEmpty || errors.output.count < Self.backlogLimit else {
      dropped += 1
      return
    }
    if dropped > 0 {
      errors.output.append("level=warning event=log_lines_dropped count=\(dropped)\n")
      dropped = 0
    }
    errors.output.append(ShownText.line(line) + "\n")
  }

  /// Says what is wrong, with the code under which `help` tells more.
  func complain(_ complaint: Complaint, _ text: String) {
    tell("\(Program.identity.name): \(text) [\(complaint.code)]")
  }

  /// Says what is wrong at a place in a file, in the manner of compilers.
  func complain(_ problem: ConfigurationProblem) {
    tell("\(problem) [\(Complaint(problem).code)]")
  }

  /// Writes to standard error as it is, without ending the line: for progress on a terminal.
  func show(_ text: String) { errors.output.append(text) }

  /// Whether whoever read the results has gone, or they cannot be written.
  var hasLostReader: Bool { failure != nil || results?.failure != nil }

  /// Writes a result to the real standard output. Returns the status of success.
  @discardableResult
  func say(_ text: String) -> ExitStatus {
    withResults { $0.append(text) }
    return .good
  }

  /// Writes text that others have written, of several lines: as it is, or fit for a terminal where that is one.
  @discardableResult
  func say(shown text: String) -> ExitStatus { say(isTerminal ? ShownText.lines(text) : text) }

  /// Writes JSON that others have written, and a line feed: as it came, or fit for a terminal where that is one.
  func say(json bytes: UnsafeRawBufferPointer) {
    if isTerminal {
      say(ShownText.json(String(decoding: bytes, as: UTF8.self)))
    } else {
      withResults { $0.append(bytes) }
    }
    say("\n")
  }

  func say(json text: String) {
    var text = text
    text.withUTF8 { say(json: UnsafeRawBufferPointer($0)) }
  }

  private var isTerminal: Bool { Terminal.isTerminal(streams.output) }

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
    var status = status
    if let failure = failure ?? results?.failure, !failure.isReaderGone {
      let failed = reportUnusableOutput(failure)
      if status == .good { status = failed }
    }
    await Self.close(errors, within: 500)
    return status
  }

  /// Says why standard output took no more. Returns the status of that.
  func reportUnusableOutput(_ failure: PlatformError) -> ExitStatus {
    complain(.outputUnusable, "standard output is unusable: \(failure)")
    return .failed
  }

  private static func close(_ writer: DescriptorWriter, within limit: UInt64?) async {
    // What has failed already tells nobody any more.
    guard writer.failure == nil else { return writer.close() }
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
