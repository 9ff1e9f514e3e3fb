package import EventLoop
package import JSONRPC

/// One peer's two byte streams, as messages in and an `OutputBuffer` out.
///
/// Each end may be a pipe, a socket, a terminal, a file or a device; both may be the same descriptor. A port must be
/// closed by its owner.
@GatewayActor
package final class StreamPort {
  /// Called for every message that was read. After ``stopReading()`` only what stands on the same line still arrives.
  package var onEvent: @GatewayActor (FrameReader.Event) -> Void = { _ in }
  /// Called once when nothing more will be read (end of file, ECONNRESET, EIO of a terminal), after the last message.
  package var onReadEnd: @GatewayActor () -> Void = {}
  private let reader: DescriptorReader
  private let writer: DescriptorWriter
  private var frames: FrameReader
  /// What was read and had to be left for a later turn of the loop.
  private var rest: ArraySlice<UInt8> = []
  private var isReading = false
  private var isClosed = false
  private lazy var turns = EveryTurn { [unowned self] in receiveRest() }

  /// Nanoseconds after which what a peer has written waits for the next turn, so that the others have theirs.
  private static let turnTime: UInt64 = 4_000_000
  /// Bytes in which the time is looked at once.
  private static let strideOfLooks = 256

  /// Takes both descriptors over; when that fails both are released. A message may have `frameLimit` bytes.
  ///
  /// `isOwnPipe` says that what is read is a pipe that this program has made.
  package init(reading: Int32, writing: Int32, isOwnPipe: Bool = false, frameLimit: Int) throws(PlatformError) {
    frames = FrameReader(limit: frameLimit)
    do {
      reader = try DescriptorReader(taking: reading, isOwnPipe: isOwnPipe)
    } catch {
      Descriptor.close(reading)
      if writing != reading { Descriptor.close(writing) }
      throw error
    }
    // Each direction is closed by itself, so each has a descriptor of its own.
    let ownWriting = reading == writing ? try Descriptor.duplicate(writing) : writing
    do {
      writer = try DescriptorWriter(taking: ownWriting)
    } catch {
      Descriptor.close(ownWriting)
      throw error
    }
    // The reader is this port's own and tells nobody anything once it is released, so that neither is ever called later.
    reader.onBytes = { [unowned(unsafe) self] in receive($0) }
    reader.onEnd = { [unowned(unsafe) self] in finish() }
  }

  /// The most bytes of a message.
  package var frameLimit: Int {
    get { frames.limit }
    set { frames.limit = newValue }
  }

  /// What waits to be written. It is flushed once, at the end of the loop's turn.
  package var output: OutputBuffer { writer.output }

  /// How many bytes may wait before the peer counts as congested.
  package var unreadLimit: Int {
    get { writer.highWater }
    set { writer.highWater = newValue }
  }

  /// Whether more than ``unreadLimit`` bytes wait, and have not drained since.
  package var isCongested: Bool { writer.isCongested }

  /// Called when the peer leaves more than ``unreadLimit`` bytes unread.
  package var onCongested: @GatewayActor () -> Void {
    get { writer.onCongested }
    set { writer.onCongested = newValue }
  }

  /// Called when most of it has been read again.
  package var onDrained: @GatewayActor () -> Void {
    get { writer.onDrained }
    set { writer.onDrained = newValue }
  }

  /// Called once when the peer does not read any more (EPIPE, ECONNRESET); output is dropped from then on.
  package var onWriteEnd: @GatewayActor () -> Void {
    get { writer.onEnd }
    set { writer.onEnd = newValue }
  }

  /// Why the peer or the file took no more; nil while it does.
  package var writeFailure: PlatformError? { writer.failure }

  /// Called once when ``closeWriting()`` has written the last byte.
  package var onWritten: @GatewayActor () -> Void {
    get { writer.onClosed }
    set { writer.onClosed = newValue }
  }

  /// Begins or goes on reading. Idempotent.
  package func startReading() {
    guard !isReading, !isClosed else { return }
    isReading = true
    if rest.isEmpty { reader.start() } else { turns.start() }
  }

  /// Leaves what arrives where it is, which in the end stops the peer. Idempotent.
  package func stopReading() {
    guard isReading else { return }
    isReading = false
    reader.stop()
    if !rest.isEmpty { turns.stop() }
  }

  /// Ends our side of the conversation after what waits has been written. Idempotent.
  package func closeWriting() { writer.closeWhenWritten() }

  /// Releases both descriptors at once, and everybody who waited for events; nothing is called afterwards. Idempotent.
  package func close() {
    stopReading()
    isClosed = true
    rest = []
    reader.close()
    writer.close()
    onEvent = { _ in }
    onReadEnd = {}
    onWriteEnd = {}
    onWritten = {}
    onCongested = {}
    onDrained = {}
  }

  private func receive(_ bytes: UnsafeRawBufferPointer) {
    // Nearly always one line, which nothing has to be kept of or looked after.
    let first = line(bytes)
    if first < bytes.count { receive(bytes, from: first) }
  }

  @inline(__always)
  private func line(_ bytes: UnsafeRawBufferPointer) -> Int {
    frames.receive(firstLineOf: bytes) { event in
      if !isClosed { onEvent(event) }
    }
  }

  @inline(never)
  private func receive(_ bytes: UnsafeRawBufferPointer, from start: Int) {
    let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
    let count = isReading ? deliver(rest) : 0
    if count < rest.count { keep(Array(rest[count...])[...]) }
  }

  /// Takes message after message, as long as somebody wants them and the turn has time. Returns how many bytes those were.
  private func deliver(_ bytes: UnsafeRawBufferPointer) -> Int {
    var position = 0
    var nextLook = Self.strideOfLooks
    var begun: UInt64 = 0
    while true {
      position += line(UnsafeRawBufferPointer(rebasing: bytes[position...]))
      guard position < bytes.count, isReading else { return position }
      guard position >= nextLook else { continue }
      nextLook = position + Self.strideOfLooks
      if begun == 0 {
        begun = EventLoop.nanoseconds
      } else if EventLoop.nanoseconds - begun > Self.turnTime {
        return position
      }
    }
  }

  /// Leaves the rest of what was read for the next turn, or until somebody wants it.
  private func keep(_ bytes: ArraySlice<UInt8>) {
    rest = bytes
    guard isReading else { return turns.stop() }
    reader.stop()
    turns.start()
  }

  private func receiveRest() {
    let bytes = rest
    rest = []
    let count = bytes.withUnsafeBytes { deliver($0) }
    if count < bytes.count { return keep(bytes.dropFirst(count)) }
    turns.stop()
    if isReading { reader.start() }
  }

  private func finish() {
    frames.finish { event in
      if !isClosed { onEvent(event) }
    }
    if !isClosed { onReadEnd() }
  }

  isolated deinit { close() }
}
