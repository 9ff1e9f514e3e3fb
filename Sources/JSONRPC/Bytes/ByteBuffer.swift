/// A growable run of raw bytes that can be shared by reference.
///
/// A large frame lives in the buffer it was read into until it has been written on: a queue that still needs it keeps a
/// reference, and the reader takes another buffer meanwhile.
package final class ByteBuffer {
  private(set) var base: UnsafeMutableRawPointer
  package private(set) var capacity: Int
  package private(set) var count = 0

  /// The size from which on a buffer grows by four.
  private static let stepping = 64 * 1024

  package init(capacity: Int) {
    base = .allocate(byteCount: capacity, alignment: 16)
    self.capacity = capacity
  }

  deinit { base.deallocate() }

  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  var free: Int { capacity - count }

  /// Makes room for `additional` more bytes; what pointed into the buffer is invalid afterwards.
  func reserve(_ additional: Int) {
    guard free < additional else { return }
    var wanted = max(capacity, 1024)
    // Large steps: what is not touched costs nothing, while each copy costs its page faults anew.
    while wanted - count < additional { wanted *= wanted < Self.stepping ? 2 : 4 }
    let larger = UnsafeMutableRawPointer.allocate(byteCount: wanted, alignment: 16)
    larger.copyMemory(from: base, byteCount: count)
    base.deallocate()
    base = larger
    capacity = wanted
  }

  package func append(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
    reserve(bytes.count)
    (base + count).copyMemory(from: source, byteCount: bytes.count)
    count += bytes.count
  }

  func append(_ byte: UInt8) {
    reserve(1)
    base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
    count += 1
  }

  /// Appends a number in room for the longest one, from behind. Returns where its first digit is.
  func append(decimal number: UInt64) -> Int {
    reserve(20)
    count += 20
    var rest = number
    var start = count
    repeat {
      start &-= 1
      let digit = UInt8(truncatingIfNeeded: rest % 10)
      base.storeBytes(of: UInt8(ascii: "0") &+ digit, toByteOffset: start, as: UInt8.self)
      rest /= 10
    } while rest != 0
    return start
  }

  func append(_ token: RawToken) {
    guard token.isShort else { return token.withBytes { append($0) } }
    reserve(16)
    base.storeBytes(of: token.low.littleEndian, toByteOffset: count, as: UInt64.self)
    base.storeBytes(of: token.high.littleEndian, toByteOffset: count + 8, as: UInt64.self)
    count += token.count
  }

  /// The unused tail, for a read that puts bytes there itself and then calls ``commit(_:)``.
  var tail: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(start: base + count, count: free) }

  func commit(_ additional: Int) {
    precondition(additional >= 0 && additional <= free)
    count += additional
  }

  func removeAll() { count = 0 }
}
