/// A door that opens once and stays open; any number of tasks can wait in front of it.
@GatewayActor
package final class Gate {
  private var waiters: [CheckedContinuation<Void, Never>] = []
  package private(set) var isOpen = false

  package init() {}

  /// Lets everybody through, now and from now on.
  package func open() {
    guard !isOpen else { return }
    isOpen = true
    let waiting = waiters
    waiters = []
    for waiter in waiting { waiter.resume() }
  }

  /// Suspends until the gate is open.
  package func wait() async {
    if isOpen { return }
    await withCheckedContinuation { waiters.append($0) }
  }
}
