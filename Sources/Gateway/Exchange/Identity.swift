import JSONRPC

/// Who the gateway says it is, to clients and to servers.
package struct Identity: Sendable {
  package let name: String
  package let version: String

  package init(name: String, version: String) {
    self.name = name
    self.version = version
  }

  /// An `Implementation` object of the protocol.
  package var json: String { "{\"name\":\(JSONText.quote(name)),\"version\":\(JSONText.quote(version))}" }
}
