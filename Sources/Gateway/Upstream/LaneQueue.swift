import EventLoop
import JSONRPC

/// The calls that wait for a place on a lane's connection, by the numbers under which its pool knows them.
@GatewayActor
struct LaneQueue {
  private(set) var lastWaiter: UInt64 = 0
  private var waiting: [UInt64: Call] = [:]

  /// Gives a number to a request that asks for a place.
  mutating func nextWaiter() -> UInt64 {
    lastWaiter += 1
    return lastWaiter
  }

  /// Lets a request wait under the number that it was given last.
  mutating func put(_ call: Call, _ frame: Frame) {
    call.frame = call.frame ?? frame.copy()
    call.waiter = lastWaiter
    waiting[lastWaiter] = call
  }

  /// Takes a request out; nil when it is gone already.
  mutating func take(_ waiter: UInt64) -> Call? {
    let call = waiting.removeValue(forKey: waiter)
    call?.waiter = nil
    return call
  }

  var calls: some Sequence<Call> { waiting.values }

  /// Bytes of the requests that wait.
  var bytes: Int { waiting.values.reduce(0) { $0 + ($1.frame?.bytes.count ?? 0) } }
}
