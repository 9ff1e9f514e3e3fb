import HTTP
import JSONRPC

/// Which arguments of a server's tools are repeated in header fields (2026-07-28, basic/transports, `x-mcp-header`), by
/// what its lists have said so far.
struct ParameterHeaders {
  private struct Parameter {
    /// The keys that lead to the argument.
    let path: [String]
    let header: String
  }

  /// Bytes of a value beyond which it stays in the body alone: proxies refuse headers that are too long.
  private static let valueLimit = 8 << 10
  private static let depthLimit = 16

  private var tools: [String: [Parameter]] = [:]

  /// Takes up what an answer to `tools/list` says.
  mutating func note(_ answer: Frame) {
    guard let list = answer.range("tools", in: .result) else { return }
    let bytes = answer.bytes
    JSONWalk.elements(of: bytes, in: list) { tool in
      guard let name = JSONWalk.member("name", of: bytes, in: tool).flatMap({ JSONText.string(answer[$0]) }) else {
        return true
      }
      var parameters: [Parameter] = []
      if let schema = JSONWalk.member("inputSchema", of: bytes, in: tool) {
        Self.find(in: schema, of: answer, path: [], &parameters)
      }
      tools[name] = parameters.isEmpty ? nil : parameters
      return true
    }
  }

  private static func find(in schema: Range<Int>, of frame: Frame, path: [String], _ found: inout [Parameter]) {
    guard path.count < depthLimit, let properties = JSONWalk.member("properties", of: frame.bytes, in: schema) else {
      return
    }
    var parameters = found
    JSONWalk.members(of: frame.bytes, in: properties) { key, value in
      let quoted = (key.lowerBound - 1)..<(key.upperBound + 1)
      guard let name = JSONText.string(frame[quoted]) else { return true }
      if let header = JSONWalk.member("x-mcp-header", of: frame.bytes, in: value).flatMap({ JSONText.string(frame[$0]) }
      ),
        isToken(header)
      {
        parameters.append(Parameter(path: path + [name], header: header))
      }
      find(in: value, of: frame, path: path + [name], &parameters)
      return true
    }
    found = parameters
  }

  /// Whether it can be part of a field's name (RFC 9110, section 5.6.2).
  private static func isToken(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"(),/:;<=>?@[\\]{}".utf8.contains($0) }
  }

  /// Returns the fields for a call of a tool.
  func fields(tool: String, arguments: Range<Int>?, of frame: Frame) -> [HTTPField] {
    guard let parameters = tools[tool], let arguments else { return [] }
    return parameters.compactMap { parameter in
      guard let value = Self.value(at: parameter.path, in: arguments, of: frame), value.utf8.count <= Self.valueLimit
      else { return nil }
      return HTTPField("Mcp-Param-\(parameter.header)", HeaderValue.encoded(value))
    }
  }

  /// Returns an argument as text: strings as they are, numbers and booleans as they are spelled; nil for anything else.
  private static func value(at path: [String], in arguments: Range<Int>, of frame: Frame) -> String? {
    var range = arguments
    for name in path {
      var next: Range<Int>?
      JSONWalk.members(of: frame.bytes, in: range) { key, value in
        if JSONText.string(frame[(key.lowerBound - 1)..<(key.upperBound + 1)]) == name { next = value }
        return true
      }
      guard let next else { return nil }
      range = next
    }
    switch frame[range].first {
    case UInt8(ascii: "\""): return JSONText.string(frame[range])
    case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "n"), nil: return nil
    default: return String(decoding: frame[range], as: UTF8.self)
    }
  }
}
