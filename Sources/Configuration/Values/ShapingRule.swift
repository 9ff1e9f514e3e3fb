/// What one place of the file says of which tools are shown, and how: a server's entry, a profile, or what a profile says
/// of one server.
///
/// What each of them does stands in ``ShapingRule/table``.
package struct ShapingRule: Hashable, Sendable {
  /// The place, for who asks where a tool has its name from; empty where nothing is said.
  package var origin = ""
  /// Which tools are shown, by the server's own names.
  package var filter = ToolFilter()
  /// Whether only those are that say that they change nothing.
  package var readOnly = false
  /// Whether those are not that do not say that they destroy nothing.
  package var hidesDestructive = false
  /// Other names, by the server's own.
  package var names: [String: String] = [:]
  /// Other descriptions, by the server's own names.
  package var descriptions: [String: String] = [:]
  /// What public names begin with; nil where nothing is said, empty for nothing.
  package var prefix: String?

  package init() {}

  /// Whether it hides nothing.
  var isOpen: Bool { filter.isOpen && !readOnly && !hidesDestructive }
}
