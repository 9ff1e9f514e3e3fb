/// The messages of an array, taken out one after the other (JSON-RPC 2.0, section 6).
///
/// Each is parsed when it is asked for: what a peer packs into one line does not have to be dealt with in one turn.
package struct Batch {
  /// Messages of one array beyond which none are read. Nobody packs a tenth as many, and each costs more than its bytes.
  package static let limit = 1_000

  package enum Element {
    case message(StoredFrame)
    /// No message, or an array in the array.
    case broken
    /// There are more than ``limit``; it is the last.
    case tooMany
  }

  private let frame: StoredFrame
  private var position = 0
  private var count = 0

  package var isEmpty: Bool {
    var isEmpty = true
    JSONWalk.elements(of: frame.bytes, in: 0..<frame.bytes.count) { _ in
      isEmpty = false
      return false
    }
    return isEmpty
  }

  /// - Parameter frame: an array.
  package init(_ frame: Frame) { self.frame = frame.copy() }

  /// Returns the next element; nil behind the last.
  package mutating func next() -> Element? {
    guard count <= Self.limit, let range = JSONWalk.element(of: frame.bytes, after: &position) else { return nil }
    count += 1
    if count > Self.limit { return .tooMany }
    guard case .success(let element) = Frame.parse(frame[range]), element.kind != .batch else { return .broken }
    return .message(element.outer.hasNull ? element.withoutNulls() ?? element : element)
  }
}
