package import JSONRPC

/// Messages that the gateway writes in its own name.
package enum Reply {
  /// Appends a result whose payload is the JSON text of an object, its first byte `{`.
  ///
  /// `head` are members to come first in it, such as `"a":1`.
  package static func result(_ payload: String, head: String = "", id: RawToken, to output: OutputBuffer) {
    result(id: id, to: output) {
      guard !head.isEmpty else { return output.append(payload) }
      output.append("{\(head)")
      if payload.utf8.dropFirst().first != UInt8(ascii: "}") { output.append(",") }
      output.append(String(payload.dropFirst()))
    }
  }

  /// Appends a result whose payload is prebuilt and has at least one member.
  package static func result(_ payload: ByteBuffer, head: String = "", id: RawToken, to output: OutputBuffer) {
    result(id: id, to: output) {
      guard !head.isEmpty else { return output.append(shared: payload) }
      output.append("{\(head),")
      output.append(shared: payload, from: 1)
    }
  }

  /// Appends a result that `body` writes.
  package static func result(id: RawToken, to output: OutputBuffer, _ body: () -> Void) {
    begin(id, to: output)
    output.append(",\"result\":")
    body()
    output.append("}\n")
  }

  /// Appends an error. `id` is nil when the message that it answers had no readable one.
  package static func error(
    _ code: ErrorCode, _ message: String, data: String? = nil, id: RawToken?, revision: Revision?,
    to output: OutputBuffer
  ) {
    if let id {
      begin(id, to: output)
    } else if revision?.omitsUnknownID == true {
      output.append("{\"jsonrpc\":\"2.0\"")
    } else {
      output.append("{\"jsonrpc\":\"2.0\",\"id\":null")
    }
    output.append(",\"error\":\(Self.error(code, message, data: data))}\n")
  }

  /// Returns an error object.
  package static func error(_ code: ErrorCode, _ message: String, data: String? = nil) -> String {
    let tail = data.map { ",\"data\":\($0)" } ?? ""
    return "{\"code\":\(code.rawValue),\"message\":\(JSONText.quote(message))\(tail)}"
  }

  package static func notification(_ method: Method, params: String? = nil, to output: OutputBuffer) {
    let tail = params.map { ",\"params\":\($0)" } ?? ""
    output.append("{\"jsonrpc\":\"2.0\",\"method\":\"\(method.rawValue)\"\(tail)}\n")
  }

  package static func request(_ method: Method, params: String?, id: UInt64, to output: OutputBuffer) {
    let tail = params.map { ",\"params\":\($0)" } ?? ""
    output.append("{\"jsonrpc\":\"2.0\",\"id\":\(id),\"method\":\"\(method.rawValue)\"\(tail)}\n")
  }

  private static func begin(_ id: RawToken, to output: OutputBuffer) {
    output.append("{\"jsonrpc\":\"2.0\",\"id\":")
    id.withBytes { output.append($0) }
  }
}
