import JSONRPC

/// What a tool says of what it does, with the protocol's defaults: one that says nothing may change things, and destroy
/// them (2025-03-26, server/tools, annotations).
///
/// Nothing holds a server to it: it is good for what is shown, and for asking a person less.
package struct ToolHints: Hashable, Sendable {
  package let isReadOnly: Bool
  package let isDestructive: Bool
  package let isIdempotent: Bool

  package init(isReadOnly: Bool = false, isDestructive: Bool = true, isIdempotent: Bool = false) {
    self.isReadOnly = isReadOnly
    self.isDestructive = isDestructive && !isReadOnly
    self.isIdempotent = isIdempotent
  }

  init(annotations: UnsafeRawBufferPointer) {
    let destructive = JSONWalk.member("destructiveHint", of: annotations)
    self.init(
      isReadOnly: ClientCapabilities.isTrue(JSONWalk.member("readOnlyHint", of: annotations)),
      isDestructive: destructive.map { $0.first != UInt8(ascii: "f") } ?? true,
      isIdempotent: ClientCapabilities.isTrue(JSONWalk.member("idempotentHint", of: annotations)))
  }
}
