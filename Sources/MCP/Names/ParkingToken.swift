import JSONRPC

/// The `requestState` that stands for a call which waits at a legacy server while a modern client is asked something.
///
/// It is the number of the gateway's run and 128 random bits, both in hexadecimal: nobody can guess one, and another
/// process sees that it is not its own.
package struct ParkingToken: Hashable, Sendable {
  private static let marker = "mcp-junction:"

  private let run: UInt64
  private let high: UInt64
  private let low: UInt64

  package init(run: UInt64, using generator: inout some RandomNumberGenerator) {
    self.run = run
    high = generator.next()
    low = generator.next()
  }

  /// Reads a raw JSON string; nil for the state of anybody else.
  package init?(raw: UnsafeRawBufferPointer) {
    guard let text = JSONText.string(raw), text.hasPrefix(Self.marker) else { return nil }
    let parts = text.dropFirst(Self.marker.count).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, let run = UInt64(parts[0], radix: 16), let high = UInt64(parts[1], radix: 16),
      let low = UInt64(parts[2], radix: 16)
    else { return nil }
    self.run = run
    self.high = high
    self.low = low
    guard self.text == text else { return nil }
  }

  package func isOf(run: UInt64) -> Bool { self.run == run }

  package var text: String {
    Self.marker + [run, high, low].map { String($0, radix: 16) }.joined(separator: "-")
  }
}
