import Testing

@testable import JSONRPC

@Suite struct OutputBufferGrowthTests {
  @Test func growthIsToldForEachFurtherBlockAndTheFirstByteOnce() {
    let output = OutputBuffer()
    var calls: [String] = []
    output.onFirstByte = { calls.append("first \(output.count)") }
    output.onGrowth = { calls.append("growth \(output.count)") }
    let shared = ByteBuffer(capacity: OutputBuffer.shareFrom)
    [UInt8](repeating: 0x20, count: OutputBuffer.shareFrom).withUnsafeBytes { shared.append($0) }

    output.append("a")
    output.append("b")
    output.append(shared: shared)
    output.append("c")
    #expect(calls == ["first 1", "growth 65538", "growth 65539"])
    output.consume(output.count)
    output.append(shared: shared)
    #expect(calls.last == "first 65536")
  }
}
