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

private func read(_ line: [UInt8]) -> [String] { events(line, cutAt: []) }

private func frames(in line: [UInt8]) -> [[UInt8]] {
  var reader = FrameReader(limit: 4096)
  var found: [[UInt8]] = []
  line.withUnsafeBytes { reader.receive($0) { if case .frame(let frame) = $0 { found.append(Array(frame.bytes)) } } }
  reader.finish { if case .frame(let frame) = $0 { found.append(Array(frame.bytes)) } }
  return found
}

/// A line that is JSON is one message, taken as it is but for nulls that should be absent. Of another one nothing is taken
/// that is no JSON by itself, or does not stand on it.
private func judge(_ bytes: [UInt8], _ events: [String]) {
  let blanks: [UInt8] = [0x20, 0x09, 0x0D]
  let lines = bytes.split(separator: 0x0A).filter { !$0.allSatisfy(blanks.contains) }
  precondition(lines.flatMap { read(Array($0)) } == events, "a line is judged by itself")
  for line in lines where line.count <= 4096 {
    let text = String(decoding: line, as: UTF8.self)
    let found = read(Array(line))
    if let members = JSONOracle.members(of: Array(line)) {
      precondition(found.count == 1 && found[0] != "malformed", text)
      let hasNull = members.contains { $0.value == Array("null".utf8) }
      precondition(hasNull || frames(in: Array(line)).allSatisfy { line.contains($0) }, text)
    } else {
      for frame in frames(in: Array(line)) { precondition(JSONOracle.members(of: frame) != nil, text) }
    }
  }
}
