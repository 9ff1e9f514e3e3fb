/// Bytes that wait to be written to one peer, in order.
///
/// Small pieces are gathered in blocks, so that many messages leave in one system call; a large piece of a shared buffer is
/// referenced, not copied. Whoever writes asks for a flush through `onFirstByte`, once per filling.
package final class OutputBuffer {
  /// Pieces of at least this many bytes are shared instead of copied.
  package static let shareFrom = 64 * 1024
  private static let blockSize = 64 * 1024

  private struct Chunk {
    var storage: ByteBuffer
    /// Whether the storage is a block of this buffer's own, which may serve again.
    var isOwn: Bool
    var start: Int
    var end: Int
  }

  // What every message needs comes first (docs/hot-path.md).

  /// Where the memory of `block` is and how much of it is filled, as long as it is the block.
  private var base: UnsafeMutableRawPointer?
  private var capacity = 0
  private var filled = 0
  /// How many of its bytes have been taken.
  private var taken = 0
  /// Full blocks and shared pieces; what `block` holds comes behind them.
  private var chunks: [Chunk] = []
  private var head = 0
  /// Called when the buffer turns from empty to not empty.
  package var onFirstByte: () -> Void = {}
  /// Called when another block is begun behind one that still waits: the moment to ask how much ``count`` has become.
  package var onGrowth: () -> Void = {}
  /// Where small pieces are gathered.
  private var block: ByteBuffer?
  /// An emptied block that serves again.
  private var spare: ByteBuffer?

  package init() {}

  package var isEmpty: Bool { filled == taken && head == chunks.count }

  /// How many bytes wait.
  package var count: Int { chunks[head...].reduce(filled - taken) { $0 + $1.end - $1.start } }

  // MARK: - Appending

  package func append(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
    if let base, bytes.count <= capacity - filled {
      (base + filled).copyMemory(from: source, byteCount: bytes.count)
      commit(bytes.count)
    } else {
      appendBeyondBlock(bytes)
    }
  }

  private func appendBeyondBlock(_ bytes: UnsafeRawBufferPointer) {
    let wasEmpty = isEmpty
    let fits = capacity - filled
    if let base, let source = bytes.baseAddress {
      (base + filled).copyMemory(from: source, byteCount: fits)
      filled += fits
    }
    let rest = UnsafeRawBufferPointer(rebasing: bytes[fits...])
    begin(rest.count).copyMemory(from: rest.baseAddress.unsafelyUnwrapped, byteCount: rest.count)
    filled = rest.count
    if wasEmpty { onFirstByte() } else { onGrowth() }
  }

  /// Begins another block, with room for so many bytes, and returns where they go.
  private func begin(_ count: Int) -> UnsafeMutableRawPointer {
    retireBlock()
    let next =
      count <= Self.blockSize ? spare.take() ?? ByteBuffer(capacity: Self.blockSize) : ByteBuffer(capacity: count)
    block = next
    base = next.base
    capacity = next.capacity
    return next.base
  }

  /// Puts the block among the chunks: what comes next cannot go into it.
  private func retireBlock() {
    guard let block else { return }
    block.commit(filled)
    if filled > taken {
      chunks.append(Chunk(storage: block, isOwn: true, start: taken, end: filled))
    } else {
      keep(block)
    }
    dropBlock()
  }

  private func dropBlock() {
    block = nil
    base = nil
    capacity = 0
    filled = 0
    taken = 0
  }

  private func keep(_ block: ByteBuffer) {
    guard spare == nil, block.capacity == Self.blockSize else { return }
    block.removeAll()
    spare = block
  }

  /// Returns room for so many bytes in one piece, fewer than ``shareFrom``, to be filled at once and reported with
  /// ``commit(_:)``.
  func room(for count: Int) -> UnsafeMutableRawPointer {
    if let base, count <= capacity - filled { return base + filled }
    return begin(count)
  }

  /// Takes what was written into the room.
  func commit(_ count: Int) {
    guard count > 0 else { return }
    let isFirst = isEmpty
    let isNew = filled == 0
    filled += count
    if isFirst { onFirstByte() } else if isNew { onGrowth() }
  }

  package func append(_ text: StaticString) {
    append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  package func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

  package func append(_ text: String) {
    var text = text
    text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
  }

  /// Appends part of a frame, sharing its bytes when they are many.
  package func append(_ frame: Frame, _ range: Range<Int>) {
    guard range.count >= Self.shareFrom, let storage = frame.storage else {
      append(frame[range])
      return
    }
    let start = frame.storageOffset + range.lowerBound
    share(Chunk(storage: storage, isOwn: false, start: start, end: start + range.count))
  }

  /// Appends bytes that were prebuilt and do not change, all or those from an offset on, sharing them when they are many.
  package func append(shared storage: ByteBuffer, from start: Int = 0) {
    guard storage.count >= Self.shareFrom else {
      append(UnsafeRawBufferPointer(rebasing: storage.bytes[start...]))
      return
    }
    share(Chunk(storage: storage, isOwn: false, start: start, end: storage.count))
  }

  private func share(_ chunk: Chunk) {
    let wasEmpty = isEmpty
    retireBlock()
    chunks.append(chunk)
    if wasEmpty { onFirstByte() } else { onGrowth() }
  }

  // MARK: - Taking

  /// The waiting bytes when they are one run, as they nearly always are; nil when they are none or several.
  package var onlyRun: UnsafeRawBufferPointer? {
    guard filled > taken, head == chunks.count else { return nil }
    return waitingInBlock
  }

  private var waitingInBlock: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: base.map { $0 + taken }, count: filled - taken)
  }

  /// Calls `body` with up to `limit` runs of waiting bytes, first ones first.
  package func withFront<Result>(
    limit: Int, _ body: (UnsafeBufferPointer<UnsafeRawBufferPointer>) throws -> Result
  ) rethrows -> Result {
    let taken = chunks[head...].prefix(limit)
    return try withUnsafeTemporaryAllocation(of: UnsafeRawBufferPointer.self, capacity: taken.count + 1) { runs in
      var count = 0
      for chunk in taken {
        runs.initializeElement(
          at: count, to: UnsafeRawBufferPointer(rebasing: chunk.storage.bytes[chunk.start..<chunk.end]))
        count += 1
      }
      if count < limit, filled > self.taken {
        runs.initializeElement(at: count, to: waitingInBlock)
        count += 1
      }
      return try body(UnsafeBufferPointer(rebasing: runs[..<count]))
    }
  }

  /// Drops the first `count` bytes, which have been written.
  package func consume(_ count: Int) {
    var rest = count
    while rest > 0, head < chunks.count { consumeChunk(&rest) }
    guard rest > 0 else { return }
    taken += min(rest, filled - taken)
    guard taken == filled else { return }
    taken = 0
    filled = 0
    if capacity != Self.blockSize { dropBlock() }
  }

  private func consumeChunk(_ rest: inout Int) {
    let length = chunks[head].end - chunks[head].start
    guard rest >= length else {
      chunks[head].start += rest
      rest = 0
      return
    }
    rest -= length
    if chunks[head].isOwn { keep(chunks[head].storage) }
    head += 1
    if head == chunks.count {
      chunks.removeAll(keepingCapacity: true)
      head = 0
    } else if head >= 64 {
      chunks.removeSubrange(..<head)
      head = 0
    }
  }

  /// Drops everything: nobody will read it.
  package func removeAll() {
    chunks.removeAll()
    head = 0
    dropBlock()
  }
}
