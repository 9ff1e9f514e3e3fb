import EventLoop
import JSONRPC
import MCP

/// Whoever waits for what becomes of a call: the session of a client, a parked call, the gateway itself.
///
/// It is all that those who deal with servers know of who is behind a call.
@GatewayActor
protocol Caller: AnyObject {
  /// The server has answered. The frame is good until this returns.
  func answered(_ call: Call, _ frame: Frame, from connection: ServerConnection)

  /// The call has come to an end without an answer of the server's. It is counted as `outcome`, or as what the failure
  /// itself says.
  func failed(_ call: Call, _ failure: Failure, as outcome: CallOutcome?)

  /// The connection was lost after the call had been sent.
  func lost(_ call: Call, _ failure: Failure)

  /// The call is answered with an error of the gateway's own, in the server's place.
  func refused(_ call: Call, _ code: ErrorCode, _ message: String)

  /// Something has been told of the progress of a call, or of the task that it made; nil for the latter.
  ///
  /// `range` is where the gateway's token stands in the frame, `token` the caller's own.
  func progressed(_ frame: Frame, _ range: Range<Int>, _ token: RawToken, from server: UpstreamServer, of call: Call?)

  /// Whether it can be asked this, other than by a request of its own, while the call goes on.
  func canBeAsked(_ question: InputQuestion, during call: Call) -> Bool

  /// The server wants to know something, most likely for this call.
  func asked(_ question: ServerQuestion, during call: Call)

  /// Whether somebody is just being asked something for this connection.
  func isAsking(for connection: ServerConnection) -> Bool

  /// Subscribes, or ends a subscription, through the listen that a modern server gets for all clients.
  func subscribe(_ call: Call, at lane: Lane)
}

/// What a server wants to know, as it came.
struct ServerQuestion {
  let kind: InputQuestion
  let frame: StoredFrame
  /// The id by which the server waits for the answer.
  let id: RawToken
  let connection: ServerConnection
}
