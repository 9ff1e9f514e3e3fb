/// The two protocols that bear the name of MCP.
@usableFromInline
package enum Era: String, CaseIterable, Sendable {
  /// Up to 2025-11-25: a session, opened with `initialize`, in which both sides ask.
  case legacy
  /// From 2026-07-28 on: every request stands for itself and says in its `_meta` what its client can do; servers only
  /// answer.
  case modern

  /// Inlined in other modules: the synthesized one is called through the protocol there, many times a message.
  @inlinable
  package static func == (one: Era, other: Era) -> Bool {
    switch (one, other) {
    case (.legacy, .legacy), (.modern, .modern): true
    case (.legacy, .modern), (.modern, .legacy): false
    }
  }

  package var other: Era { self == .legacy ? .modern : .legacy }
}
