package import MCP

/// Which of a server's tools a client sees and how, by all rules that hold for the two: those that hide add up, and of
/// those that say a name, a description or a prefix the last one counts.
package struct ToolShaping: Hashable, Sendable {
  /// Something that is said of a tool, and where.
  package struct Saying<Value: Hashable & Sendable>: Hashable, Sendable {
    package let value: Value
    /// The place, in words; empty where nobody has said it.
    package let origin: String

    package init(value: Value, origin: String) {
      self.value = value
      self.origin = origin
    }
  }

  package private(set) var rules: [ShapingRule]

  package init(_ rules: [ShapingRule] = []) { self.rules = rules }

  package func narrowed(by more: [ShapingRule]) -> ToolShaping { ToolShaping(rules + more) }

  /// Whether every tool is shown.
  package var isOpen: Bool { rules.allSatisfy(\.isOpen) }

  /// Whether a tool is shown.
  package func shows(_ name: String, _ hints: ToolHints) -> Bool { obstacle(to: name, hints) == nil }

  /// Why a tool is not shown, and where that is said; nil when it is. A tool of which nothing is known has the protocol's
  /// defaults: it may change things, and destroy them.
  package func obstacle(to name: String, _ hints: ToolHints) -> Saying<String>? {
    for rule in rules {
      if !rule.filter.allows(name) {
        return Saying(value: rule.filter.denies(name) ? "excludeTools" : "includeTools", origin: rule.origin)
      }
      if rule.readOnly, !hints.isReadOnly { return Saying(value: "readOnly", origin: rule.origin) }
      if rule.hidesDestructive, hints.isDestructive { return Saying(value: "hideDestructive", origin: rule.origin) }
    }
    return nil
  }

  /// Another name for a tool, by the server's own.
  package func name(of original: String) -> Saying<String>? {
    last { rule in rule.names[original].flatMap { $0.isEmpty ? nil : $0 } }
  }

  /// Another description for a tool, by the server's own name.
  package func description(of original: String) -> Saying<String>? { last { $0.descriptions[original] } }

  /// What public names begin with, where that is said.
  package var prefix: Saying<String>? { last(\.prefix) }

  private func last(_ said: (ShapingRule) -> String?) -> Saying<String>? {
    for rule in rules.reversed() { if let value = said(rule) { return Saying(value: value, origin: rule.origin) } }
    return nil
  }
}
