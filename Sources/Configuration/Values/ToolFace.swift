/// How a client is shown tools.
package enum ToolFace: String, CaseIterable, Hashable, Sendable {
  /// All of them, as a list.
  case list
  /// As a few tools of the gateway's own that search, describe and call them.
  case search
}
