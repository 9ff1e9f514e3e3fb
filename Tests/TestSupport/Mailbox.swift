package import EventLoop

/// A queue that callbacks fill and a test takes from, in order: what a test waits for instead of sleeping.
@GatewayActor
package final class Mailbox<Element: Sendable> {
  private var elements: [Element] = []
  private var waiter: CheckedContinuation<Element, Never>?

  package init() {}

  /// How many elements nobody has taken.
  package var count: Int { elements.count }

  package func put(_ element: Element) {
    if let waiting = waiter.take() {
      waiting.resume(returning: element)
    } else {
      elements.append(element)
    }
  }

  /// Returns the next element, as soon as there is one. One test may wait at a time.
  package func next() async -> Element {
    if !elements.isEmpty { return elements.removeFirst() }
    return await withCheckedContinuation { waiter = $0 }
  }

  /// Returns the next element that fits, dropping those before it.
  package func next(where fits: (Element) -> Bool) async -> Element {
    while true {
      let element = await next()
      if fits(element) { return element }
    }
  }
}
