import JSONRPC

/// Reads any bytes as a peer's stream: whole, and cut at every byte, with the same result; and holds every line to what
/// a plainer reader says of it.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzzMessages(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  let whole = events(bytes, cutAt: [])
  precondition(events(bytes, cutAt: Array(bytes.indices)) == whole, "cut at every byte")
  for cut in bytes.indices.prefix(48) { precondition(events(bytes, cutAt: [cut]) == whole, "cut at \(cut)") }
  judge(bytes, whole)
  return 0
}

private func events(_ stream: [UInt8], cutAt cuts: [Int]) -> [String] {
  var reader = FrameReader(limit: 4096)
  var result: [String] = []
  func note(_ event: FrameReader.Event) {
    switch event {
    case .frame(let frame):
      let members = frame.members.map { member in
        "\(member.parent) \(String(decoding: frame[member.key], as: UTF8.self)) \(Array(frame[member.value]))"
      }
      result.append("\(frame.kind) \(Array(frame.bytes)) \(members)")
    case .malformed: result.append("malformed")
    }
  }
  var start = 0
  for end in cuts + [stream.count] {
    stream[start..<end].withUnsafeBytes { reader.receive($0, note) }
    start = end
  }
  reader.finish(note)
  return result
}

private func judge(_ bytes: [UInt8], _ events: [String]) {
  let blanks: [UInt8] = [0x20, 0x09, 0x0D]
  let lines = bytes.split(separator: 0x0A).filter { !$0.allSatisfy(blanks.contains) }
  precondition(lines.count == events.count, "one event for each line")
  for (line, event) in zip(lines, events) where line.count <= 4096 {
    let isGood = JSONOracle.members(of: Array(line)) != nil
    precondition(isGood == (event != "malformed"), "\(String(decoding: line, as: UTF8.self))")
  }
}
