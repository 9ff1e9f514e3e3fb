/// A door that opens once and stays open; any number of tasks can wait in front of it.
@GatewayActor
package final class Gate {
  private var actions: [@GatewayActor () -> Void] = []
  package private(set) var isOpen = false

  package init() {}

  /// Lets everybody through, now and from now on.
  package func open() {
    guard !isOpen else { return }
    isOpen = true
    let waiting = actions
    actions = []
    for action in waiting { action() }
  }

  /// Calls `action` once: when the gate opens, or at once when it is open.
  package func whenOpen(_ action: @escaping @GatewayActor () -> Void) {
    if isOpen { action() } else { actions.append(action) }
  }

  /// Returns a gate that opens as soon as one of `gates` does.
  package static func any(_ gates: Gate...) -> Gate { any(gates) }

  package static func any(_ gates: [Gate]) -> Gate {
    let any = Gate()
    for gate in gates { gate.whenOpen { any.open() } }
    return any
  }

  /// Suspends until the gate is open.
  package func wait() async {
    if isOpen { return }
    await withCheckedContinuation { continuation in whenOpen { continuation.resume() } }
  }
}
