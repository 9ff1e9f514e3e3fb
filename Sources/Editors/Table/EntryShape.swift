package import TextEditing

/// How an entry that starts a program is written.
struct EntryShape: Sendable {
  /// Whether the entry says its name although it stands under it.
  var namesItself = false
  /// What the entry says of itself first, such as its type.
  var head: [DocumentValue.Member] = []
  var commandKey = "command"
  /// Whether the command is a list with the arguments in it.
  var isList = false
  /// Whether arguments are written when there are none.
  var needsArguments = true
  var environmentKey = "env"
  /// What else it needs.
  var tail: [DocumentValue.Member] = []

  /// Returns the entry that starts a program.
  func entry(
    command: String, arguments: [String], variables: [String], handover: Handover
  ) -> [DocumentValue.Member] {
    var members = head
    if isList {
      members.append(.init(commandKey, .array(([command] + arguments).map(DocumentValue.string))))
    } else {
      members.append(.init(commandKey, .string(command)))
      if needsArguments || !arguments.isEmpty {
        members.append(.init("args", .array(arguments.map(DocumentValue.string))))
      }
    }
    return members + handover.members(variables, environmentKey: environmentKey) + tail
  }
}

extension EditorDialect {
  /// Returns the entry that starts a program under a key.
  package func entry(_ key: String, command: String, arguments: [String], variables: [String]) -> DocumentValue {
    let named = isList || shape.namesItself ? [DocumentValue.Member("name", .string(key))] : []
    return .object(
      named + shape.entry(command: command, arguments: arguments, variables: variables, handover: handover))
  }
}
