import JSONRPC

/// Reads any bytes as a stream of server-sent events: whole, and cut anywhere, with the same result.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzzEvents(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  let whole = events(bytes, cutAt: [])
  precondition(events(bytes, cutAt: Array(bytes.indices)) == whole, "cut at every byte")
  for cut in bytes.indices.prefix(48) { precondition(events(bytes, cutAt: [cut]) == whole, "cut at \(cut)") }
  return 0
}

/// Each event that is whole, with its data put together.
private func events(_ stream: [UInt8], cutAt cuts: [Int]) -> [String] {
  var reader = EventStreamReader()
  var result: [String] = []
  var data: [UInt8] = []
  var isOpen = false
  func note(_ step: EventStreamReader.Step) {
    switch step {
    case .began:
      // One whose data was empty has no end.
      isOpen = true
      data = []
    case .data(let piece):
      precondition(isOpen, "data of no event")
      data += piece
    case .lineBreak: data.append(0x0A)
    case .event(let type):
      precondition(isOpen, "an end without a beginning")
      isOpen = false
      result.append("\(type) \(data)")
    case .retry(let milliseconds): result.append("retry \(milliseconds)")
    }
  }
  var start = 0
  for end in cuts + [stream.count] {
    stream[start..<end].withUnsafeBytes { reader.receive($0, note) }
    start = end
  }
  return result + ["id \(reader.lastID ?? "")"]
}
