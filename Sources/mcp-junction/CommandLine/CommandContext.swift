import Configuration

/// What a command runs with.
struct CommandContext: Sendable {
  let invocation: Invocation
  let console: Console
  let surroundings: Surroundings
}
