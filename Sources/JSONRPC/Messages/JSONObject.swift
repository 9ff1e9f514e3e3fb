/// Where an object lies in JSON text: members are put into what is one, and into nothing else.
///
/// A peer may send anything where the protocol demands an object; a member spliced into an array or a text makes the whole
/// message no JSON.
package struct JSONObject: Sendable {
  package let range: Range<Int>

  /// Fails when the value at `range` is no object.
  @inlinable @inline(__always)
  package init?(_ range: Range<Int>, of text: UnsafeRawBufferPointer) {
    guard text[range.lowerBound] == UInt8(ascii: "{") else { return nil }
    self.range = range
  }
}
