import TestSupport
import Testing

@testable import JSONRPC

@Suite struct ByteScanTests {
  /// Runs of every length around the steps of eight, 16 and 64 bytes, each in memory of its own.
  private func forEachRun(_ body: (_ bytes: [UInt8], _ random: inout SplitMix) -> Void) {
    for count in 0...150 {
      var random = SplitMix(UInt64(count))
      for _ in 0..<8 {
        body((0..<count).map { _ in UInt8.random(in: 0x20...0x7F, using: &random) }, &random)
      }
    }
  }

  @Test func aByteIsFoundWhereItFirstStands() {
    forEachRun { bytes, random in
      let start = Int.random(in: 0...bytes.count, using: &random)
      for byte in [0, 0x41, bytes.randomElement(using: &random) ?? 0] as [UInt8] {
        let found = bytes.withUnsafeBytes { ByteScan.firstIndex(of: byte, in: $0, from: start) }
        #expect(found == bytes[start...].firstIndex(of: byte), "\(byte) in \(bytes) from \(start)")
      }
    }
  }

  @Test func plainTextEndsAtTheFirstSpecialByte() {
    let specials: [UInt8] = [0, 0x0A, 0x1F, 0x22, 0x5C, 0x80, 0xC3, 0xFF]
    forEachRun { bytes, random in
      var bytes = bytes.map { specials.contains($0) ? 0x61 : $0 }
      if !bytes.isEmpty, Bool.random(using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] = specials.randomElement(using: &random)!
      }
      let start = Int.random(in: 0...bytes.count, using: &random)
      let end = bytes.withUnsafeBytes { ByteScan.endOfPlainText(in: $0, from: start) }
      let expected = bytes[start...].firstIndex(where: specials.contains) ?? bytes.count
      #expect(end == expected, "\(bytes) from \(start)")
    }
  }

  @Test func oneDifferentByteMakesTwoRunsDiffer() {
    forEachRun { bytes, random in
      var other = bytes
      let areEqual = { (one: [UInt8], other: [UInt8]) in
        one.withUnsafeBytes { one in
          other.withUnsafeBytes { other in
            guard let first = one.baseAddress, let second = other.baseAddress else { return true }
            return ByteScan.areEqual(first, second, one.count)
          }
        }
      }
      #expect(areEqual(bytes, other))
      guard !bytes.isEmpty else { return }
      other[Int.random(in: bytes.indices, using: &random)] ^= 1
      #expect(!areEqual(bytes, other), "\(bytes) and \(other)")
    }
  }

  @Test func aTokenIsItsBytes() {
    forEachRun { bytes, random in
      let token = bytes.withUnsafeBytes { RawToken($0) }
      #expect(token.withBytes { Array($0) } == bytes)
      #expect(token == bytes.withUnsafeBytes { RawToken($0) })
      #expect(token != (bytes + [0]).withUnsafeBytes { RawToken($0) }, "a zero at the end of \(bytes)")
      let buffer = ByteBuffer(capacity: 1)
      buffer.append(token)
      #expect(Array(buffer.bytes) == bytes)
    }
  }

  @Test func numbersAreWrittenAsTheyAreRead() {
    var random = SplitMix(3)
    let edges: [UInt64] = [0, 9, 10, 99, 100, 9_999_999_999_999_999_999, 10_000_000_000_000_000_000, .max]
    for number in edges + (0..<200).map({ UInt64.random(in: 0 ... .max, using: &random) >> UInt64($0 % 64) }) {
      let buffer = ByteBuffer(capacity: 1)
      let start = buffer.append(decimal: number)
      let digits = UnsafeRawBufferPointer(rebasing: buffer.bytes[start...])
      #expect(String(decoding: digits, as: UTF8.self) == "\(number)")
      #expect(JSONText.unsigned(digits) == number)
    }
    for text in ["18446744073709551616", "99999999999999999999", "100000000000000000000", "", "-1", "1.0"] {
      #expect(Array(text.utf8).withUnsafeBytes { JSONText.unsigned($0) } == nil, "\(text)")
    }
  }
}
