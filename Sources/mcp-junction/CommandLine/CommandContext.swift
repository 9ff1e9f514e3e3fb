import Configuration
import EventLoop

/// What a command runs with.
struct CommandContext: Sendable {
  let invocation: Invocation
  let console: Console
  let surroundings: Surroundings

  /// Says what is wrong, on standard error.
  @GatewayActor
  func complain(_ complaint: Complaint, _ text: String) { console.complain(complaint, text) }

  /// Says on standard error what a person should know, though nothing is wrong.
  @GatewayActor
  func note(_ text: String) { console.tell("mcp-junction: \(text)") }
}
