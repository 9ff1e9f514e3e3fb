import EventLoop
import JSONRPC
import MCP

/// What one server has been asked to tell of, for all clients together.
@GatewayActor
final class Attention {
  /// What a modern server is listened to for, and the ids of the requests that do it, by their numbers.
  var listening = SharedListen()
  var listenIDs: [UInt64: UInt64] = [:]
  /// Opens when the listening has changed.
  var changed = Gate()
  /// The subscriptions that the gateway has made at a legacy server, by its URIs.
  var subscribed: [RawToken: OwnRequest] = [:]
  /// The most talkative level that a legacy server was told.
  var toldLogLevel: LoggingLevel?

  init() {}

  /// Tells who waits for it that the listening has changed.
  func noteChange() {
    let gate = changed
    changed = Gate()
    gate.open()
  }

  func number(ofListen id: UInt64) -> UInt64? { listenIDs.first { $0.value == id }?.key }
}
