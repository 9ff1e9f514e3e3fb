/// Where something lies in a message: a range in half the room, for a message is shorter than 4 GiB.
@usableFromInline
struct Extent: Sendable {
  @usableFromInline let start: UInt32
  @usableFromInline let end: UInt32

  /// Nowhere: at 0 there is the message itself, but nothing in it.
  static let none = Extent(0..<0)

  init(_ range: Range<Int>) {
    start = UInt32(range.lowerBound)
    end = UInt32(range.upperBound)
  }

  /// For a range known to lie below 4 GiB.
  @inline(__always)
  init(unchecked start: Int, _ end: Int) {
    self.start = UInt32(truncatingIfNeeded: start)
    self.end = UInt32(truncatingIfNeeded: end)
  }

  @inlinable @inline(__always)
  var range: Range<Int> { Range(uncheckedBounds: (Int(start), Int(end))) }

  @inlinable @inline(__always)
  var ifAny: Range<Int>? { start == 0 ? nil : range }
}
