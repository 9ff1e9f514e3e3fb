import JSONRPC

/// The call that a call of one of the gateway's own tools carries in its arguments.
struct CarriedCall {
  /// The name of the tool that is meant, a raw JSON string.
  let name: [UInt8]
  private let arguments: [UInt8]

  /// Fails when the arguments name no tool, or its arguments are no object.
  init?(_ frame: Frame) {
    guard let outer = frame.range("arguments", in: .params),
      let name = JSONWalk.member("name", of: frame.bytes, in: outer), frame[name].first == UInt8(ascii: "\"")
    else { return nil }
    self.name = Array(frame[name])
    guard let inner = JSONWalk.member("arguments", of: frame.bytes, in: outer), frame[inner].first != UInt8(ascii: "n")
    else {
      arguments = Array("{}".utf8)
      return
    }
    guard frame[inner].first == UInt8(ascii: "{") else { return nil }
    arguments = Array(frame[inner])
  }

  /// Returns the request as if the tool had been called by itself, everything else as it was spelled.
  func frame(in outer: Frame) -> StoredFrame? {
    guard let name = outer.range("name", in: .params), let arguments = outer.range("arguments", in: .params) else {
      return nil
    }
    let edits = [(name, self.name), (arguments, self.arguments)].sorted { $0.0.lowerBound < $1.0.lowerBound }
    var text: [UInt8] = []
    var position = 0
    for (range, bytes) in edits {
      text += outer[position..<range.lowerBound]
      text += bytes
      position = range.upperBound
    }
    text += outer[position..<outer.bytes.count]
    return try? text.withUnsafeBytes { try Frame.parse($0).get() }
  }
}
