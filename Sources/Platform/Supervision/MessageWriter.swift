/// A message between gateway and supervisor as it is put together: a length of four bytes, then the fields in order.
///
/// Both ends are the same binary on the same machine, so numbers are in its own byte order and there are no versions.
struct MessageWriter {
  private(set) var bytes: [UInt8] = [0, 0, 0, 0]

  mutating func append(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
  }

  mutating func append(_ value: Bool) { bytes.append(value ? 1 : 0) }

  mutating func append(_ text: String) {
    append(UInt32(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  mutating func append(_ text: String?) {
    append(text != nil)
    if let text { append(text) }
  }

  mutating func append(_ texts: [String]) {
    append(UInt32(texts.count))
    for text in texts { append(text) }
  }

  mutating func append(_ values: [Int32]) {
    append(UInt32(values.count))
    for value in values { append(value) }
  }

  /// Returns the message with its length filled in.
  consuming func finish() -> [UInt8] {
    withUnsafeBytes(of: UInt32(bytes.count - 4)) { bytes.replaceSubrange(..<4, with: $0) }
    return bytes
  }
}
