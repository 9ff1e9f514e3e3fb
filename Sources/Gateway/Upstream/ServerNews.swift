import EventLoop
import JSONRPC
import MCP

/// What servers say of their own accord, on its way up: who hears it is set once, by whoever serves clients.
@GatewayActor
struct ServerNews {
  /// What some server offers may be another thing now.
  var offerChanged: @GatewayActor () -> Void = {}
  /// A server's first start has come to an end, well or not.
  var settled: @GatewayActor () -> Void = {}
  /// Resources of a server may be other ones now.
  var resourcesChanged: @GatewayActor (ServerID) -> Void = { _ in }
  var logged: @GatewayActor (Frame, Lane) -> Void = { _, _ in }
  var resourceUpdated: @GatewayActor (Frame, Lane) -> Void = { _, _ in }
  /// A change of a resource, by the server's own URI, may have gone unheard.
  var resourceMayHaveChanged: @GatewayActor (String, Lane) -> Void = { _, _ in }
  var elicitationCompleted: @GatewayActor (Frame, Lane) -> Void = { _, _ in }
  var taskChanged: @GatewayActor (Frame, Lane) -> Void = { _, _ in }
  /// A server asks something for a task, by the id that clients know. Returns whether somebody has the task.
  var askedForTask: @GatewayActor (ServerQuestion, String) -> Bool = { _, _ in false }
  /// A server asks something that belongs to no call.
  var asked: @GatewayActor (ServerQuestion) -> Void = { _ in }
  /// A server takes back what it asked.
  var withdrawn: @GatewayActor (RawToken, ServerConnection, Frame) -> Void = { _, _, _ in }
  var connectionClosed: @GatewayActor (ServerConnection) -> Void = { _ in }
}

/// What those who are served want to hear of from servers.
@GatewayActor
struct Interest {
  /// The most talkative level of log messages that is wanted.
  var logLevel: @GatewayActor () -> LoggingLevel? = { nil }
  /// Resources of a lane that are to be told of, by the server's own URIs.
  var resources: @GatewayActor (Lane) -> [String] = { _ in [] }
  /// Tasks of a lane that are to be told of, by the server's own ids.
  var tasks: @GatewayActor (Lane) -> Set<String> = { _ in [] }
  /// Which of some resources nobody wants to hear of at a lane.
  var unwanted: @GatewayActor ([String], Lane) -> [String] = { uris, _ in uris }
  /// Whether servers must wait, because the only client leaves too much unread.
  var isHeldUp: @GatewayActor () -> Bool = { false }
}
