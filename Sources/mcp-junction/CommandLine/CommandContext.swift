import Configuration
import EventLoop

/// What a command runs with.
struct CommandContext: Sendable {
  let invocation: Invocation
  let console: Console
  let surroundings: Surroundings

  /// Says what is wrong, on standard error.
  @GatewayActor
  func complain(_ text: String) { console.complain("mcp-junction: \(text)") }
}
