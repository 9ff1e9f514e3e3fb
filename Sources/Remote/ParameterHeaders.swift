import HTTP
import JSONRPC
import MCP

/// Which arguments of a server's tools are repeated in header fields (2026-07-28, basic/transports, `x-mcp-header`), by
/// what its lists have said so far.
struct ParameterHeaders {
  /// Bytes of a value beyond which it stays in the body alone: proxies refuse headers that are too long.
  private static let valueLimit = 8 << 10
  /// The whole numbers that every reader of JSON can tell apart: less than 2^53.
  private static let exactNumbers = 9_007_199_254_740_992.0

  private var tools: [String: [HeaderAnnotations.Annotation]] = [:]

  /// Takes up what an answer to `tools/list` says.
  mutating func note(_ answer: Frame) {
    guard let list = answer.range("tools", in: .result) else { return }
    let bytes = answer.bytes
    JSONWalk.elements(of: bytes, in: list) { tool in
      guard let name = JSONWalk.member("name", of: bytes, in: tool).flatMap({ JSONText.string(answer[$0]) }) else {
        return true
      }
      let annotations = JSONWalk.member("inputSchema", of: bytes, in: tool).map {
        HeaderAnnotations(of: answer[$0]).annotations
      }
      tools[name] = annotations.flatMap { $0.isEmpty ? nil : $0 }
      return true
    }
  }

  /// Returns the fields for a call of a tool.
  func fields(tool: String, arguments: Range<Int>?, of frame: Frame) -> [HTTPField] {
    guard let annotations = tools[tool], let arguments else { return [] }
    return annotations.compactMap { annotation in
      guard let value = Self.value(at: annotation.path, in: arguments, of: frame), value.utf8.count <= Self.valueLimit
      else { return nil }
      return HTTPField("Mcp-Param-\(annotation.header)", HeaderValue.encoded(value))
    }
  }

  /// Returns an argument as text: strings as they are, whole numbers in decimal, other numbers and booleans as they are
  /// spelled; nil for anything else.
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
    default:
      if let number = JSONText.number(frame[range]), number.rounded() == number, abs(number) < exactNumbers {
        return "\(Int64(number))"
      }
      return String(decoding: frame[range], as: UTF8.self)
    }
  }
}
