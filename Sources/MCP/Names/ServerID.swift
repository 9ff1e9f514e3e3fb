/// A server of the configuration, told from all others for as long as the process lives.
///
/// It belongs to the server's name: one that is taken out of the configuration and put in again is the same, wherever it
/// stands there, and a number is never given to a second name.
package struct ServerID: Hashable, Comparable, Sendable {
  /// Counted from 0 in the order in which names were first seen, so that it can be a place in an array.
  package let number: Int

  package init(number: Int) { self.number = number }

  package static func < (left: ServerID, right: ServerID) -> Bool { left.number < right.number }

  /// Gives out identities: the same for the same name, a new one for a new name.
  package struct Register: Sendable {
    private var numbers: [String: Int] = [:]

    package init() {}

    /// How many were given out.
    package var count: Int { numbers.count }

    package mutating func id(of name: String) -> ServerID {
      let number = numbers[name] ?? numbers.count
      numbers[name] = number
      return ServerID(number: number)
    }
  }
}
