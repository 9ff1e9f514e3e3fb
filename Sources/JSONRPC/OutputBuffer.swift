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
    /// Whether the storage is this buffer's own block, which may be appended to.
    var isOwn: Bool
    var start: Int
    var end: Int
  }

  private var chunks: [Chunk] = []
  private var head = 0
  /// An emptied block that serves again.
  private var spare: ByteBuffer?
  /// Called when the buffer turns from empty to not empty.
  package var onFirstByte: () -> Void = {}
  /// Called when another block is begun behind one that still waits: the moment to ask how much ``count`` has become.
  package var onGrowth: () -> Void = {}

  package init() {}

  package var isEmpty: Bool { head == chunks.count }

  /// How many bytes wait.
  package var count: Int { chunks[head...].reduce(0) { $0 + $1.end - $1.start } }

  // MARK: - Appending

  package func append(_ bytes: UnsafeRawBufferPointer) {
    guard !bytes.isEmpty else { return }
    let wasEmpty = isEmpty
    var rest = bytes
    if !wasEmpty, chunks[chunks.count - 1].isOwn {
      let storage = chunks[chunks.count - 1].storage
      let fits = min(storage.free, rest.count)
      storage.append(UnsafeRawBufferPointer(rebasing: rest[..<fits]))
      chunks[chunks.count - 1].end += fits
      rest = UnsafeRawBufferPointer(rebasing: rest[fits...])
    }
    let needsBlock = !rest.isEmpty
    if needsBlock {
      let storage: ByteBuffer
      if rest.count <= Self.blockSize, let reused = spare {
        storage = reused
        spare = nil
      } else {
        storage = ByteBuffer(capacity: max(rest.count, Self.blockSize))
      }
      storage.append(rest)
      chunks.append(Chunk(storage: storage, isOwn: true, start: 0, end: rest.count))
    }
    if wasEmpty {
      onFirstByte()
    } else if needsBlock {
      onGrowth()
    }
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
    let wasEmpty = isEmpty
    let start = frame.storageOffset + range.lowerBound
    chunks.append(Chunk(storage: storage, isOwn: false, start: start, end: start + range.count))
    if wasEmpty { onFirstByte() } else { onGrowth() }
  }

  /// Appends bytes that were prebuilt and do not change, all or those from an offset on, sharing them when they are many.
  package func append(shared storage: ByteBuffer, from start: Int = 0) {
    guard storage.count >= Self.shareFrom else {
      append(UnsafeRawBufferPointer(rebasing: storage.bytes[start...]))
      return
    }
    let wasEmpty = isEmpty
    chunks.append(Chunk(storage: storage, isOwn: false, start: start, end: storage.count))
    if wasEmpty { onFirstByte() } else { onGrowth() }
  }

  // MARK: - Taking

  /// Calls `body` with up to `limit` runs of waiting bytes, first ones first.
  package func withFront<Result>(
    limit: Int, _ body: (UnsafeBufferPointer<UnsafeRawBufferPointer>) throws -> Result
  ) rethrows -> Result {
    let taken = chunks[head...].prefix(limit)
    return try withUnsafeTemporaryAllocation(of: UnsafeRawBufferPointer.self, capacity: max(1, taken.count)) { runs in
      for (index, chunk) in taken.enumerated() {
        runs.initializeElement(
          at: index, to: UnsafeRawBufferPointer(rebasing: chunk.storage.bytes[chunk.start..<chunk.end]))
      }
      return try body(UnsafeBufferPointer(rebasing: runs[..<taken.count]))
    }
  }

  /// Drops the first `count` bytes, which have been written.
  package func consume(_ count: Int) {
    var rest = count
    while rest > 0, head < chunks.count {
      let length = chunks[head].end - chunks[head].start
      if rest < length {
        chunks[head].start += rest
        return
      }
      rest -= length
      let chunk = chunks[head]
      if chunk.isOwn, spare == nil, chunk.storage.capacity == Self.blockSize {
        chunk.storage.removeAll()
        spare = chunk.storage
      }
      head += 1
      if head == chunks.count {
        chunks.removeAll(keepingCapacity: true)
        head = 0
      } else if head >= 64 {
        chunks.removeSubrange(..<head)
        head = 0
      }
    }
  }

  /// Drops everything: nobody will read it.
  package func removeAll() {
    chunks.removeAll()
    head = 0
  }
}
