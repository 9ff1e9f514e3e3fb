/// Which bytes go with members that are taken out of an object: before the first one that stays it is the comma behind a
/// member, after it the comma before.
package struct MemberRemoval {
  private var previousEnd: Int?
  private var pending: Int?

  package init() {}

  /// Takes the next member. Returns bytes that go now.
  package mutating func next(key: Range<Int>, value: Range<Int>, goes: Bool) -> Range<Int>? {
    let start = key.lowerBound - 1
    let open = pending.map { $0..<start }
    pending = nil
    if !goes {
      previousEnd = value.upperBound
      return open
    }
    if let end = previousEnd {
      previousEnd = value.upperBound
      return end..<value.upperBound
    }
    pending = open?.lowerBound ?? start
    return nil
  }

  /// Returns bytes that go as well, after the last member.
  ///
  /// - Parameter object: where the whole object lies.
  package func finish(_ object: Range<Int>) -> Range<Int>? { pending.map { $0..<(object.upperBound - 1) } }
}
