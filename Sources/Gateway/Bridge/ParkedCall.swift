import EventLoop
import JSONRPC
import MCP

/// Who waits for a call while its client is asked something: its session, which keeps how the call ends until the client is
/// back.
@GatewayActor
final class ParkedCall: Caller {
  private let session: ClientSession

  init(of session: ClientSession) { self.session = session }

  func answered(_ call: Call, _ frame: Frame, from connection: ServerConnection) {
    session.parked.ended(call, .success(frame.copy()))
  }

  func failed(_ call: Call, _ failure: Failure, as outcome: CallOutcome?) {
    session.parked.ended(call, .failure(failure))
  }

  func lost(_ call: Call, _ failure: Failure) { session.parked.ended(call, .failure(failure)) }

  func refused(_ call: Call, _ code: ErrorCode, _ message: String) {
    session.parked.ended(call, .failure(Failure(server: call.server?.name, phase: .call, reason: message)))
  }

  /// The request that has the token is answered, so nobody may be told any more.
  func progressed(_ frame: Frame, _ range: Range<Int>, _ token: RawToken, from server: UpstreamServer, of call: Call?) {
  }

  func canBeAsked(_ question: InputQuestion, during call: Call) -> Bool {
    session.canBeAsked(question, during: call)
  }

  func asked(_ question: ServerQuestion, during call: Call) { session.park(question, during: call) }

  /// The limit without progress does not hold for what waits for a person.
  func isAsking(for connection: ServerConnection) -> Bool { true }

  func subscribe(_ call: Call, at lane: Lane) {}
}
