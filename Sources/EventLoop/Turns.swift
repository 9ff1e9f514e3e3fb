/// Spreads long work over turns of the loop, so that others are served meanwhile.
///
/// Work that is short is done in one turn, without a suspension.
@GatewayActor
package struct Turns {
  /// Steps of a few microseconds each, or the cost of as many, that are taken in one turn.
  private static let steps = 1_000

  private var left = Self.steps

  package init() {}

  /// Counts a step, and goes on in the next turn when there were enough.
  ///
  /// - Parameter cost: how many ordinary steps it takes the time of.
  package mutating func step(_ cost: Int = 1) async {
    left -= cost
    guard left <= 0 else { return }
    left = Self.steps
    await Task.yield()
  }
}
