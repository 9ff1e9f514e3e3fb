import JSONRPC

/// An entry of the `extensions` object that either side may declare (2026-07-28, basic/versioning, extensions).
package struct ProtocolExtension: Equatable, Sendable {
  /// Long-running calls of the modern era.
  package static let tasks = "io.modelcontextprotocol/tasks"
  /// MCP Apps.
  package static let apps = "io.modelcontextprotocol/ui"

  package let identifier: String
  /// The settings as they were spelled, an object.
  package let settings: String

  /// Reads the entries that are let through: those that the gateway understands, and the `allowed`.
  static func read(from capabilities: UnsafeRawBufferPointer, allowed: Set<String>) -> [ProtocolExtension] {
    guard let object = ClientCapabilities.object("extensions", in: capabilities) else { return [] }
    var found: [ProtocolExtension] = []
    JSONWalk.members(of: object, in: 0..<object.count) { key, value in
      let quoted = UnsafeRawBufferPointer(rebasing: object[(key.lowerBound - 1)..<(key.upperBound + 1)])
      guard let identifier = JSONText.string(quoted), object[value].first == UInt8(ascii: "{"),
        identifier == tasks || identifier == apps || allowed.contains(identifier)
      else { return true }
      found.append(
        ProtocolExtension(identifier: identifier, settings: String(decoding: object[value], as: UTF8.self)))
      return true
    }
    return found
  }

  /// Whether the extension is defined for sessions of the legacy era as well; that for tasks is not.
  package func exists(in era: Era) -> Bool { era == .modern || identifier != Self.tasks }

  /// The entry as a member of an object.
  package var member: String { "\(JSONText.quote(identifier)):\(settings)" }
}
